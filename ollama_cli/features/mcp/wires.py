"""What lies between us and an MCP server: the pipes of a program, or HTTP."""

from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Protocol

from mcp import ClientSession, MCPError
from mcp.client.stdio import get_default_environment
from mcp_types import Implementation

from ollama_cli.errors import (
    NotFoundError,
    OllamaCliError,
    ProtocolError,
    StreamCutError,
    UnreachableError,
    UsageError,
)
from ollama_cli.features.mcp.logs import LOG
from ollama_cli.features.mcp.pipes import Pipes
from ollama_cli.system import signals
from ollama_cli.system.children import Child
from ollama_cli.types import threads
from ollama_cli.types.text import sentence

_LINES: Final = 5
_LONGEST: Final = 300
_POLITE, _HASTY = 2.0, 0.3
_MOMENT: Final = 1.0


class Wire(Protocol):
    """One way to a server; `name` is what the server is called in errors."""

    name: str
    takes_leave: bool

    def connection(self, info: Implementation) -> AbstractAsyncContextManager[ClientSession]:
        """Make a session of the SDK's that has greeted the server; `info` is who we are."""
        ...

    def judged(self, error: BaseException) -> OllamaCliError | None:
        """Make our error of one that only this way knows; None if it is another one."""
        ...

    def ended(self, *, is_ready: bool) -> OllamaCliError:
        """Say how the other side went away; before the handshake it was not reached."""
        ...

    @property
    def is_over(self) -> bool:
        """Return whether the other side is known to have gone."""
        ...

    @property
    def noise(self) -> str:
        """Say what came that is no message; empty if nothing did."""
        ...

    def close(self) -> None:
        """End what there is of the other side."""
        ...


class Piped:
    """A program that is a server; it gets the variables that the SDK gives, and `env`.

    Raises NotFoundError for a folder that is not there, UnreachableError for a program that cannot
    be started.
    """

    takes_leave = False

    def __init__(
        self, name: str, argv: Sequence[str], env: Mapping[str, str], cwd: str | None
    ) -> None:
        self.name = name
        self._last: deque[str] = deque(maxlen=_LINES)
        try:
            self._child = Child(argv, {**get_default_environment(), **env}, cwd)
        except ValueError as error:
            raise UsageError(f"{name} cannot be started: {error}") from error
        except OSError as error:
            if cwd is not None and error.filename == cwd:
                raise NotFoundError(f"{name} cannot be started: no such folder: {cwd}") from error
            reason = (error.strerror or str(error)).lower()
            raise UnreachableError(f"{name} cannot be started: {argv[0]}: {reason}") from error
        self._pipes = Pipes(name, self._child)
        self._listening = threads.start(self._listen)

    @asynccontextmanager
    async def connection(self, info: Implementation) -> AsyncIterator[ClientSession]:
        """Make a session of the SDK's that has greeted the server.

        By the handshake first: programs of 2024 and 2025 end or fall silent where the first thing
        they are asked is none, and those of today know it. What refuses it is of the newer era.
        """
        async with (
            self._pipes.streams() as (inbox, outbox),
            ClientSession(inbox, outbox, client_info=info) as session,
        ):
            try:
                await session.initialize()
            except MCPError as error:
                if self.is_over:
                    raise
                try:
                    await session.discover()
                except (MCPError, RuntimeError, ValueError):
                    raise error from None
            yield session

    def judged(self, error: BaseException) -> OllamaCliError | None:  # noqa: ARG002  of any error
        """Say what the output was broken off for, if it was."""
        return self._pipes.failure

    def ended(self, *, is_ready: bool) -> OllamaCliError:
        """Say how the program ended, with the last lines of its errors."""
        code = self._child.wait(_MOMENT)
        if code is None:
            return ProtocolError(f"{self.name} closed its output", reason=self._last_words())
        self._listening.join(_MOMENT)
        how = f"exit code {code}" if code >= 0 else f"signal {-code}"
        kind = StreamCutError if is_ready else UnreachableError
        when = "" if is_ready else " before the handshake"
        return kind(f"{self.name} ended{when} ({how})", reason=self._last_words())

    @property
    def is_over(self) -> bool:
        """Return whether the program has ended, or was broken off."""
        return self._pipes.failure is not None or self._child.exit_code is not None

    @property
    def noise(self) -> str:
        """Say what it printed that is no message."""
        pipes = self._pipes
        if not pipes.noises:
            return ""
        lines = "a line" if pipes.noises == 1 else f"{pipes.noises} lines"
        return f"it printed {lines} that {'is' if pipes.noises == 1 else 'are'} no message"

    def close(self) -> None:
        """End the program and all that it started; in haste if a signal ends us."""
        is_hasty = signals.has_come() or self._pipes.failure is not None
        self._child.stop(_HASTY if is_hasty else _POLITE)

    def _listen(self) -> None:
        for line in self._child.error_lines():
            text = sentence(line.decode("utf-8", "replace"))[:_LONGEST]
            if text:
                self._last.append(text)
                LOG.info("%s: %s", self.name, text)

    def _last_words(self) -> str:
        return " | ".join(self._last)
