"""The calls of tools that were ours to run: a line for people, a record for programs."""

import json
from typing import Any, Final

from ollama_cli.types.answer_events import ToolResult
from ollama_cli.types.text import one_line
from ollama_cli.types.units import format_bytes, format_duration

_LONGEST: Final = 200


def call_line(result: ToolResult, *, unicode: bool) -> str:
    """Return the line about one call: tool, arguments, how long it took, how much it brought."""
    call = result.call
    arguments = json.dumps(call.arguments, ensure_ascii=False, separators=(",", ":"))
    shown = one_line(f"{_label(result)} {arguments}")
    shown = shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
    size = format_bytes(result.size).replace("KB", "kB")
    parts = [shown, format_duration(result.seconds), size] if result.approved else [shown]
    if not result.ok:
        parts.append("failed" if result.approved else one_line(result.text)[:_LONGEST])
    mark, dot = ("⚙", " · ") if unicode else ("tool:", ", ")
    return f"{mark} {dot.join(parts)}"


def call_record(result: ToolResult) -> dict[str, Any]:
    """Return one call with what came of it, as one of `tool_runs`."""
    call = result.call
    about = {"id": call.id, "server": call.server, "name": call.name, "arguments": call.arguments}
    return about | result_record(result)


def result_record(result: ToolResult) -> dict[str, Any]:
    """Return what came of a call, with its id."""
    return {
        "id": result.call.id,
        "ok": result.ok,
        "approved": result.approved,
        "seconds": round(result.seconds, 6),
        "bytes": result.size,
        "text": result.text,
    }


def _label(result: ToolResult) -> str:
    call = result.call
    return call.name if call.server is None else f"{call.server}.{call.name}"
