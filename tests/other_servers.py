"""Servers that are not Ollama: each answers its own paths as the real one does, `/v1` by the demo.

`requests` holds what each was asked, the method and the path.
"""

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ollama_cli.demo import DemoServer

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html"


@dataclass(frozen=True)
class Page:
    status: int
    body: str
    content_type: str = JSON


@dataclass(frozen=True)
class Character:
    """What a server says: at its own paths, and at those that it does not know."""

    unknown: Page
    pages: Mapping[str, Page] = field(default_factory=dict)
    server: str = ""
    owner: str = ""
    has_v1: bool = True


def says(value: object, status: int = 200) -> Page:
    return Page(status, json.dumps(value, separators=(",", ":")))


LLAMA_CPP = Character(
    says({"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}, 404),
    {
        "/health": says({"status": "ok"}),
        "/props": says({"default_generation_settings": {}, "total_slots": 1}),
        "/api/tags": says({"models": [{"name": "x.gguf", "model": "x.gguf"}], "object": "list"}),
        "/api/show": says({"template": "", "model_info": {}}),
        "/api/chat": Page(200, 'data: {"choices":[]}\n\n', "text/event-stream"),
    },
    server="llama.cpp",
    owner="llamacpp",
)
BEHIND_A_PROXY = Character(LLAMA_CPP.unknown, {"/props": LLAMA_CPP.pages["/props"]}, owner="me")
VLLM = Character(
    says({"detail": "Not Found"}, 404),
    {"/health": Page(200, ""), "/version": says({"version": "0.11.0"})},
    server="uvicorn",
    owner="vllm",
)
LM_STUDIO = Character(
    says({"error": "Unexpected endpoint or method. (GET /)"}),
    {"/lmstudio-greeting": says({"lmstudio": True}), "/api/v0/models": says({"data": []})},
    owner="organization_owner",
)
LOCALAI = Character(
    says({"error": {"code": 404, "message": "Not Found", "type": ""}}, 404),
    {
        "/readyz": Page(200, "OK", TEXT),
        "/system": says({"backends": ["llama-cpp"], "loaded_models": []}),
        "/version": says({"version": "v4.9.0 (f7ad3f7)"}),
        "/api/version": says({"version": "0.9.0"}),
        "/api/tags": says({"models": [{"name": "demo:latest", "model": "demo:latest"}]}),
        "/api/ps": says({"models": []}),
        "/api/show": says({"template": "", "capabilities": ["completion"]}),
    },
)
OLD_LOCALAI = Character(
    LOCALAI.unknown, {path: LOCALAI.pages[path] for path in ("/readyz", "/system", "/version")}
)
ONLY_V1 = Character(Page(404, "404 page not found", TEXT))
WEBSITE = Character(Page(404, "<h1>Not Found</h1>", HTML), has_v1=False)
ROUTER = Character(Page(200, "<h1>Sign in</h1>", HTML), has_v1=False)
KINDS = {
    "llama.cpp": LLAMA_CPP,
    "llama.cpp behind a proxy": BEHIND_A_PROXY,
    "vLLM": VLLM,
    "LM Studio": LM_STUDIO,
    "an old LocalAI": OLD_LOCALAI,
    "only /v1": ONLY_V1,
}


class Other:
    """One such server, and what it was asked."""

    def __init__(
        self, url: str, requests: list[tuple[str, str]], peers: set[tuple[str, int]]
    ) -> None:
        self.url = url
        self.requests = requests
        self.peers = peers

    def posts(self, path: str) -> int:
        return sum(1 for each in self.requests if each == ("POST", path))

    @property
    def changes(self) -> list[tuple[str, str]]:
        """What would have changed something on an Ollama server."""
        paths = {"/api/pull", "/api/copy", "/api/create", "/api/delete", "/api/push"}
        return [each for each in self.requests if each[1] in paths]


@contextmanager
def serving(character: Character, port: int = 0) -> Iterator[Other]:
    """Serve a character on loopback, at a port of its own unless one is named."""
    requests: list[tuple[str, str]] = []
    peers: set[tuple[str, int]] = set()
    with DemoServer(tokens_per_second=0) as demo:
        handler = type(
            "Handler",
            (_Handler,),
            {"who": character, "demo": demo, "seen": requests, "peers": peers},
        )
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield Other(f"http://127.0.0.1:{server.server_port}", requests, peers)
        finally:
            server.shutdown()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    who: Character
    demo: DemoServer
    seen: list[tuple[str, str]]
    peers: set[tuple[str, int]]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes

    def version_string(self) -> str:
        return self.who.server or "something"

    def log_message(self, *_: Any) -> None:
        """The terminal belongs to the tests."""

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.seen.append((self.command, self.path))
        self.peers.add(self.client_address)
        if self.who.has_v1 and self.path.startswith("/v1/"):
            self._pass_on(body)
            return
        page = self.who.pages.get(self.path, self.who.unknown)
        self._send(page.status, page.content_type, page.body.encode())

    do_POST = do_DELETE = do_HEAD = do_GET  # noqa: N815  names that http.server looks for

    def _pass_on(self, body: bytes) -> None:
        connection = http.client.HTTPConnection(self.demo.url.removeprefix("http://"))
        headers = {"Content-Type": JSON}
        connection.request(self.command, self.path, body or None, headers)
        answer = connection.getresponse()
        data = answer.read()
        if self.path == "/v1/models" and self.who.owner:
            data = data.replace(b'"library"', json.dumps(self.who.owner).encode())
        self._send(answer.status, answer.headers.get("Content-Type", JSON), data)
        connection.close()

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
