"""Servers of several ages with some models installed, as scripts for `hostile.Server`."""

from typing import Any

from hostile import Peer, Script, by_path, document

VERSION = document({"version": "0.32.15"})


def model(name: str, *capabilities: str, known: bool = True, **more: Any) -> dict[str, Any]:
    return {"name": name, **more, **({"capabilities": list(capabilities)} if known else {})}


def show_script(table: dict[str, list[str] | None]) -> Script:
    def script(peer: Peer) -> None:
        name = peer.request.json["model"]
        if table.get(name) is None:
            document({} if name in table else {"error": f"model '{name}' not found"})(peer)
        else:
            document({"capabilities": table[name]})(peer)

    return script


def playing(
    installed: list[dict[str, Any]],
    loaded: list[str] | None = None,
    shown: dict[str, list[str] | None] | None = None,
) -> Script:
    return by_path(
        {
            "/api/version": VERSION,
            "/api/tags": document({"models": installed}),
            "/api/ps": document({"models": [{"name": name} for name in loaded or []]}),
            "/api/show": show_script(shown or {}),
        }
    )
