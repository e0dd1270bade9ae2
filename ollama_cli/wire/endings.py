"""How an answer ended, by the word that the server gives for it: one table for all servers."""

import re
from typing import Final, Literal, TypeAlias

from ollama_cli.types.answers import Cut

Ending: TypeAlias = Literal["ended", "cut", "filtered", "paused", "failed"]
STOP: Final = "stop"
LENGTH: Final = "length"
_CUTS: Final[dict[Ending, Cut]] = {"cut": "max_tokens", "filtered": "filter", "paused": "paused"}
# In the words of Ollama's own API, which says `stop` and `length`, and `load` and `unload`.
_ENDED: Final = frozenset(
    {
        *("stop", "tool_calls", "function_call", "tool_use", "eos", "eos_token", "end_turn"),
        *("stop_sequence", "complete", "completed", "finished", "end"),
    }
)
_CUT: Final = frozenset(
    {
        *("length", "max_tokens", "model_length", "max_output_tokens", "max_length"),
        *("token_limit", "model_context_window_exceeded", "max_completion_tokens"),
    }
)
_FILTERED: Final = frozenset(
    {
        *("content_filter", "content_filtered", "safety", "recitation", "blocklist", "spii"),
        *("prohibited_content", "sensitive", "refusal", "guardrail_intervened", "moderation"),
        *("image_safety", "language", "content_moderation"),
    }
)
_PAUSED: Final = frozenset({"pause_turn"})
_FAILED: Final = frozenset(
    {
        *("error", "network_error", "abort", "aborted", "cancelled", "canceled", "failed"),
        *("insufficient_system_resource", "internal_error", "server_error", "timeout"),
        *("malformed_function_call", "overloaded", "unexpected_tool_call", "other_error"),
    }
)


# What other words for it have in common, in the order in which they decide.
_SPELLINGS: Final[tuple[tuple[Ending, tuple[str, ...]], ...]] = (
    ("failed", ("error", "fail", "overload", "abort", "cancel", "timeout", "timed_out", "malform")),
    ("failed", ("unavailable", "disconnect", "exception", "crash", "interrupt")),
    ("filtered", ("filter", "safety", "moderat", "prohibit", "blocked", "guardrail", "refus")),
    ("filtered", ("policy", "violation", "sensitive")),
    ("cut", ("max_tokens", "maxtokens", "length", "token_limit", "truncat", "context_window")),
)


def ending_of(reason: str | None) -> Ending:
    """Return how an answer ended; an unknown word, or none, says nothing bad."""
    word = (reason or "").lower()
    if not word or word in _ENDED:
        return "ended"
    if word in _CUT:
        return "cut"
    if word in _FILTERED:
        return "filtered"
    if word in _PAUSED:
        return "paused"
    if word in _FAILED:
        return "failed"
    spelt = re.sub(r"[\s-]+", "_", word)
    return next((ending for ending, parts in _SPELLINGS if any(p in spelt for p in parts)), "ended")


def cut_of(reason: str | None) -> Cut | None:
    """Return what cut an answer as far as its reason tells: tokens, a filter, or a pause."""
    return _CUTS.get(ending_of(reason))


def done_reason(reason: str | None) -> str | None:
    """Return the reason in Ollama's words; one that it has no word for stays as it was sent."""
    word = (reason or "").lower()
    if word in _ENDED:
        return STOP
    return LENGTH if ending_of(word) == "cut" else reason
