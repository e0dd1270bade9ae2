"""The protocol on standard input and output, which nothing else reads or writes meanwhile."""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, Final, NamedTuple

import anyio
import mcp_types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage

from ollama_cli.errors import UsageError
from ollama_cli.features.mcp_server.running import in_thread
from ollama_cli.types import threads

LONGEST_LINE: Final = 64 << 20
Incoming = MemoryObjectSendStream[SessionMessage | Exception]
Outgoing = MemoryObjectReceiveStream[SessionMessage]


class Wire(NamedTuple):
    """The two ends of the wire."""

    reads: BinaryIO
    writes: BinaryIO


def take() -> Wire:
    """Take standard input and output for the protocol alone.

    What anything else in this process, or a child of it, reads is nothing, and what it prints
    goes to stderr: for ever, lest a text in some buffer reaches the wire at the end.
    """
    if sys.stdin is None or sys.stdout is None:  # whatever has these descriptors by now
        raise UsageError(
            "standard input or output is closed",
            hint="an MCP client starts this: `ollama-cli mcp config` prints how",
        )
    reads, writes = os.dup(0), os.dup(1)
    with open(os.devnull, "r+b", buffering=0) as nothing:  # noqa: PTH123  a descriptor is wanted
        os.dup2(nothing.fileno(), 0)
        try:
            os.dup2(2, 1)
        except OSError:  # stderr is closed
            os.dup2(nothing.fileno(), 1)
    sys.stdout = sys.stderr
    return Wire(os.fdopen(reads, "rb"), os.fdopen(writes, "wb"))


def start_reading(wire: Wire, incoming: Incoming, heard: Callable[[], None]) -> None:
    """Read lines on a thread until the input ends; `heard` is called, in the loop, for each."""
    loop = asyncio.get_running_loop()

    async def take_in(message: SessionMessage | Exception) -> None:
        heard()
        await incoming.send(message)

    def read() -> None:
        # The loop may end before the input does.
        with suppress(RuntimeError, anyio.BrokenResourceError, anyio.ClosedResourceError):
            while line := _line(wire.reads):
                message = _parsed(line)
                asyncio.run_coroutine_threadsafe(take_in(message), loop).result()
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(incoming.close)

    threads.start(read)


async def write_all(wire: Wire, outgoing: Outgoing) -> None:
    """Write messages until there are no more, or nobody reads them any more."""
    async with outgoing:
        async for message in outgoing:
            line = message.message.model_dump_json(by_alias=True, exclude_unset=True) + "\n"
            data = line.encode()

            def write(_: object, data: bytes = data) -> None:
                wire.writes.write(data)
                wire.writes.flush()

            try:
                await in_thread(write)
            except OSError:  # the client has gone, or wants no more
                return


def _line(file: BinaryIO) -> bytes:
    """Read one line; of one that is too long a part that is no JSON. Empty at the end."""
    try:
        line = file.readline(LONGEST_LINE)
        if len(line) < LONGEST_LINE or line.endswith(b"\n"):
            return line
        while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
            pass
    except OSError:  # a terminal that is gone
        return b""
    return b"{\n"


def _parsed(line: bytes) -> SessionMessage | Exception:
    try:
        return SessionMessage(mcp_types.jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError as error:  # the session goes on without it
        return error
