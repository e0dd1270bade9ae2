"""A server that lacks a model until it is pulled, and knows how often it was asked to pull."""

from hostile import Peer, Script, Server, document, lines

CHAT, GENERATE, EMBED, PULL = "/api/chat", "/api/generate", "/api/embed", "/api/pull"
_LEFT_OUT = ("/api/blobs", "/api/show", "/api/version")
LAYER = {"status": "pulling ab", "digest": "sha256:" + "ab" * 32, "total": 1000}
PULLED = lines(
    {"status": "pulling manifest"},
    {**LAYER, "completed": 400},
    {**LAYER, "completed": 1000},
    {"status": "success"},
)
UNKNOWN = lines(
    {"status": "pulling manifest"}, {"error": "pull model manifest: file does not exist"}
)


class Lacking:
    """The script of a server that has `installed`, and `model` once it was pulled."""

    def __init__(self, *installed: str, model: str = "m", pull: Script = PULLED) -> None:
        self._has = list(installed)
        self._model = model
        self._pull = pull
        self.context_length: int | None = 4096

    def __call__(self, peer: Peer) -> None:
        match peer.request.path:
            case "/api/tags":
                document({"models": [{"name": name} for name in self._has]})(peer)
            case "/api/ps":
                loaded = {"name": f"{self._model}:latest", "context_length": self.context_length}
                document({"models": [loaded]})(peer)
            case "/api/pull":
                self._pull(peer)
                if self._pull is PULLED:
                    self._has.append(f"{self._model}:latest")
            case "/api/version":
                document({"version": "0.24.0"})(peer)
            case "/api/show":
                document({"error": f"model '{self._model}' not found"}, 404)(peer)
            case path if f"{self._model}:latest" not in self._has:
                assert path in {CHAT, GENERATE, EMBED}, path
                document({"error": f"model '{self._model}' not found"}, 404)(peer)
            case "/api/embed":
                texts = peer.request.json["input"]
                document({"model": self._model, "embeddings": [[0.5, 1.0]] * len(texts)})(peer)
            case _:
                said = {"message": {"content": "an answer"}, "response": "an answer"}
                lines({**said, "done": False}, {"model": self._model, "done": True})(peer)


def paths(server: Server) -> list[str]:
    """What the server was asked, in order; what it is and can do is left out."""
    asked = [each.path for each in server.requests]
    return [path for path in asked if not path.startswith(_LEFT_OUT)]
