"""Images for a request: checked, then base64 without a `data:` prefix."""

import base64
from typing import Final

from ollama_cli.errors import UsageError
from ollama_cli.ui.inputs import SHOWN, picture_kind, read_bytes
from ollama_cli.ui.streams import InStream

LARGEST: Final = 100 * 1024 * 1024


def encode_image(path: str, stdin: InStream) -> str:
    """Read an image and encode it; UsageError unless it is PNG, JPEG or WebP of at most 100 MiB."""
    data = read_bytes(path, stdin)
    if picture_kind(data) not in SHOWN:
        raise UsageError(f"{path} is no PNG, JPEG or WebP image")
    if len(data) > LARGEST:
        raise UsageError(f"{path} is larger than 100 MiB")
    return base64.b64encode(data).decode("ascii")
