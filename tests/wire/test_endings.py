"""How an answer ended, by the words of all servers, also by those that no table holds."""

import pytest

from ollama_cli.wire.endings import cut_of, done_reason, ending_of


@pytest.mark.parametrize(
    ("reason", "ending"),
    [
        (None, "ended"),
        ("", "ended"),
        ("stop", "ended"),
        ("COMPLETE", "ended"),
        ("eos", "ended"),
        ("load", "ended"),
        ("length", "cut"),
        ("MAX_TOKENS", "cut"),
        ("maxTokens", "cut"),
        ("output-token-limit", "cut"),
        ("context_length", "cut"),
        ("content_filter", "filtered"),
        ("ContentFiltered", "filtered"),
        ("IMAGE_SAFETY_2", "filtered"),
        ("policy_violation", "filtered"),
        ("error", "failed"),
        ("engine_overloaded", "failed"),
        ("client_disconnected", "failed"),
        ("generation_timed_out", "failed"),
        ("inference-failed", "failed"),
        ("content_filter_error", "failed"),
    ],
)
def test_a_word_tells_how_an_answer_ended(reason: str | None, ending: str) -> None:
    assert ending_of(reason) == ending
    cuts = {"cut": "max_tokens", "filtered": "filter"}
    assert cut_of(reason) == cuts.get(ending)
    if ending == "cut":
        assert done_reason(reason) == "length"
