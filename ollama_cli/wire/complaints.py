"""Two complaints in the words of all servers: a prompt is too long, and no model is named so.

Sources: Ollama, llama.cpp, llama-cpp-python, LM Studio, vLLM, SGLang, TGI, LiteLLM, llama-swap,
Docker Model Runner, and the API references of OpenAI, OpenRouter, Mistral, DeepSeek, Anthropic,
Gemini, Together, Groq, Cohere, xAI and DashScope.
"""

import re
from collections.abc import Set as AbstractSet
from functools import cache
from http import HTTPStatus
from typing import Final, NamedTuple

_N: Final = r"\s*\[?\(?([\d,_]{1,20})"
_ASKED: Final = r"(?:resulted in|requested|contains)(?: about)?"
_WHOSE: Final = r"(?:model's |maximum |available )*"
_CONTEXT: Final = r"context (?:length|size|window)"
# What is needed (n) and what fits (c), in the order of the groups.
_TOO_LONG: Final = (
    ("nc", rf"request \({_N} tokens\) exceeds the available context size \({_N}"),
    ("nc", rf"requested tokens \({_N}\) exceed context window of {_N}"),
    ("nc", rf"prompt is too long: {_N} tokens > {_N}"),
    ("nc", rf"\({_N} tokens\) is l(?:ong|arg)er than the (?:model's|max\w*) context \w+ \({_N}"),
    ("nc", rf"\(length {_N}\) is longer than the maximum model length of {_N}"),
    ("nc", rf"token count \({_N}\) exceeds the maximum number of tokens allowed \({_N}"),
    ("nc", rf"contains {_N} tokens.*too large for model with {_N} maximum context length"),
    ("cn", rf"maximum (?:context|prompt) length is {_N}.{{0,80}}?{_ASKED} {_N} (?:input )?tokens"),
    ("cn", rf"exceed the configured limit of {_N} tokens.*resulted in {_N}"),
    ("cn", rf"must (?:have less than|be <=) {_N}(?: tokens)?\. given: {_N}"),
    ("cn", rf"cannot exceed {_N} - received {_N}"),
    ("c", rf"loaded with context length of only {_N}"),
    ("c", rf"range of input length should be \[\d+, {_N}"),
    ("c", rf"maximum (?:context|prompt|model) length (?:is|of) {_N}"),
    ("", rf"(?:exceed(?:s|ed)?|(?:longer|greater) than) (?:the |its |your )?{_WHOSE}{_CONTEXT}"),
    ("", rf"{_CONTEXT} (?:has been )?exceeded|exceed_context_size_error|context_length_exceeded"),
    ("", r"contextwindowexceeded|larger than the max context size|too large to process"),
    ("", r"maximum (?:context|model) length|context length of only"),
    ("", r"input is too long for requested model|(?:prompt|input) is too long\b"),
)
_TOO_LONG_CODES: Final = frozenset(
    {"context_length_exceeded", "exceed_context_size_error", "context_window_exceeded"}
)
# Limits of what may be asked in a time, and of bytes, are no limits of the context.
_OTHER_LIMITS: Final = r"per (?:minute|day|second|hour)|rate limit|\btpm\b|entity too large"
_NO_MODEL: Final = (
    r"models?\b.{0,200}?(?:\bnot (?:be )?found\b|does(?: not|n't) exist|is not installed"
    r"|\bnot exist\b|is not a valid model|cannot be found|is unknown\b)"
    r"|(?:no such|unknown|unrecognized) model\b|invalid model(?: name passed|: )"
    r"|is not a valid model id|no models? named|unable to access model"
    r"|could not find real modelid|no router for requested model|^model: \S+$"
)
_NO_MODEL_CODES: Final = frozenset(
    {"model_not_found", "invalid_model", "model_not_available", "modelnotfound", "unknown_model"}
)
_ABOUT_REQUESTS: Final = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}
)
_SEARCHED: Final = 1000


class TooLong(NamedTuple):
    """How many tokens a prompt needs, and how many fit; None where the server does not tell."""

    needs: int | None = None
    holds: int | None = None


def too_long(message: str, codes: AbstractSet[str] = frozenset()) -> TooLong | None:
    """Return what a server's words say of a prompt that is too long; None if they are of others."""
    words = message[:_SEARCHED].lower()
    if re.search(_OTHER_LIMITS, words):
        return None
    for names, pattern in _patterns():
        if found := pattern.search(words):
            numbers = dict(zip(names, map(_number, found.groups()), strict=True))
            return TooLong(numbers.get("n"), numbers.get("c"))
    return TooLong() if codes & _TOO_LONG_CODES else None


def is_no_model(message: str, codes: AbstractSet[str], status: int | None) -> bool:
    """Return whether an answer says that no model is named so."""
    if {code.lower() for code in codes} & _NO_MODEL_CODES:
        return True
    is_about_request = status is None or status in _ABOUT_REQUESTS
    return is_about_request and re.search(_NO_MODEL, message[:_SEARCHED].lower()) is not None


def _number(text: str) -> int:
    return int(text.replace(",", "").replace("_", "") or "0")


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    # Compiled when the first error comes: other runs start faster without.
    return [(names, re.compile(pattern, re.DOTALL)) for names, pattern in _TOO_LONG]
