"""A client of a registry, which lists the layers of a model before the server downloads it.

No secret of the server is sent there: no token, no password, no header.
"""

import hashlib
from http import HTTPStatus
from typing import Final

from ollama_cli.errors import (
    AuthError,
    ModelNotFoundError,
    ProtocolError,
    ServerError,
    UnaskedError,
)
from ollama_cli.transport.client import Transport
from ollama_cli.transport.deadline import limited
from ollama_cli.types import model_names
from ollama_cli.types.manifests import Manifest
from ollama_cli.types.secrets import redact
from ollama_cli.types.urls import is_private_place, split_userinfo
from ollama_cli.wire.manifest import LARGEST_MANIFEST, MEDIA_TYPE, parse_manifest

NONE: Final = "none"
PATIENCE: Final = 2.0
_LARGEST_BLOB: Final = 1 << 20


class Registry:
    """The registry at `url`, or no registry if `url` is `none`.

    `patience` bounds each request, in seconds. Every method raises OllamaCliError or one of its
    children, and nothing else.
    """

    def __init__(self, url: str, *, ca_file: str | None = None, patience: float = PATIENCE) -> None:
        self._url = url
        self._ca_file = ca_file
        self._patience = patience
        self._transports: dict[str, Transport] = {}

    def close(self) -> None:
        """Close all connections."""
        for transport in self._transports.values():
            transport.close()

    def manifest(self, model: str, *, insecure: bool = False) -> Manifest:
        """Fetch the manifest of a model; `insecure` allows plain http on private addresses.

        Raises ModelNotFoundError for an unknown model or tag, UnaskedError if no registry can be
        asked.
        """
        root, path = self._place(model, insecure=insecure)
        tag = _parsed(model).tag
        try:
            body = self._fetch(root, f"{path}/manifests/{tag}", LARGEST_MANIFEST)
        except ModelNotFoundError as error:
            raise ModelNotFoundError(
                f"the registry at {redact(root)} knows no model {model!r}",
                http_status=error.http_status,
            ).with_facts(model=model, is_unknown=True) from error
        try:
            return parse_manifest(body)
        except ProtocolError as error:
            raise ProtocolError(f"the registry at {redact(root)} sent no manifest") from error

    def blob(self, model: str, digest: str, *, insecure: bool = False) -> bytes:
        """Fetch a small blob of a model, verified by its digest."""
        root, path = self._place(model, insecure=insecure)
        body = self._fetch(root, f"{path}/blobs/{digest}", _LARGEST_BLOB)
        if digest != f"sha256:{hashlib.sha256(body).hexdigest()}":
            raise ProtocolError(f"the registry at {redact(root)} sent another blob than {digest}")
        return body

    def _place(self, model: str, *, insecure: bool) -> tuple[str, str]:
        """Return where a model comes from: the root of its registry, and its path there."""
        name = _parsed(model)
        path = f"/v2/{name.namespace}/{name.model}"
        host = name.host.lower()
        if self._url == NONE:
            raise UnaskedError("no registry shall be asked")
        if host in {model_names.DEFAULT_HOST, _authority(self._url)}:
            return self._url, path
        is_near = is_private_place(host)
        if is_near and insecure:
            return f"http://{host}", path
        how = "asked with --insecure only" if is_near else "not asked"
        raise UnaskedError(f"it comes from {host}, which is {how}")

    def _fetch(self, root: str, path: str, largest: int) -> bytes:
        transport = self._transport(root)

        def ask() -> tuple[int, bytes]:
            with transport.send("GET", path, wait=self._patience) as reply:
                return reply.status, reply.read(largest)

        status, body = limited(self._patience, transport.root, ask, "registry")
        where = f"the registry at {transport.root}"
        if status == HTTPStatus.NOT_FOUND:
            raise ModelNotFoundError(f"{where} has no {path}", http_status=status)
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise AuthError(f"{where} wants a sign-in", http_status=status)
        if status != HTTPStatus.OK:
            raise ServerError(f"{where} answers {status}", http_status=status)
        return body

    def _transport(self, root: str) -> Transport:
        if root not in self._transports:
            self._transports[root] = Transport(
                root,
                connect_timeout=self._patience,
                headers={"Accept": MEDIA_TYPE},
                ca_file=self._ca_file,
                name="registry",
            )
        return self._transports[root]


def _parsed(model: str) -> model_names.Name:
    name = model_names.parse(model)
    if name is None:
        raise UnaskedError(f"no model can be named {model!r}")
    return name


def _authority(url: str) -> str:
    """Return host and port of a registry as they are written in the name of a model."""
    return split_userinfo(url)[0].partition("://")[2].partition("/")[0].lower()
