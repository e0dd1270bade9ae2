"""A scripted MCP server: how it behaves is in its arguments, and most of that is wrong.

It is run as a program, and speaks the protocol by hand, so that no library puts it right:
`python mcp_servers.py [ERA] [BEHAVIOUR…]`. What it was asked it writes to the file of `--log`.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

MODERN = "2026-07-28"
LEGACY = "2025-11-25"
SEEN: list[str] = []
BROKEN = {
    "a list as result": '{"jsonrpc": "2.0", "id": 1, "result": []}',
    "a text as error": '{"id": 1, "error": "no", "jsonrpc": "2.0"}',
    "half a message": '{"jsonrpc": "2.0", "id"',
    "too deep": '{"jsonrpc": "2.0", "id": 1, "result": ' + "[" * 100_000 + "]" * 100_000 + "}",
}
PROGRAM = [sys.executable, str(Path(__file__).resolve())]
TOOLS: list[dict[str, Any]] = [
    {
        "name": "add",
        "description": "Add two numbers",
        "inputSchema": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a", "b"],
            "additionalProperties": False,
        },
        "annotations": {"readOnlyHint": True},
    },
    {
        "name": "say",
        "description": "Say what it is given",
        "inputSchema": {
            "type": "object",
            "properties": {"text": {"type": "string"}, "times": {"type": ["integer", "null"]}},
        },
        "annotations": {"readOnlyHint": False, "destructiveHint": True},
    },
    {"name": "env", "inputSchema": {"type": "object"}},
    {"name": "fail", "inputSchema": {"type": "object"}},
    {"name": "crash", "inputSchema": {"type": "object"}},
    {"name": "refuse", "inputSchema": {"type": "object"}},
    {"name": "sleep", "inputSchema": {"type": "object"}},
    {"name": "big", "inputSchema": {"type": "object"}},
    {"name": "nonsense", "inputSchema": {"type": "object"}},
    {"name": "all.kinds", "inputSchema": {"type": "object"}},
    {
        "name": "promise",
        "inputSchema": {"type": "object", "properties": {"it": {}}},
        "outputSchema": {"type": "object", "properties": {"x": {"pattern": "^(a+)+$"}}},
    },
]


def server(*behaviours: str, log: Path | None = None) -> list[str]:
    """Return the command of a server that behaves so."""
    return [*PROGRAM, *behaviours, *(["--log", str(log)] if log else [])]


def configured(folder: Path, **servers: Mapping[str, Any] | Sequence[str]) -> Path:
    """Write an mcp.json with servers: an entry, or the words of a command."""
    entries = {
        name: dict(each) if isinstance(each, Mapping) else {"command": each[0], "args": each[1:]}
        for name, each in servers.items()
    }
    path = folder / "mcp.json"
    path.write_text(json.dumps({"mcpServers": entries}))
    path.chmod(0o600)
    return path


def log(text: str) -> None:
    if "--log" in sys.argv:
        with Path(sys.argv[sys.argv.index("--log") + 1]).open("a") as file:
            file.write(f"{text}\n")


def printed(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class RefusalError(Exception):
    """What a request is answered with in the place of a result."""


def refuse(_: Mapping[str, Any]) -> dict[str, Any]:
    raise RefusalError({"code": -32000, "message": "not today"})


def text(words: str, **more: object) -> dict[str, Any]:
    return {"content": [{"type": "text", "text": words}], **more}


def add(given: Mapping[str, Any]) -> dict[str, Any]:
    total = given["a"] + given["b"]
    return text(str(total), structuredContent={"total": total}, beyond="the protocol")


def env(_: Mapping[str, Any]) -> dict[str, Any]:
    return text(json.dumps({**os.environ, "cwd": str(Path.cwd())}))


def crash(_: Mapping[str, Any]) -> dict[str, Any]:
    sys.stderr.write("about to crash\n")
    sys.stderr.flush()
    os._exit(3)


def sleep(given: Mapping[str, Any]) -> dict[str, Any]:
    time.sleep(float(given.get("seconds", 3600)))
    return text("awake")


def all_kinds(_: Mapping[str, Any]) -> dict[str, Any]:
    inner = {"uri": "file:///b", "mimeType": "text/plain", "text": "inner"}
    return {
        "content": [
            {"type": "text", "text": "one"},
            {"type": "image", "data": "AAAA", "mimeType": "image/png"},
            {"type": "resource", "resource": inner},
            {"type": "resource_link", "uri": "file:///a", "name": "a"},
        ]
    }


CALLED: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "add": add,
    "say": lambda given: text(given["text"] * (given.get("times") or 1)),
    "env": env,
    "fail": lambda _: text("the file is\nnot there", isError=True),
    "crash": crash,
    "sleep": sleep,
    "big": lambda given: text("a" * int(given.get("bytes", 50_000_000))),
    "refuse": refuse,
    "nonsense": lambda _: {"content": "this is no list"},
    "all.kinds": all_kinds,
    "promise": lambda given: text("", **({"structuredContent": given["it"]} if given else {})),
}


def answer(request: Mapping[str, Any], behaviours: Sequence[str]) -> dict[str, Any] | None:
    """Answer a request; None for a notification."""
    method, params = request["method"], request.get("params", {})
    log(f"{method} {params.get('name', '')}".strip())
    SEEN.append(method)
    if "id" not in request:
        return None
    is_early = method != "initialize" and "notifications/initialized" not in SEEN
    if is_early and "old" in behaviours:
        sys.exit("a request before the handshake")
    try:
        result = asked(method, params, behaviours)
    except RefusalError as error:
        return {"jsonrpc": "2.0", "id": request["id"], "error": error.args[0]}
    if "modern" in behaviours:
        result = {"resultType": "complete", **result}
    return {"jsonrpc": "2.0", "id": request["id"], "result": result}


def asked(method: str, params: Mapping[str, Any], behaviours: Sequence[str]) -> dict[str, Any]:
    kept = {"ttlMs": 0, "cacheScope": "public"} if "modern" in behaviours else {}
    match method:
        case "server/discover" if kept:
            return {"supportedVersions": [MODERN], "capabilities": {"tools": {}}, **kept}
        case "initialize" if kept:
            data = {"supported": [MODERN], "requested": LEGACY}
            raise RefusalError({"code": -32022, "message": "Unsupported version", "data": data})
        case "initialize":
            capabilities: dict[str, Any] = {} if "no-tools" in behaviours else {"tools": {}}
            info = {"name": "scripted", "version": "1"}
            return {"protocolVersion": LEGACY, "capabilities": capabilities, "serverInfo": info}
        case "tools/list":
            return listed(params, behaviours) | kept
        case "tools/call":
            return CALLED[params["name"]](params.get("arguments", {}))
    raise RefusalError({"code": -32601, "message": "Method not found"})


def listed(params: Mapping[str, Any], behaviours: Sequence[str]) -> dict[str, Any]:
    if "endless" in behaviours:
        return {"tools": [], "nextCursor": str(int(params.get("cursor", 0)) + 1)}
    if "pages" not in behaviours:
        return {"tools": TOOLS}
    start = int(params.get("cursor", 0))
    more = {"nextCursor": str(start + 1)} if start + 1 < len(TOOLS) else {}
    return {"tools": TOOLS[start : start + 1], **more}


def begin(behaviours: Sequence[str]) -> None:
    log(f"pid {os.getpid()}")
    if "dead" in behaviours:
        sys.exit("Traceback (most recent call last):\n  boom")
    if "stubborn" in behaviours:
        signal.signal(signal.SIGTERM, lambda *_: log("SIGTERM"))
    if "chatty" in behaviours:
        printed("Server starting\non stdio")
    if "flood" in behaviours:
        for number in range(20_000):
            sys.stderr.write(f"line {number} {'x' * 99}\n")
    while "after" in behaviours and not Path(behaviours[behaviours.index("after") + 1]).exists():
        time.sleep(0.01)
    while "silent" in behaviours:
        time.sleep(1)


def main(behaviours: Sequence[str]) -> None:
    begin(behaviours)
    for line in sys.stdin:
        if "chatty" in behaviours:
            printed("debug: a request")
        found = answer(json.loads(line), behaviours)
        if found is not None:
            printed(json.dumps(found) if "broken" not in behaviours else BROKEN[behaviours[-1]])
    log("end of input")
    while "stubborn" in behaviours:
        time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[1:])
