"""The kind of an image in base64, found in its first bytes."""

import base64
from typing import Final

from ollama_cli.errors import UsageError

_KINDS: Final = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp"}
_MAGIC_BYTES: Final = 16


def media_type(image: str) -> str:
    """Return the media type of an image in base64; UsageError for one that no model is sent."""
    try:
        start = base64.b64decode(image[: 4 * _MAGIC_BYTES])
    except ValueError:
        start = b""
    for magic, kind in _KINDS.items():
        if start.startswith(magic) and (kind != "webp" or start[8:12] == b"WEBP"):
            return f"image/{kind}"
    raise UsageError("an image is neither PNG, JPEG, GIF nor WebP")
