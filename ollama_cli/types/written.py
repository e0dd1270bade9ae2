"""A request that is written down and not sent."""

from collections.abc import Mapping

from ollama_cli.types.values import dataclass


@dataclass(frozen=True)
class WrittenRequest:
    """A request to POST, without what is secret; `body` is JSON, to the byte as it would be sent.

    `proxy` is the one on the way, by its variable (`$HTTPS_PROXY`) if it has one; empty for none.
    """

    url: str
    headers: Mapping[str, str]
    body: bytes
    proxy: str = ""


@dataclass(frozen=True)
class SecretHeader:
    """A header whose value stands behind `prefix` in a variable of the shell.

    Without a `name` the variable holds `user:password`. What is in no variable yet is from
    `origin`.
    """

    name: str
    variable: str
    prefix: str = ""
    origin: str = ""
    is_key: bool = False


@dataclass(frozen=True)
class Trust:
    """Files of certificates: of authorities, and of the client with its key; or no verification."""

    ca_file: str | None = None
    client_cert: tuple[str, str] | None = None
    insecure: bool = False
