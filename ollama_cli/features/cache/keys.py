"""The key of a question: two that are answered alike have the same one, and no others."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

# A number to count up when another form of keys, or of what is kept, makes the old ones wrong.
_FORM: Final = 1
# How it is sent, and how long the model stays loaded: neither changes an answer.
_WITHOUT: Final = frozenset({"stream", "keep_alive"})


def key_of(route: str, body: Mapping[str, Any], *, digest: str, version: str) -> bytes:
    """Return the SHA-256 (32 bytes) of a question to a model of this digest, on this version.

    The order of names stays, as servers write the fields of a schema in its order; only that of the
    model's options is nobody's. Images stand in it by their own SHA-256.
    """
    asked = {name: each for name, each in body.items() if name not in _WITHOUT and each is not None}
    if "options" in asked:
        asked["options"] = dict(sorted(asked["options"].items()))
    if "messages" in asked:
        asked["messages"] = [_with_hashes(message) for message in asked["messages"]]
    whole = [_FORM, route, _with_hashes(asked), digest, version]
    return hashlib.sha256(json.dumps(whole, separators=(",", ":")).encode()).digest()


def _with_hashes(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body or a message with the hash of each image in its place."""
    images = part.get("images")
    if not images:
        return dict(part)
    return {**part, "images": [hashlib.sha256(each.encode()).hexdigest() for each in images]}
