"""A certificate authority of a test's own, made by openssl, and https servers of its."""

import shutil
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hostile import Peer, Script, Server


class Authority:
    """Makes certificates in a folder; `file` is its own one, which others may trust."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("openssl, which makes certificates, is not on this machine")
        self._folder = folder
        self.file, self._key = folder / "ca.pem", folder / "ca-key.pem"
        usage = "-addext keyUsage=critical,keyCertSign,cRLSign"  # which Python asks for since 3.13
        self._openssl(
            f"req -x509 {self._new(self._key)} -subj /CN=test-ca {usage} -out {self.file}"
        )

    def certificate(self, name: str) -> tuple[Path, Path]:
        """Make a certificate for 127.0.0.1, and its key."""
        made, key, asked = (self._folder / f"{name}{end}" for end in (".pem", "-key.pem", ".csr"))
        more = "-addext subjectAltName=IP:127.0.0.1"
        self._openssl(f"req {self._new(key)} -subj /CN={name} {more} -out {asked}")
        signing = (
            f"-CA {self.file} -CAkey {self._key} -CAcreateserial -days 2 -copy_extensions copy"
        )
        self._openssl(f"x509 -req -in {asked} {signing} -out {made}")
        return made, key

    def context(self, *, wants_certificate: bool = False) -> ssl.SSLContext:
        """Make what a server of this authority speaks TLS with."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=self.file)
        context.load_cert_chain(*self.certificate("server"))
        if wants_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    @staticmethod
    def _new(key: Path) -> str:
        return f"-nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 2 -keyout {key}"

    @staticmethod
    def _openssl(words: str) -> None:
        subprocess.run(["openssl", *words.split()], check=True, capture_output=True)


class SecureServer(Server):
    """A server on a port of its own that speaks https; `visitors` are names in certificates."""

    def __init__(self, context: ssl.SSLContext, script: Script) -> None:
        self.visitors: list[str] = []
        self.failed = 0

        def secured(peer: Peer) -> None:
            with peer._sock.dup() as plain:
                try:
                    peer._sock = context.wrap_socket(peer._sock, server_side=True)
                except ssl.SSLError:
                    self.failed += 1
                    while plain.recv(65536):  # or a reset would overtake what was told
                        pass
                    return
            with peer._sock:
                shown: dict[str, Any] = dict(peer._sock.getpeercert() or {})
                self.visitors += [dict(part)["commonName"] for part in shown.get("subject", ())]
                request = peer.read_request()
                if request is not None:
                    self.requests.append(request)
                    script(peer)

        super().__init__(secured, reads=False)
        self.url = self.url.replace("http:", "https:")
