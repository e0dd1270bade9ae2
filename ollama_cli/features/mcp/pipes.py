"""Messages of the protocol through the pipes of a program: a transport for the SDK's client.

It differs from the SDK's own in three things: a line has a greatest length, what is no message is
counted instead of logged, and the program belongs to the main thread, which can end it at any time.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from anyio.to_thread import run_sync
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from ollama_cli.errors import ProtocolError
from ollama_cli.features.mcp.logs import LOG
from ollama_cli.system.children import Child
from ollama_cli.types.text import sentence

LONGEST_LINE: Final = 16_000_000
_SHOWN: Final = 200
_Inbound: TypeAlias = SessionMessage | Exception
Streams: TypeAlias = tuple[
    MemoryObjectReceiveStream[_Inbound], MemoryObjectSendStream[SessionMessage]
]


class Pipes:
    """The two pipes of a program; `failure` is what its output was broken off for.

    `noise` is the first line of it that is no message, `noises` how many there were.
    """

    def __init__(self, name: str, child: Child) -> None:
        self.failure: ProtocolError | None = None
        self.noise = ""
        self.noises = 0
        self._name = name
        self._child = child

    @asynccontextmanager
    async def streams(self) -> AsyncIterator[Streams]:
        """Carry messages both ways while the block runs."""
        heard, inbox = anyio.create_memory_object_stream[_Inbound](0)
        outbox, told = anyio.create_memory_object_stream[SessionMessage](0)
        with heard, inbox, outbox, told:
            async with anyio.create_task_group() as group:
                group.start_soon(self._hear, heard)
                group.start_soon(self._tell, told, heard)
                try:
                    yield inbox, outbox
                finally:
                    group.cancel_scope.cancel()

    async def _hear(self, heard: MemoryObjectSendStream[_Inbound]) -> None:
        """Pass messages on until the output ends; its end is the end of the session."""
        read = self._child.read_line
        try:
            while line := await run_sync(read, LONGEST_LINE, abandon_on_cancel=True):
                if len(line) > LONGEST_LINE:
                    self.failure = ProtocolError(
                        f"{self._name} sent a line of more than {LONGEST_LINE // 1_000_000} MB"
                    )
                    break
                message = self._message(line)
                if self.failure is not None:
                    break
                if message is not None:
                    await heard.send(message)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass  # nobody listens any more: the session is over
        heard.close()

    async def _tell(
        self,
        told: MemoryObjectReceiveStream[SessionMessage],
        heard: MemoryObjectSendStream[_Inbound],
    ) -> None:
        async for each in told:
            text = each.message.model_dump_json(by_alias=True, exclude_unset=True)
            try:
                await run_sync(self._child.send, f"{text}\n".encode(), abandon_on_cancel=True)
            except OSError:  # it reads no more, so that no answer will come
                heard.close()
                return

    def _message(self, line: bytes) -> SessionMessage | None:
        try:
            return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
        except ValueError:
            self._note(line)
            return None

    def _note(self, line: bytes) -> None:
        """Tell what is printed beside the messages from a message that cannot be read."""
        text = sentence(line.decode("utf-8", "replace").strip())[:_SHOWN]
        if _is_meant_as_message(line):
            self.failure = ProtocolError(f"{self._name} sent a broken message", reason=text)
        elif text:
            self.noise = self.noise or text
            self.noises += 1
            LOG.info("%s printed what is no message: %s", self._name, text)


def _is_meant_as_message(line: bytes) -> bool:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return line.startswith(b'{"jsonrpc"')
    return isinstance(found, dict) and "jsonrpc" in found
