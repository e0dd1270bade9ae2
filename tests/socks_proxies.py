"""A SOCKS 5 proxy on loopback that leads every connection to one port: a fake for tests."""

import contextlib
import socket
import threading
from collections.abc import Iterator

_PATIENCE = 30.0


class SocksProxy:
    """Listens until it is closed; `asked` are the hosts and ports that it was asked for."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.asked: list[tuple[str, int]] = []

    def serve(self) -> None:
        with contextlib.suppress(OSError):  # closed: the test is over
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._lead, args=(client,), daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _lead(self, client: socket.socket) -> None:
        client.settimeout(_PATIENCE)
        with contextlib.suppress(OSError), client, client.makefile("rb") as stream:
            greeting = stream.read(2)
            if not greeting:
                return  # it was only looked whether somebody listens
            stream.read(greeting[1])  # the ways to sign in that the client knows
            client.sendall(b"\x05\x00")
            kind = stream.read(4)[3]
            length = {1: 4, 4: 16}.get(kind) or stream.read(1)[0]
            host = stream.read(length)
            name = host.decode() if kind == 3 else str(list(host))
            self.asked.append((name, int.from_bytes(stream.read(2), "big")))
            with socket.create_connection(("127.0.0.1", self._target), _PATIENCE) as server:
                client.sendall(b"\x05\x00\x00\x01" + bytes(6))
                back = threading.Thread(target=_relay, args=(server, client), daemon=True)
                back.start()
                _relay(client, server)
                back.join(_PATIENCE)


def _relay(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def socks_proxy(target: int) -> Iterator[SocksProxy]:
    """Lead to a port of loopback for as long as the block lasts."""
    proxy = SocksProxy(target)
    thread = threading.Thread(target=proxy.serve, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join(_PATIENCE)
