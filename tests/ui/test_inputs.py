"""A prompt is put together from argument, files and standard input, and nothing is dropped."""

import io
import os
import threading
from pathlib import Path

import pytest

from ollama_cli.errors import NotFoundError, OllamaCliError, UsageError
from ollama_cli.ui import inputs
from ollama_cli.ui.inputs import gather, read_bytes, read_text, read_text_or_file
from ollama_cli.ui.streams import InStream

NOBODY = InStream(None)


def piped(data: bytes) -> InStream:
    return InStream(io.BytesIO(data), implicit=True)


def device(data: bytes = b"") -> InStream:
    """Standard input that is not read unless it is named: /dev/null, a terminal."""
    return InStream(io.BytesIO(data), implicit=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"from a\n")
    (tmp_path / "b.txt").write_bytes(b"from b")
    (tmp_path / "empty.txt").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("argument", "files", "stdin", "prompt"),
    [
        ("hi", [], NOBODY, "hi"),
        ("hi", [], device(b"not read"), "hi"),
        (None, [], NOBODY, None),
        (None, [], device(b"not read"), None),
        (None, [], piped(b"said"), "said"),
        (None, [], piped(b""), None),
        ("hi", [], piped(b"said\n"), "hi\n\nsaid\n"),
        ("hi", [], piped(b""), "hi"),
        ("hi", ["a.txt"], NOBODY, "hi\n\nfrom a\n"),
        (None, ["b.txt", "a.txt"], NOBODY, "from b\n\nfrom a\n"),
        ("hi", ["b.txt"], piped(b"said"), "hi\n\nfrom b\n\nsaid"),
        ("-", [], piped(b"said"), "said"),
        ("-", [], device(b"said"), "said"),
        ("-", ["b.txt"], piped(b"said"), "said\n\nfrom b"),
        ("hi", ["-", "b.txt"], piped(b"said"), "hi\n\nsaid\n\nfrom b"),
        ("hi", ["b.txt", "-"], device(b"said"), "hi\n\nfrom b\n\nsaid"),
        ("-", [], piped(b""), ""),
        ("", [], NOBODY, ""),
        ("", [], piped(b"said"), "said"),
        ("hi", ["empty.txt"], NOBODY, "hi"),
        (None, ["empty.txt"], NOBODY, ""),
        (" hi ", [], piped(b"\n"), " hi \n\n\n"),
    ],
)
def test_the_parts_stand_in_order_with_a_blank_line_between(
    folder: Path, argument: str | None, files: list[str], stdin: InStream, prompt: str | None
) -> None:
    assert folder.exists()
    if isinstance(stdin.file, io.BytesIO):
        stdin.file.seek(0)
    assert gather(argument, files, stdin, use_stdin=True) == prompt


def test_standard_input_may_be_left_alone() -> None:
    stdin = piped(b"said")
    assert gather("hi", [], stdin, use_stdin=False) == "hi"
    assert gather(None, [], stdin, use_stdin=False) is None
    assert gather(None, ["-"], stdin, use_stdin=False) == "said"


@pytest.mark.parametrize(("argument", "files"), [("-", ["-"]), ("hi", ["-", "-"])])
def test_standard_input_can_be_named_once(argument: str, files: list[str]) -> None:
    with pytest.raises(UsageError, match="`-` is named twice"):
        gather(argument, files, piped(b"said"), use_stdin=True)


@pytest.mark.parametrize(("argument", "files"), [("-", []), (None, ["-"])])
def test_a_closed_standard_input_that_is_named_is_a_usage_error(
    argument: str | None, files: list[str]
) -> None:
    with pytest.raises(
        UsageError, match="`-` names standard input, which is closed or was read already"
    ) as caught:
        gather(argument, files, NOBODY, use_stdin=True)
    assert caught.value.exit_code == 2


class Pipe(InStream):
    """A pipe that records whether somebody asked to be told of its silence."""

    asked: object = None

    def read(self, on_silence: object = None, patience: float = 2.0, *, largest: int = 0) -> bytes:
        assert largest in {0, inputs.LARGEST_FILE}
        self.asked = (on_silence, patience)
        return b"said"


@pytest.mark.parametrize(
    ("argument", "files", "asked"),
    [("hi", [], True), (None, ["a.txt"], True), (None, [], True), ("-", [], False)],
)
def test_silence_is_told_where_stdin_was_not_named(
    folder: Path, argument: str | None, files: list[str], asked: bool
) -> None:
    assert folder.exists()

    def waiting() -> None:
        raise AssertionError("not called here")

    stdin = Pipe(io.BytesIO(), implicit=True)
    gather(argument, files, stdin, use_stdin=True, on_silence=waiting)
    assert stdin.asked == (waiting if asked else None, 2.0)


def test_a_silent_pipe_is_told_once_and_then_read_to_its_end() -> None:
    reader, writer = os.pipe()
    told = threading.Event()
    calls: list[int] = []

    def waiting() -> None:
        calls.append(1)
        told.set()

    def speak() -> None:
        told.wait(10)
        os.write(writer, b"sa")
        os.write(writer, b"id")
        os.close(writer)

    class Impatient(InStream):
        def read(
            self, on_silence: object = None, patience: float = 2.0, *, largest: int = 999
        ) -> bytes:
            assert callable(on_silence)
            return super().read(on_silence, patience / 1000, largest=largest)

    speaker = threading.Thread(target=speak)
    speaker.start()
    with os.fdopen(reader, "rb") as file:
        stdin = Impatient(file, implicit=True)
        prompt = gather("hi", [], stdin, use_stdin=True, on_silence=waiting)
    speaker.join()
    assert (prompt, calls) == ("hi\n\nsaid", [1])


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfhi", "hi"),
        (b"\xef\xbb\xbf\xef\xbb\xbfhi", "\ufeffhi"),
        ("grüße €".encode(), "grüße €"),
        (b"a\xffb", "a\ufffdb"),
        (b"\xff\xfeh\x00i\x00", "hi"),
        (b"\xfe\xff\x00h\x00i", "hi"),
        (b"\xff\xfeh\x00i", "h\ufffd"),
        (b"\x1b[31mred\x1b[0m\t\x08", "\x1b[31mred\x1b[0m\t\x08"),
        (b"\xf0\x9f\x98", "\ufffd"),
        (b"a\r\nb\r", "a\r\nb\r"),
        (b"", ""),
    ],
)
def test_bytes_are_utf_8_without_a_mark_and_never_fail(
    tmp_path: Path, data: bytes, text: str
) -> None:
    path = tmp_path / "f"
    path.write_bytes(data)
    assert read_text(str(path), InStream(None)) == inputs.decode_text(data, "x") == text
    assert read_bytes(str(path), InStream(None)) == data
    assert gather("-", [], piped(data), use_stdin=True) == text


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", "show it to the model: -i "),
        (b"\xff\xd8\xff\xe0", "show it to the model: -i "),
        (b"GIF89a", "turn it into a PNG, for -i"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "show it to the model: -i "),
        (b"%PDF-1.7\n", "turn it into text first"),
        (b"PK\x03\x04\x14\x00", "turn it into text first"),
        (b"a\x00b", "turn it into text first"),
        (b"\x1f\x8b\x08\x01\x02\x03", "turn it into text first"),
        (b"text" * 10 + b"\x01\x02", "turn it into text first"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes, hint: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(data)
    for place in (str(path), "-"):
        with pytest.raises(UsageError) as caught:
            gather(None, [place], piped(data), use_stdin=False)
        assert (caught.value.hint or "").startswith(hint)
        with pytest.raises(UsageError) as caught:
            list(inputs.read_lines(place, piped(data)))
        assert (caught.value.hint or "").startswith(hint)
    with pytest.raises(UsageError, match="standard input is"):
        gather("what is this?", [], piped(data), use_stdin=True)


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "text", ["", "one", "one\n", "one\n\ntwo", "\u0a0a\u0a0b\nключ\r\n😀\n\u000a\ufeffx"]
)
def test_lines_are_those_of_the_text_in_any_code(tmp_path: Path, code: str, text: str) -> None:
    path = tmp_path / "f"
    path.write_bytes(text.encode(code) if text else b"")
    lines = text.removesuffix("\n").split("\n") if text else []
    assert list(inputs.read_lines(str(path), InStream(None))) == lines
    assert list(inputs.read_lines("-", piped(path.read_bytes()))) == lines


def test_a_line_far_below_that_is_no_text_is_refused() -> None:
    lines = inputs.read_lines("-", piped(b"one\ntwo\n\x00\x01\n"))
    assert [next(lines), next(lines)] == ["one", "two"]
    with pytest.raises(UsageError, match="standard input is no text"):
        next(lines)


@pytest.mark.parametrize("name", ["none.txt", "none/none.txt", "~nobody-at-all/x"])
def test_a_missing_file_is_exit_4(folder: Path, name: str) -> None:
    assert folder.exists()
    with pytest.raises(NotFoundError, match=f"(?m)^no such file: {name}$") as caught:
        read_bytes(name, InStream(None))
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("name", [".", "", "a.txt/b", "a\x00b", "x" * 5000])
def test_what_cannot_be_read_is_exit_2(folder: Path, name: str) -> None:
    assert folder.exists()
    with pytest.raises(OllamaCliError, match=r"^cannot read ") as caught:
        read_text(name, InStream(None))
    assert caught.value.exit_code == 2
    assert not caught.value.message.endswith((".", "None", ": "))


def test_a_home_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "f").write_text("at home", encoding="utf-8")
    assert read_text("~/f", InStream(None)) == "at home"


def test_a_text_may_come_from_a_file(folder: Path) -> None:
    assert folder.exists()
    assert read_text_or_file("be brief", InStream(None)) == "be brief"
    assert read_text_or_file("", InStream(None)) == ""
    assert read_text_or_file("me@a.txt", InStream(None)) == "me@a.txt"
    assert read_text_or_file("@a.txt", InStream(None)) == "from a\n"
    with pytest.raises(NotFoundError):
        read_text_or_file("@none.txt", InStream(None))


def test_an_endless_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "LARGEST_FILE", 1 << 20)
    with pytest.raises(UsageError, match="/dev/zero is larger than 1 MiB"):
        read_bytes("/dev/zero", InStream(None))


def test_a_file_is_not_read_beyond_what_it_may_hold() -> None:
    with pytest.raises(UsageError, match=r"^/dev/zero is larger than 1 MiB$"):
        inputs.read_bytes("/dev/zero", InStream(None), largest=1 << 20)
