"""What a server refuses by name is asked in another way: bodies, and the size of batches.

Sources: the words of OpenAI, vLLM, SGLang, LM Studio, TEI, llama-cpp-python, mlx-lm, DashScope,
Cohere, and those of FastAPI and other frameworks about a field.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

ANY_LIMIT: Final = 1024
"""The limit of tokens for a server that takes no answer without one."""
_REFUSAL: Final = (
    r"(?i)not (?:supported|permitted|allowed|available|implemented|enabled|accepted)|unsupported"
    r"|(?:does|do)(?: not|n't) support|must be|unavailable|disabled|forbidden"
    r"|un(?:known|recognized|expected)|invalid|cannot|only"
)
_NEEDED: Final = r"(?i)required|missing|must be|should be|needs?\b|integer|number|null|none"
_STREAM: Final = r"(?i)\bstream(?:ing|ed)?\b"
_BATCH: Final = (
    r"(?i)batch[ _-]?size|(?:maximum|max|allowed|larger|large|limit)\b.{0,40}\bbatch|batch\b.{0,40}"
    r"(?:maximum|exceed|too (?:large|big|many|long)|at most|limit)"
    r"|too many (?:inputs?|texts?|items?|strings?|documents?|embeddings?)"
    r"|(?:number|count|amount) of (?:inputs?|texts?|items?|documents?)"
    r"|at most [\d,]+ (?:inputs?|texts?|items?|strings?|documents?|elements?)"
    r"|(?:array|list|input)(?: is)? too long|(?:array|list) with maximum length"
)
_TOKENS: Final = r"(?i)\btokens?\b|physical batch"
_NUMBER: Final = r"(?<![\w.])\d[\d,]{0,8}(?![\w.]*\w)"
_JSON_SCHEMA: Final = {
    "type": "json_schema",
    "json_schema": {"name": "answer", "schema": {"type": "object"}},
}


def adapted_body(body: Mapping[str, Any], complaint: str) -> dict[str, Any] | None:
    """Change a body as the server's complaint about it asks; None if no change is known."""
    changed = dict(body)
    if "max_completion_tokens" in complaint and "max_tokens" in changed:
        changed["max_completion_tokens"] = changed.pop("max_tokens")
    elif "stream_options" in complaint and "stream_options" in changed:
        del changed["stream_options"]
    elif "json_object" in complaint or "response_format.type" in complaint:
        if (changed.get("response_format") or {}).get("type") != "json_object":
            return None
        changed["response_format"] = _JSON_SCHEMA
    elif _names_missing_limit(changed, complaint):
        changed["max_tokens"] = ANY_LIMIT
    elif changed.get("stream") and _refuses_streams(complaint):
        changed["stream"] = False
        changed.pop("stream_options", None)
    else:
        return None
    return changed


def smaller_batch(count: int, complaint: str) -> int | None:
    """Return how many texts of `count` a server takes at once; None if it complains of others.

    It is the number that the server says, else half as many.
    """
    if count < 2 or not re.search(_BATCH, complaint) or re.search(_TOKENS, complaint):  # noqa: PLR2004  one is no batch
        return None
    said = (int(found.replace(",", "")) for found in re.findall(_NUMBER, complaint))
    return max((number for number in said if 0 < number < count), default=count // 2)


def _names_missing_limit(body: Mapping[str, Any], complaint: str) -> bool:
    has_limit = "max_tokens" in body or "max_completion_tokens" in body
    return not has_limit and "max_tokens" in complaint and bool(re.search(_NEEDED, complaint))


def _refuses_streams(complaint: str) -> bool:
    return bool(re.search(_STREAM, complaint) and re.search(_REFUSAL, complaint))
