"""Tools and results as the protocol has them, as values of ours."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ollama_cli.features.mcp.values import Result, Tool
from ollama_cli.types.units import format_bytes

_BASE64: Final = 3 / 4


def tool_of(server: str, listed: Mapping[str, Any]) -> Tool:
    """Read one tool of a list."""
    hints = listed.get("annotations") or {}
    return Tool(
        server=server,
        name=listed["name"],
        description=listed.get("description") or "",
        input_schema=listed.get("inputSchema") or {},
        read_only=hints.get("readOnlyHint"),
        destructive=hints.get("destructiveHint"),
    )


def result_of(found: Mapping[str, Any], seconds: float) -> Result:
    """Read the result of a call; without any content its text is the structured content."""
    content: Sequence[Mapping[str, Any]] = tuple(found.get("content", ()))
    structured = found.get("structuredContent")
    texts = [_text(each) for each in content]
    if not texts and structured is not None:
        texts = [json.dumps(structured, ensure_ascii=False)]
    return Result(
        text="\n".join(texts),
        is_error=bool(found.get("isError")),
        seconds=seconds,
        content=content,
        structured_content=structured,
        raw=found,
    )


def _text(block: Mapping[str, Any]) -> str:
    """Return the text of one part of the content; what is no text is named."""
    kind = block.get("type")
    if kind == "text":
        return str(block.get("text", ""))
    resource = block.get("resource") or {}
    if kind == "resource" and isinstance(resource.get("text"), str):
        return str(resource["text"])
    if kind == "resource_link":
        return str(block.get("uri", ""))
    data = block.get("data") or resource.get("blob") or ""
    media = block.get("mimeType") or resource.get("mimeType") or "unknown type"
    return f"[{kind}: {media}, {format_bytes(int(len(data) * _BASE64))}]"
