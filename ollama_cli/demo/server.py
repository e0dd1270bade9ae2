"""The demo server: a port on loopback, its threads, and a clean end."""

import os
import socket
import socketserver
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import Any, Final, Self

from ollama_cli.demo import spoiled
from ollama_cli.demo.exchange import Exchange
from ollama_cli.demo.limits import Budget, Limits
from ollama_cli.demo.machine import Machine
from ollama_cli.demo.script import Plan
from ollama_cli.types import threads

TOKENS_PER_SECOND: Final = 80.0
BYTES_PER_SECOND: Final = 9_000_000.0

LIMITS: Final = Limits()
_LOOPBACK: Final = "127.0.0.1"
_POLL: Final = 0.05


class DemoServer:
    """An HTTP server on 127.0.0.1 that speaks the Ollama protocol with a model made of word counts.

    It serves from `with` on, in daemon threads, and raises `OSError` there if the port is taken.
    Port 0 takes a free one. A rate of 0 means: as fast as possible.
    """

    def __init__(
        self,
        port: int = 0,
        fault: str | None = None,
        fault_times: int | None = None,
        *,
        tokens_per_second: float = TOKENS_PER_SECOND,
        bytes_per_second: float = BYTES_PER_SECOND,
        limits: Limits = LIMITS,
    ) -> None:
        self._port = port
        self._plan = Plan(fault, fault_times)
        self._machine = Machine(tokens_per_second, bytes_per_second, limits.models)
        if self._plan.strikes(spoiled.CUT_JSON):
            self._machine.num_predict = spoiled.CUT_AT
        self._limits = limits
        self._listener: _Listener | None = None
        self._closed = False

    def __enter__(self) -> Self:
        listener = _Listener(self._port, self._machine, self._plan, self._limits)
        self._listener = listener
        self._port = listener.server_address[1]
        listener.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Return the URL, without a slash at its end."""
        return f"http://{_LOOPBACK}:{self._port}"

    def wait(self) -> None:
        """Block until the server is closed."""
        # Polled, as a signal handler that closes could not take a lock that is held here.
        while not self._closed:
            time.sleep(_POLL)

    def close(self) -> None:
        """Stop the server and close all connections; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._listener is not None:
            self._listener.stop()
        self._machine.library.close()


class _Listener(socketserver.ThreadingTCPServer):
    """The listening socket and the connections that came from it."""

    daemon_threads = True
    # On Windows the option would let two servers share one port.
    allow_reuse_address = os.name != "nt"
    request_queue_size = 128
    timeout = 0.4

    def __init__(self, port: int, machine: Machine, plan: Plan, limits: Limits) -> None:
        self.machine = machine
        self.plan = plan
        self.limits = limits
        self.bodies = Budget(limits.bodies)
        self._free = threading.Semaphore(limits.connections)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._taken = 0
        self._stopped = False
        self._thread: threading.Thread | None = None
        super().__init__((_LOOPBACK, port), Exchange)

    def start(self) -> None:
        """Begin to accept connections."""
        self._thread = threads.start(self._accept)

    def stop(self) -> None:
        """Accept no more connections and shut down the open ones, so that their threads end."""
        self._stopped = True
        self._free.release()  # if all connections are taken, the thread waits for one
        # A connection from here wakes the thread at once; the timeout would do so later.
        with suppress(OSError):
            socket.create_connection(self.socket.getsockname(), self.timeout).close()
        if self._thread:
            self._thread.join()
        self.server_close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):  # already closed by the client
                    connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
            self._taken += 1
        threads.start(partial(self.process_request_thread, request, client_address))

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)
        self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that left; a bug keeps its traceback."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def _accept(self) -> None:
        while not self._stopped:
            self._free.acquire()
            taken = self._taken
            self.handle_request()
            if taken == self._taken:  # nobody came
                self._free.release()
