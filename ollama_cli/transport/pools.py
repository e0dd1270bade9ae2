"""Connections to servers, kept open and shared by all threads of one process."""

import os
import socket
import threading
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import urllib3
import urllib3.connection
import urllib3.connectionpool
from requests.adapters import HTTPAdapter

from ollama_cli.transport.chunked import BulkResponse
from ollama_cli.transport.deadline import Watch, release_connection, watch_connection
from ollama_cli.transport.errors import causes
from ollama_cli.transport.scopes import connectable
from ollama_cli.types import threads

# As many threads may use one client at once without a connection being thrown away.
MOST_KEPT: Final = 256


class StaleConnectionError(ConnectionResetError):
    """A connection that has served a request was closed before a byte of the next answer."""


class _Streaming:
    """What streams need of a connection: chunks decoded in bulk, and access to the socket.

    urllib3 gives up the socket when an answer that closes the connection begins.
    """

    response_class: Any = BulkResponse
    live_socket: socket.socket | None = None
    watch: Watch | None = None
    _has_served = False

    def connect(self) -> None:
        self._has_served = False
        super().connect()  # type: ignore[misc]  # the connection class stands beside this one
        self.live_socket = self.sock  # type: ignore[attr-defined]  # likewise

    def _new_conn(self) -> socket.socket:
        """Connect; a name is looked up on a thread, as nothing ends a look-up: no signal either."""
        connect: Callable[[], socket.socket] = super()._new_conn  # type: ignore[misc]  # likewise
        if not _is_looked_up(self.host):  # type: ignore[attr-defined]  # likewise
            return connect()
        made: list[socket.socket] = []
        errors: list[Exception] = []

        def work() -> None:
            try:
                made.append(connect())
            except Exception as error:  # noqa: BLE001  raised again by the thread that waits
                errors.append(error)

        threads.start(work).join()
        if errors:
            raise errors[0]
        return made[0]

    def request(self, *args: Any, **kwargs: Any) -> None:
        watch_connection(self)
        super().request(*args, **kwargs)  # type: ignore[misc]  # likewise

    def getresponse(self) -> Any:
        """Return the answer, its head read; StaleConnectionError where no byte of it can come."""
        try:
            answer = super().getresponse()  # type: ignore[misc]  # likewise
        except ConnectionResetError as error:
            if self._has_served:
                raise StaleConnectionError(*error.args) from error
            raise
        self._has_served = True
        return answer


def _is_looked_up(host: str) -> bool:
    """Return whether finding the addresses of a host may take long, for one who can be stopped."""
    is_name = ":" not in host and any(map(str.isalpha, host)) and host != "localhost"
    return is_name and threading.current_thread() is threading.main_thread()


class _HTTPConnection(_Streaming, urllib3.connection.HTTPConnection):
    pass


class _HTTPSConnection(_Streaming, urllib3.connection.HTTPSConnection):
    pass


class _Releasing:
    """A pool whose connections are watched only while they serve a question."""

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            release_connection(conn)
        super()._put_conn(conn)  # type: ignore[misc]  # the pool class stands beside this one


class _HTTPPool(_Releasing, urllib3.connectionpool.HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(_Releasing, urllib3.connectionpool.HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


_POOLS: Final = {"http": _HTTPPool, "https": _HTTPSPool}


def _socks_pools() -> dict[str, type[urllib3.HTTPConnectionPool]]:
    """Make the same of what connects through SOCKS; only where PySocks is there."""
    from urllib3.contrib import socks  # noqa: PLC0415  SOCKS alone: 3 ms

    class HTTPConnection(_Streaming, socks.SOCKSConnection):
        pass

    class HTTPSConnection(_Streaming, socks.SOCKSHTTPSConnection):
        pass

    class HTTPPool(_Releasing, socks.SOCKSHTTPConnectionPool):
        ConnectionCls = HTTPConnection

    class HTTPSPool(_Releasing, socks.SOCKSHTTPSConnectionPool):
        ConnectionCls = HTTPSConnection

    return {"http": HTTPPool, "https": HTTPSPool}


class Adapter(HTTPAdapter):
    """Makes connections whose answers are decoded in bulk, also through a proxy.

    A process that was forked makes its own: on one that two of them have, each would read what the
    other one asked for. A request for which a kept connection turns out to be closed is sent again,
    as curl does: some servers (llama.cpp's) close after a stream without saying so.
    """

    def __init__(self) -> None:
        super().__init__(pool_maxsize=MOST_KEPT)

    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        """Make the pools of connections to servers."""
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        self.poolmanager.pool_classes_by_scheme = _POOLS
        self._owner = os.getpid()

    def send(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request on a connection of this very process."""
        if self._owner != os.getpid():
            self.proxy_manager = {}
            self.init_poolmanager(self._pool_connections, self._pool_maxsize)  # type: ignore[attr-defined]  # requests' own
        while True:
            try:
                return super().send(*args, **kwargs)
            except requests.ConnectionError as error:
                if not any(isinstance(each, StaleConnectionError) for each in causes(error)):
                    raise

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return the pool of a request, whose host is spelled as a resolver reads it."""
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        host = urlsplit(args[0].url).hostname or ""
        if "%" in host:  # urllib3 takes an interface for a part of a name, and lowers its case
            pool.host = connectable(host)
        return pool

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> urllib3.PoolManager:
        """Make the pools of connections through a proxy."""
        if proxy in self.proxy_manager:
            known: urllib3.PoolManager = self.proxy_manager[proxy]
            return known
        manager: urllib3.PoolManager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _socks_pools() if proxy.startswith("socks") else _POOLS
        return manager

    def close(self) -> None:
        """Close all connections, even if an answer that is still in use refers to their pool."""
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118  no mapping to iterate over
                if (pool := manager.pools.get(key)) is not None:
                    pool.close()
        super().close()
