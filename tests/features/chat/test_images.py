"""Images are told by their first bytes, and sent as base64."""

import base64
from pathlib import Path

import pytest

from ollama_cli.errors import NotFoundError, UsageError
from ollama_cli.features.chat import images
from ollama_cli.ui.streams import InStream

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff\xe0"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 "


@pytest.mark.parametrize("data", [PNG, PNG + b"\x00" * 9, JPEG, WEBP])
def test_png_jpeg_and_webp_are_encoded(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "picture"
    path.write_bytes(data)
    encoded = images.encode_image(str(path), InStream(None))
    assert base64.b64decode(encoded, validate=True) == data
    assert "\n" not in encoded


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a",
        b"",
        b"BM",
        PNG[:5],
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"<svg/>",
        b"data:image/png;base64,iVBORw0KGgo=",
        b"\n" + PNG,
    ],
)
def test_all_else_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=r"picture\.png is no PNG, JPEG or WebP image$") as caught:
        images.encode_image(str(path), InStream(None))
    assert caught.value.exit_code == 2


def test_the_size_has_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert images.LARGEST == 100 * 1024 * 1024
    monkeypatch.setattr(images, "LARGEST", 12)
    path = tmp_path / "picture"
    path.write_bytes(PNG + b"1234")
    assert images.encode_image(str(path), InStream(None))
    path.write_bytes(PNG + b"12345")
    with pytest.raises(UsageError, match="picture is larger than 100 MiB"):
        images.encode_image(str(path), InStream(None))


def test_a_missing_image_is_exit_4_and_a_folder_exit_2(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        images.encode_image(str(tmp_path / "none.png"), InStream(None))
    with pytest.raises(UsageError, match="cannot read"):
        images.encode_image(str(tmp_path), InStream(None))
