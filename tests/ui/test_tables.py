"""Tables are as wide as they need, on a terminal no wider than it is."""

import io

import pytest

from ollama_cli.ui import cells
from ollama_cli.ui.streams import OutStream
from ollama_cli.ui.tables import show_section, show_table, show_wrapped

HEADER = ("NAME", "ID", "SIZE", "MODIFIED")
ROWS = (
    ("llama3.2:latest", "a80c4f17acd5", "2.0 GB", "3 hours ago"),
    ("qwen2.5-coder:7b", "dae161e27b0e", "4.7 GB", "2 weeks ago"),
)
SPARE = ("ID", "MODIFIED")


def stream(width: int | None = None, *, colour: bool = False, unicode: bool = True) -> OutStream:
    return OutStream(
        io.StringIO(),
        is_terminal=width is not None,
        colour=colour,
        unicode=unicode,
        fixed_width=width,
    )


def written(out: OutStream) -> str:
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def table(width: int | None, **more: bool) -> str:
    out = stream(width, **more)
    show_table(out, HEADER, ROWS, spare=SPARE)
    return written(out)


WHOLE = """\
NAME              ID            SIZE    MODIFIED
llama3.2:latest   a80c4f17acd5  2.0 GB  3 hours ago
qwen2.5-coder:7b  dae161e27b0e  4.7 GB  2 weeks ago
"""


@pytest.mark.parametrize("width", [None, 200, 80, 60, 51])
def test_a_table_that_fits_is_shown_whole(width: int | None) -> None:
    assert table(width) == WHOLE


@pytest.mark.parametrize("width", [50, 40, 37])
def test_spare_columns_go_one_by_one_the_first_of_them_first(width: int) -> None:
    assert table(width) == (
        "NAME              SIZE    MODIFIED\n"
        "llama3.2:latest   2.0 GB  3 hours ago\n"
        "qwen2.5-coder:7b  4.7 GB  2 weeks ago\n"
    )


@pytest.mark.parametrize("width", [36, 24])
def test_all_spare_columns_may_go(width: int) -> None:
    assert table(width) == (
        "NAME              SIZE\nllama3.2:latest   2.0 GB\nqwen2.5-coder:7b  4.7 GB\n"
    )


def test_what_still_is_too_wide_is_cut() -> None:
    assert table(20) == ("NAME              S…\nllama3.2:latest   2…\nqwen2.5-coder:7b  4…\n")
    assert table(20, unicode=False).count("~") == 3
    assert table(20, unicode=False).isascii()


@pytest.mark.parametrize("width", [1, 2, 3, 10, 20, 23, 30, 45, 60, 80])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, table(width).splitlines())) <= width


def test_a_pipe_gets_every_column() -> None:
    out = stream()
    show_table(out, ("A",), [("x" * 500,)], spare=("A",))
    assert written(out).splitlines()[1] == "x" * 500


def test_a_table_without_rows_is_its_header() -> None:
    out = stream(80)
    show_table(out, HEADER, [])
    assert written(out) == "NAME  ID  SIZE  MODIFIED\n"


def test_colour_is_for_the_header_and_only_when_asked() -> None:
    assert "\x1b" not in table(80)
    first, *rest = table(80, colour=True).splitlines()
    assert first == "\x1b[1mNAME              ID            SIZE    MODIFIED\x1b[0m"
    assert rest == WHOLE.splitlines()[1:]


def test_colour_does_not_count_as_width() -> None:
    assert len(table(20, colour=True).splitlines()[0]) == 20 + len("\x1b[1m\x1b[0m")


@pytest.mark.parametrize("width", [None, 80])
def test_a_cell_cannot_drive_the_terminal_or_break_its_line(width: int | None) -> None:
    out = stream(width)
    show_table(out, ("A", "B"), [("x\x1b[2J\ny\x9b", "\u202e \t z\r")])
    assert written(out).splitlines()[1:] == ["x\\x1b[2J y\\x9b  \\u202e z"]


def test_a_section_is_a_title_rows_and_a_blank_line() -> None:
    out = stream()
    show_section(out, "Model", [["architecture", "llama"], ["parameters", "3.2B"]])
    assert written(out) == "  Model\n    architecture    llama\n    parameters      3.2B\n\n"


def test_a_section_shows_control_characters() -> None:
    out = stream(80)
    show_section(out, "System", [["be\x1b[31m \n brief"]])
    assert written(out) == "  System\n    be\\x1b[31m brief\n\n"


LONG = "hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M"
WIDE = "潮汐/月と太陽の引力によって起こる海面の上下:最新"


def rows_of(width: int, header: tuple[str, ...], *rows: tuple[str, ...], **more: bool) -> list[str]:
    out = stream(width, **more)
    show_table(out, header, rows, spare=SPARE)
    return written(out).splitlines()


def test_long_names_are_shortened_before_columns_go() -> None:
    row = (LONG, "a80c4f17acd5", "2.0 GB", "3 hours ago")
    for width, name in (
        (84, LONG),
        (83, "hf.co/bartowski/Llama-3.…3B-Instruct-GGUF:Q4_K_M"),
        (70, "hf.co/bartowski/L…truct-GGUF:Q4_K_M"),
        (55, "hf.co/bart…UF:Q4_K_M"),
    ):
        header, line = rows_of(width, HEADER, row)
        assert line == f"{name}  a80c4f17acd5  2.0 GB  3 hours ago"
        assert header.split() == list(HEADER)
    assert rows_of(54, HEADER, row)[1] == ("hf.co/bartowski/…ruct-GGUF:Q4_K_M  2.0 GB  3 hours ago")
    assert rows_of(30, HEADER, row)[1] == "hf.co/barto…GUF:Q4_K_M  2.0 GB"
    assert rows_of(20, HEADER, row)[1] == "hf.co/bart…UF:Q4_K_…"
    assert "~" in rows_of(55, HEADER, row, unicode=False)[1]


def test_addresses_are_shortened_too() -> None:
    header, line = rows_of(50, ("", "NAME", "URL", "KEY"), ("*", "work", f"https://{LONG}", "yes"))
    assert header.endswith("KEY")
    assert cells.width(line) == 50
    assert line.startswith("*  work  https://hf.co/")
    assert line.endswith("GGUF:Q4_K_M  yes")


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_wide_characters_take_two_cells(width: int) -> None:
    rows = [(WIDE, "1" * 12, "2.0 GB", "now"), ("cafe\u0301", "2" * 12, "3.0 GB", "now")]
    header, *lines = rows_of(width, HEADER, *rows)
    begins = [cells.width(line.partition("GB")[0]) for line in lines]
    assert begins[0] == begins[1] == header.index("SIZE") + 4
    assert max(map(cells.width, lines)) <= width


def test_a_wrapped_column_counts_cells() -> None:
    out = stream(40)
    show_wrapped(out, ("設定", "WHAT"), [("言語", "潮汐 " * 8), ("x", "a" * 50), ("y", "")])
    lines = written(out).splitlines()
    assert max(map(cells.width, lines)) <= 40
    assert sum(line.count("潮汐") for line in lines) == 8
    assert sum(line.count("a") for line in lines) == 50


def test_a_section_counts_cells() -> None:
    out = stream(80)
    show_section(out, "Model", [["名前", "x"], ["parameters", "y"]])
    assert written(out).splitlines()[1:3] == ["    名前          x", "    parameters    y"]


def test_a_column_without_room_stands_below() -> None:
    out = stream(40, colour=True)
    show_wrapped(out, ("VARIABLE", "MEANING"), [("A" * 30, "what it is, in a few words, or more")])
    assert written(out).splitlines() == [
        "\x1b[1mVARIABLE\x1b[0m",
        "    MEANING",
        "A" * 30,
        "    what it is, in a few words, or more",
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_no_word_of_a_wrapped_column_is_lost(width: int) -> None:
    out = stream(width)
    text = "the longest silence of the server in every phase"
    show_wrapped(out, ("NAME", "WHAT"), [("A" * 15, text)])
    assert " ".join(written(out).split()) == f"NAME WHAT {'A' * 15} {text}"
    assert max(map(len, written(out).splitlines())) <= width


def test_the_last_text_of_a_section_is_broken_between_words() -> None:
    text = "You are a helpful assistant who likes 潮汐 and answers in a few words"
    out = stream(40)
    show_section(out, "System", [[text], ["and no more"]])
    lines = written(out).splitlines()
    assert " ".join(" ".join(lines[1:]).split()) == f"{text} and no more"
    assert max(map(cells.width, lines)) <= 40
    assert all(line.startswith("    ") for line in lines[1:-1])
    out = stream(40)
    show_section(out, "Parameters", [["stop", "a"], ["a long one", "several words of a value"]])
    assert written(out).splitlines()[2:4] == [
        "    a long one    several words of a",
        "                  value",
    ]


@pytest.mark.parametrize(
    ("width", "header", "end"),
    [
        (80, "NAME  TIME  ERROR", "connection refused by the server at 127.0.0.1"),
        (40, "NAME  TIME  ERROR", "connection refused by the s…"),
        (32, "NAME  TIME  ERROR", "connection refused …"),
        (31, "NAME  ERROR", "connection refused by th…"),
    ],
)
def test_a_sentence_is_shortened_at_its_end_before_columns_go(
    width: int, header: str, end: str
) -> None:
    out = stream(width)
    row = ("m", "3 s", "connection refused by the server at 127.0.0.1")
    show_table(out, ("NAME", "TIME", "ERROR"), [row], spare=("TIME",))
    first, second = written(out).splitlines()
    assert first == header
    assert second.endswith(f"  {end}")
    assert len(second) <= width
