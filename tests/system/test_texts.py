"""The text of a file, in the encodings that editors write."""

import pytest

from ollama_cli.errors import ConfigError
from ollama_cli.system.texts import decode

TEXT = "A=é\r\n\N{SNOWMAN}\U0001f600\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"],
)
def test_what_is_marked_is_decoded_and_encoded_again(data: bytes) -> None:
    found = decode(data, "x")
    assert found.text == TEXT
    assert found.encode() == data


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"A=1\nB=\xe9\n", "x: line 2 is no UTF-8"),
        (b"\xef\xbb\xbf\xff", "x: line 1 is no UTF-8"),
        (b"a\n\n\0b", "x: line 3 has a NUL character, which no text has"),
        ("A=1\n".encode("utf-16-le"), "x: line 1 has a NUL character, which no text has"),
        ("A=1\n".encode("utf-32"), "x: line 1 has a NUL character, which no text has"),
        (b"\xff\xfe\n\0a\0\n\0\x00\xd8a\0", "x: line 3 is no UTF-16"),
        (b"\xff\xfea", "x: line 1 is no UTF-16"),
    ],
)
def test_what_is_no_text_names_its_file_and_its_line(data: bytes, told: str) -> None:
    with pytest.raises(ConfigError) as failure:
        decode(data, "x")
    assert failure.value.message == told
    assert failure.value.hint == "save it as UTF-8: x"
