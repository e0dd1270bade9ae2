"""What the clients of all protocols share: one server, its connections and their end."""

from collections.abc import Callable, Mapping
from typing import Self

from ollama_cli.errors import OllamaCliError
from ollama_cli.services.connection import Connection
from ollama_cli.transport import Transport
from ollama_cli.types.timeouts import Timeouts
from ollama_cli.types.urls import base_url_to_host_root, parse_host
from ollama_cli.wire.failures import error_from_answer


class Client:
    """One server; the constructor touches no network."""

    _failure: Callable[..., OllamaCliError] = staticmethod(error_from_answer)
    _speaks = "Ollama"
    _is_native = False

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:11434",
        *,
        timeouts: Timeouts | None = None,
        headers: Mapping[str, str] | None = None,
        ca_file: str | None = None,
        client_cert: str | tuple[str, str] | None = None,
        insecure: bool = False,
    ) -> None:
        root = base_url_to_host_root(base_url) if "://" in base_url else parse_host(base_url)
        self.timeouts = timeouts or Timeouts()
        self._transport = Transport(
            root,
            connect_timeout=self.timeouts.connect,
            headers=headers,
            ca_file=ca_file,
            client_cert=client_cert,
            insecure=insecure,
        )
        self._http = Connection(
            self._transport,
            failure=self._failure,
            speaks=self._speaks,
            is_native=self._is_native,
        )
        self.base_url = self._transport.root

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()
