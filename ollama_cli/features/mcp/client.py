"""A client of one MCP server, for programs that wait: a facade over the SDK's own."""

import json
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from ollama_cli.__version__ import __version__
from ollama_cli.errors import UsageError
from ollama_cli.features.mcp import extra

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from mcp import ClientSession

    from ollama_cli.features.mcp.session import Session
    from ollama_cli.features.mcp.wires import Wire

T = TypeVar("T")
HANDSHAKE: Final = 15.0
PATIENCE: Final = 60.0
_OURSELVES: Final = {"name": "ollama-cli", "version": __version__}


class McpClient:
    """One MCP server, which a program or an address is; every method waits for its answer.

    Make it by `connect_stdio` or `connect_http`; what they need comes with the extra `mcp`. All
    methods raise our errors: UnreachableError where the server ends before the handshake,
    StreamCutError where it ends later, TimedOutError where it does not answer, ProtocolError for
    what is no MCP, ServerError for an error that it sends. Several threads may use one client.
    """

    def __init__(self, wire: "Wire", timeout: float) -> None:
        self._wire = wire
        self._timeout = timeout
        self._lock = Lock()
        self._session: Session | None = None
        self._hello: dict[str, Any] | None = None
        self._is_closed = False

    @classmethod
    def connect_stdio(
        cls,
        argv: Sequence[str],
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        *,
        timeout: float = PATIENCE,
        name: str = "",
    ) -> Self:
        """Start a program that speaks MCP on its standard input and output.

        It gets the variables HOME, LOGNAME, PATH, SHELL, TERM and USER, and those of `env`.
        `timeout` is in seconds, for each answer; 0 waits for ever. Errors call it by `name`.
        """
        if not argv or not argv[0]:
            raise UsageError("an MCP server needs a command")
        with extra.needed():
            from ollama_cli.features.mcp.wires import Piped  # noqa: PLC0415  MCP alone: 450 ms
        return cls(Piped(name or f"the MCP server {argv[0]!r}", argv, env or {}, cwd), timeout)

    @classmethod
    def connect_http(
        cls,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = PATIENCE,
        name: str = "",
    ) -> Self:
        """Use a server that listens at an address (streamable HTTP); nothing is sent yet.

        `headers` go with every request to its origin. `timeout` and `name` as in `connect_stdio`.
        """
        with extra.needed():
            from ollama_cli.features.mcp.http import Addressed  # noqa: PLC0415  MCP alone: 450 ms
        return cls(Addressed(name or "the MCP server", url, headers or {}), timeout)

    def initialize(self, client_info: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Greet the server once, and return what it says of itself, as the protocol names it.

        `protocolVersion`, `capabilities`, and `serverInfo` and `instructions` if it has them.
        `client_info` is what it is told of us: `name` and `version`. All other methods greet it
        first, if that was not done.
        """
        with self._lock:
            if self._hello is None:
                self._hello = self._greeted({**_OURSELVES, **(client_info or {})})
        return self._hello

    def tools(self) -> list[dict[str, Any]]:
        """Ask for the tools, as the protocol has them: `name`, `description`, `inputSchema`, …."""
        from ollama_cli.features.mcp import requests  # noqa: PLC0415  MCP alone: 450 ms

        return self._do(requests.list_tools, "tools/list")

    def invoke(
        self, name: str | Mapping[str, Any], arguments: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Call a tool by its name and arguments, or by one dict that holds both.

        The result holds `content`, a list; `structuredContent`, None if there is none; `isError`,
        which is what the tool says of the call; and what else came.
        """
        words = name if isinstance(name, Mapping) else {"name": name, "arguments": arguments}
        found = self.result(words.get("name"), words.get("arguments"))
        return {"content": [], "structuredContent": None, "isError": False, **found}

    def result(self, name: object, arguments: object) -> dict[str, Any]:
        """Call a tool, and return its result as it came, with nothing added."""
        from ollama_cli.features.mcp import requests  # noqa: PLC0415  MCP alone: 450 ms

        tool, given = _checked(name, arguments)
        return self._do(lambda session: requests.call_tool(session, tool, given), f"{tool!r}")

    @property
    def is_over(self) -> bool:
        """Return whether the server is known to have gone, so that nothing can be asked of it."""
        is_left = self._session is not None and self._session.is_over
        return self._is_closed or is_left or self._wire.is_over

    def close(self) -> None:
        """End the session, and the program and all that it started."""
        self._is_closed = True
        session, wire = self._session, self._wire
        if session is not None and wire.takes_leave:
            session.close(gently=True)
        wire.close()
        if session is not None:
            session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _greeted(self, info: Mapping[str, str]) -> dict[str, Any]:
        from mcp_types import Implementation  # noqa: PLC0415  MCP alone: 450 ms

        from ollama_cli.features.mcp import requests, session  # noqa: PLC0415  likewise: 450 ms

        self._refuse_closed()
        ours = Implementation(name=info["name"], version=info["version"])
        self._session = session.Session(self._wire.connection(ours))
        try:
            return requests.hello(self._session.opened(HANDSHAKE))
        except Exception as error:
            self._raise_ours(error, "the handshake", HANDSHAKE, is_ready=False)
            raise

    def _do(self, work: "Callable[[ClientSession], Awaitable[T]]", what: str) -> T:
        self.initialize()
        self._refuse_closed()
        assert self._session is not None  # noqa: S101  it was made at the handshake
        try:
            return self._session.call(work, self._timeout)
        except Exception as error:
            self._raise_ours(error, what, self._timeout, is_ready=True)
            raise

    def _raise_ours(self, error: Exception, what: str, seconds: float, *, is_ready: bool) -> None:
        from ollama_cli.features.mcp.failures import translated  # noqa: PLC0415  errors alone: 1 ms

        ours = translated(error, self._wire, what, seconds=seconds, is_ready=is_ready)
        if ours is not None and ours is not error:
            raise ours from error

    def _refuse_closed(self) -> None:
        if self._is_closed:
            raise UsageError("this client is closed")


def _checked(name: object, arguments: object) -> tuple[str, dict[str, Any]]:
    """Return what can be sent; UsageError for what JSON cannot hold."""
    if not isinstance(name, str) or not name:
        raise UsageError("a tool is called by its name, which is a text")
    given = {} if arguments is None else arguments
    if not isinstance(given, Mapping):
        raise UsageError(f"the arguments of {name!r} are no object")
    try:
        text = json.dumps(dict(given), allow_nan=False, ensure_ascii=False)
        text.encode()
        found: dict[str, Any] = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"the arguments of {name!r} cannot be sent as JSON: {error}") from error
    return name, found
