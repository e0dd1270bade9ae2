"""Files that go along with a question: read, checked, and named on the screen by a chip."""

from pathlib import Path
from typing import Final

from ollama_cli.errors import UsageError
from ollama_cli.features.chat.images import LARGEST
from ollama_cli.features.chat.recorder import Recorder
from ollama_cli.types.sessions import Attachment
from ollama_cli.types.units import format_bytes
from ollama_cli.ui import inputs
from ollama_cli.ui.inputs import SHOWN, picture_kind
from ollama_cli.ui.streams import InStream

IMAGE: Final = "image/"
_TEXT: Final = "text/plain"


def read_picture(path: str, stdin: InStream, recorder: Recorder) -> Attachment:
    """Read an image; UsageError unless it is PNG, JPEG or WebP of at most 100 MiB."""
    data = inputs.read_bytes(path, stdin)
    kind = picture_kind(data)
    if kind not in SHOWN:
        raise UsageError(f"{path} is no PNG, JPEG or WebP image")
    if len(data) > LARGEST:
        raise UsageError(f"{path} is larger than 100 MiB")
    return recorder.attach(Path(path).name, f"{IMAGE}{kind.lower()}", data)


def read_text(path: str, stdin: InStream, recorder: Recorder) -> Attachment:
    """Read a text file; raises what `inputs.read_text` raises."""
    text = inputs.read_text(path, stdin)
    return recorder.attach(Path(path).name, _TEXT, text.encode("utf-8", "replace"))


def chip(each: Attachment, recorder: Recorder) -> str:
    """Return what stands for an attachment on the screen."""
    if each.media_type.startswith(IMAGE):
        return f"[{each.name}: {format_bytes(each.size)}]"
    text = recorder.blob(each.sha256).decode()
    lines = text.count("\n") + (not text.endswith("\n"))
    return f"[{each.name}: {lines} line{'' if lines == 1 else 's'}, {len(text)} chars]"
