"""The requests that we make of an MCP server, in the words of the SDK; results are JSON's types."""

from collections.abc import Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

from mcp import ClientSession, MCPError
from mcp_types import (
    HEADER_MISMATCH,
    CallToolRequest,
    CallToolRequestParams,
    CallToolResult,
    PaginatedRequestParams,
)
from pydantic import TypeAdapter, ValidationError

from ollama_cli.errors import ConfigError, ProtocolError, ServerError
from ollama_cli.features.schema.check import check

_ANY: Final[Any] = TypeAdapter(dict[str, Any])  # any: the SDK declares models alone
_OUTPUTS: Final[WeakKeyDictionary[ClientSession, dict[str, Any]]] = WeakKeyDictionary()
_MOST_PAGES: Final = 100
_WAITS: Final = "input_required"


def hello(session: ClientSession) -> dict[str, Any]:
    """Return what the server said of itself at the handshake."""
    info, words = session.server_info, session.instructions
    found: dict[str, Any] = {
        "protocolVersion": session.protocol_version,
        "capabilities": _dumped(session.server_capabilities),
    }
    if info is not None:
        found["serverInfo"] = _dumped(info)
    if words:
        found["instructions"] = words
    return found


async def list_tools(session: ClientSession) -> list[dict[str, Any]]:
    """Ask for all pages of the tools; a server that announces none is not asked."""
    offered = session.server_capabilities
    if offered is None or offered.tools is None:
        return []
    found: list[dict[str, Any]] = []
    cursors: list[str | None] = [None]
    while len(cursors) <= _MOST_PAGES:
        cursor = cursors[-1]
        params = PaginatedRequestParams(cursor=cursor) if cursor is not None else None
        page = await session.list_tools(params=params)
        found += [_dumped(tool) for tool in page.tools]
        if page.next_cursor is None:
            _OUTPUTS[session] = {each["name"]: each.get("outputSchema") for each in found}
            return found
        if page.next_cursor in cursors:
            break
        cursors.append(page.next_cursor)
    raise ProtocolError("its list of tools has no end")


async def call_tool(
    session: ClientSession, name: str, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    """Call a tool, and return the result as it came; it is checked as the protocol has it."""
    try:
        result = await _called(session, name, arguments)
    except MCPError as error:
        if error.code != HEADER_MISMATCH:
            raise
        await session.list_tools()  # what of the arguments goes into headers stands there
        result = await _called(session, name, arguments)
    if result.get("resultType") == _WAITS:
        raise ServerError(f"the tool {name!r} asks for more input, which cannot be given here")
    parsed = CallToolResult.model_validate(result, by_name=False)
    if not parsed.is_error:
        await _refuse_wrong(session, name, result)
    return result


async def _refuse_wrong(session: ClientSession, name: str, result: Mapping[str, Any]) -> None:
    """Raise ProtocolError for a result that is not as the tool says it is.

    Not by the SDK: it searches patterns of the server that may take years, in texts of the server.
    """
    if name not in _OUTPUTS.get(session, {}):
        await list_tools(session)
    schema = _OUTPUTS.get(session, {}).get(name)
    if schema is None:
        return
    if "structuredContent" not in result:
        raise ProtocolError(f"the tool {name!r} sent no structured content, which it promises")
    try:
        problems = check(result["structuredContent"], schema)
    except ConfigError as error:
        raise ProtocolError(
            f"the tool {name!r} has a schema of its results that cannot be used: {error.message}"
        ) from error
    if problems:
        told = f"the tool {name!r} sent another result than it promises: {problems[0]}"
        raise ProtocolError(told)


async def _called(
    session: ClientSession, name: str, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    params = CallToolRequestParams(name=name, arguments=dict(arguments))
    request = CallToolRequest(params=params)
    found: dict[str, Any] = await session.send_request(request, _ANY)
    return found


def _dumped(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = value.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return found


def first_problem(error: Exception) -> str:
    """Say what is wrong with an answer: of many problems, the first and its place."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
