"""The MCP servers of one run: each is started when it is named, and lives until the end."""

import time
from collections.abc import Iterable, Mapping, Sequence
from threading import Lock
from types import TracebackType
from typing import Any, Final, Self

from ollama_cli.config import policy
from ollama_cli.config.mcp_servers import McpServer, filled, read_mcp_servers
from ollama_cli.errors import NotFoundError, OllamaCliError
from ollama_cli.features.context import Context
from ollama_cli.features.mcp import logs
from ollama_cli.features.mcp.client import PATIENCE, McpClient
from ollama_cli.features.mcp.results import result_of, tool_of
from ollama_cli.features.mcp.values import Result, Tool
from ollama_cli.types import model_names, threads

_NAMED: Final = 12


class Servers:
    """The servers that a user has; `known` are those of mcp.json, or one that was typed.

    `place` says where they are listed. Errors are ours, and name the server. Several
    threads may call, and open different servers.
    """

    def __init__(self, context: Context, known: Mapping[str, McpServer], place: str) -> None:
        self._context = context
        self.known = known
        self.place = place
        self._open: dict[str, _Running] = {}

    @classmethod
    def of(
        cls, context: Context, config: str | None = None, command: Sequence[str] = ()
    ) -> "Servers":
        """Read which servers there are: of a file, else the usual one; or one that is a command.

        The command's name is empty. Raises what `read_mcp_servers` raises.
        """
        if command:
            typed = McpServer("", command[0], tuple(command[1:]))
            return cls(context, {"": typed}, "the command line")
        found = read_mcp_servers(context.environ, config)
        for warning in found.warnings:
            context.prompter.warn(warning)
        return cls(context, found.servers, str(found.path or "mcp.json"))

    def named(self, name: str) -> McpServer:
        """Return the server of a name; NotFoundError that names similar ones."""
        if name in self.known:
            return self.known[name]
        if not self.known:
            raise NotFoundError(
                f"there is no MCP server {name!r}" if name else "no MCP server is known",
                hint=f'list it in {self.place}: {{"mcpServers": {{"NAME": {{"command": "…"}}}}}}',
            )
        near = model_names.nearest(name, list(self.known), limit=1)
        some = ", ".join(list(self.known)[:_NAMED])
        raise NotFoundError(
            f"there is no MCP server {name!r} in {self.place}",
            hint=f"did you mean {near[0]}?" if near else f"there are: {some}",
        )

    def open(self, names: Iterable[str]) -> None:
        """Start these servers, and greet them; raises the error of the first that fails.

        NotFoundError for one that there is not; RefusedError for a public one, where that is
        forbidden; ConfigError for a variable that is not set.
        """
        wanted = [self.named(name) for name in dict.fromkeys(names) if name not in self._open]
        for server in wanted:
            self._open[server.name] = _Running(self._context, server, self.place)
        for server in wanted:  # all of them start meanwhile
            try:
                self._open[server.name].greet()
            except OllamaCliError:
                self._open.pop(server.name).close()
                raise

    def tools(self) -> list[Tool]:
        """Return the tools of all servers that are open; each is asked once."""
        running = [self._open[name] for name in self.known if name in self._open]
        return [tool for each in running for tool in each.tools()]

    def call(self, server: str, tool: str, arguments: Mapping[str, Any]) -> Result:
        """Call a tool of an open server, and wait; a call is never made twice.

        A server that has ended is started again, once in a run. Raises the errors of `McpClient`.
        """
        return self._open[server].call(tool, arguments)

    def close(self) -> None:
        """End all servers side by side."""
        closing = [threads.start(running.close) for running in self._open.values()]
        for thread in closing:
            thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class _Running:
    """One server that was started."""

    def __init__(self, context: Context, server: McpServer, place: str) -> None:
        flags = context.flags
        logs.show(context.err.file, verbose=flags.verbose > 0, debug=flags.debug)
        if server.url and context.settings.local_only:
            policy.check_host(server.url)
        self._server = filled(server, context.variables, place)
        timeout = context.settings.timeout
        self._timeout = PATIENCE if timeout is None else timeout
        self._tools: list[Tool] | None = None
        self._may_restart = True
        self._lock = Lock()
        self._client = self._start()

    def greet(self) -> None:
        self._client.initialize()

    def tools(self) -> list[Tool]:
        with self._lock:
            if self._tools is None:
                found = self._client.tools()
                self._tools = [tool_of(self._server.name, each) for each in found]
            return self._tools

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Result:
        client = self._living()
        begin = time.monotonic()
        found = client.result(tool, arguments)
        return result_of(found, time.monotonic() - begin)

    def close(self) -> None:
        self._client.close()

    def _living(self) -> McpClient:
        """Return the client; if the server has ended, start it again, once."""
        with self._lock:
            if self._client.is_over and self._may_restart:
                self._may_restart = False
                self._client.close()
                self._client = self._start()
            return self._client

    def _start(self) -> McpClient:
        server = self._server
        name = f"the MCP server {server.name or server.command!r}"
        if server.url:
            return McpClient.connect_http(
                server.url, server.headers, timeout=self._timeout, name=name
            )
        argv = [server.command, *server.args]
        return McpClient.connect_stdio(
            argv, server.env, server.cwd, timeout=self._timeout, name=name
        )


def tool_named(tools: Sequence[Tool], name: str) -> Tool:
    """Find a tool by its own name; NotFoundError that names similar ones."""
    found = next((tool for tool in tools if tool.name == name), None)
    if found is not None:
        return found
    names = [tool.name for tool in tools]
    near = model_names.nearest(name, names, limit=1)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(names[:_NAMED])}"
    raise NotFoundError(
        f"there is no tool {name!r}", hint=hint if names else "the server has no tools at all"
    )


def split_name(name: str, servers: Iterable[str]) -> tuple[str, str] | None:
    """Split `SERVER.TOOL` behind the name of a server that is known; both may hold dots."""
    fitting = [each for each in servers if each and name.startswith(f"{each}.")]
    server = max(fitting, key=len, default=None)
    return None if server is None else (server, name[len(server) + 1 :])
