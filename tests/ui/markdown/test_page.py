"""Block by block a screen comes to hold what one rendering of the whole text would show."""

import random
import re
from collections.abc import Iterable

import pytest
from documents_in_markdown import PROSE, SAMPLES, long_answer, pieces
from rounds import rounds
from screens import Screen, highest_climbs

from ollama_cli.ui.markdown.page import MarkdownPage
from ollama_cli.ui.markdown.typesetter import Typesetter

SIZES = [(80, 24), (60, 15)]
PLAIN = Typesetter(colour=False)


def streamed(screen: Screen, texts: Iterable[str], *, complete: bool = True) -> Screen:
    page = MarkdownPage(screen)
    for text in texts:
        page.add(text)
    page.end(complete=complete)
    return screen


def at_once(text: str, columns: int, rows: int) -> list[str]:
    """What a screen holds after one rendering of the whole text."""
    screen = Screen(columns, rows)
    screen.write(PLAIN.render(text.replace("\r\n", "\n"), columns))
    return screen.lines


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize(("columns", "rows"), SIZES)
@pytest.mark.parametrize("seed", rounds(2, 4))
def test_however_it_is_cut_the_lines_are_those_of_one_rendering(
    name: str, columns: int, rows: int, seed: int
) -> None:
    text = SAMPLES[name]
    screen = streamed(Screen(columns, rows), pieces(text, seed))
    assert screen.lines == at_once(text, columns, rows)


@pytest.mark.parametrize(("columns", "rows", "burst"), [(80, 24, 1), (60, 15, 7), (80, 24, 900)])
def test_five_thousand_tokens(columns: int, rows: int, burst: int) -> None:
    tokens = long_answer()
    bursts = ["".join(tokens[i : i + burst]) for i in range(0, len(tokens), burst)]
    screen = streamed(Screen(columns, rows), bursts)
    assert screen.lines == at_once("".join(tokens), columns, rows)


@pytest.mark.parametrize("seed", rounds(50, 150))
def test_lines_in_any_order(seed: int) -> None:
    rng = random.Random(seed)
    lines = [line for text in SAMPLES.values() for line in text.replace("\r", "").split("\n")]
    text = "\n".join(rng.choice([*lines, *[""] * 40]) for _ in range(rng.randint(2, 9)))
    screen = streamed(Screen(60, 60), pieces(text, seed))
    assert screen.lines == at_once(text, 60, 60)


def test_the_bytes_are_those_of_one_rendering_and_the_raw_text() -> None:
    tokens = long_answer()
    raw = streamed(Screen(80, 24, colour=True), tokens).raw
    whole = Typesetter().render("".join(tokens), 80)
    assert len(raw.encode()) <= 1.3 * len(whole.encode()) + len("".join(tokens).encode())


def test_the_screen_is_never_cleared_in_one_step() -> None:
    """It would be moved into the scrollback by some terminals, and stand there twice."""
    raw = streamed(Screen(60, 15), long_answer(1000)).raw
    assert not re.search(r"\x1b\[\d*J", raw)
    assert highest_climbs(raw)


def test_a_piece_is_one_write_and_what_comes_complete_is_not_echoed() -> None:
    screen = Screen()
    page = MarkdownPage(screen)
    page.add("# a\n\nb\n\n- c\n- d\n\ne")
    assert len(screen.writes) == 1
    assert highest_climbs(screen.raw) == []
    assert screen.raw == "\x1b[1;4ma\x1b[0m\n\nb\n\n • c\n • d\n\ne"


def test_what_is_complete_is_never_touched_again() -> None:
    screen = Screen(60, 15)
    page = MarkdownPage(screen)
    done: list[str] = []
    for piece in long_answer(600):
        before = screen.lines
        page.add(piece)
        assert screen.lines[: len(done)] == done
        if piece == "\n\n":
            done = [*before[: len(done)], *screen.lines[len(done) :]]
    assert len(done) > 40


def test_lines_of_code_are_shown_as_they_come() -> None:
    screen = Screen(colour=True)
    page = MarkdownPage(screen)
    page.add("```python\nx = 1  # one\ny")
    assert screen.lines[1:] == ["x = 1  # one", "y"]
    assert "\x1b[" in screen.writes[-1].partition("x")[2]
    page.add(" = 2\n")
    assert screen.writes[-1].startswith("\r\x1b[Ky")


def test_items_are_set_before_their_list_ends() -> None:
    screen = Screen()
    page = MarkdownPage(screen)
    page.add("1. **one**\n2. two")
    assert screen.lines == [" 1. one", "2. two"]


def test_a_block_taller_than_the_screen_stays_as_it_is() -> None:
    text = f"# Above\n\n{PROSE * 10}"
    screen = streamed(Screen(60, 15), [*pieces(text, 2), "\n\n**below**\n"])
    assert max(highest_climbs(screen.raw), default=0) < 15
    assert screen.lines[0] == "Above"
    assert screen.lines[-1] == "below"
    kept = "".join("".join(screen.lines[1:-1]).split())
    assert kept == "".join((PROSE * 10).split())


@pytest.mark.parametrize("columns", [40, 100])
def test_a_block_during_which_the_width_changes_stays_as_it_is(columns: int) -> None:
    screen = Screen(60, 15)
    page = MarkdownPage(screen)
    page.add("# Above\n\nThe **open")
    screen.resize(columns, 15)
    page.add("** block\n\nnext **one**\n\n")
    page.end(complete=True)
    assert screen.lines == ["Above", "The **open** block", "next one"]
    assert highest_climbs(screen.raw) == []


def test_a_screen_that_became_lower_is_not_climbed() -> None:
    screen = Screen(60, 15)
    page = MarkdownPage(screen)
    page.add("a **b**\n" * 10)
    screen.resize(60, 8)
    page.add("\nend\n\n")
    assert highest_climbs(screen.raw) == []
    assert screen.lines[-1] == "end"


def test_a_pause_completes_the_block() -> None:
    screen = Screen()
    page = MarkdownPage(screen)
    page.add("**a")
    page.add("**")
    page.pause()
    screen.line("note: a call")
    page.add("*b*")
    page.end(complete=True)
    assert screen.lines == ["a", "note: a call", "b"]


@pytest.mark.parametrize(
    "evil", ["\x1b[2J\x1b]0;owned\x07", "`\x1b[31m`", "&#13;x", "&#x202E;x", "[a](<\x1b[2J>)"]
)
def test_no_text_drives_the_terminal(evil: str) -> None:
    for text in (evil, f"```\x1b[1m\n{evil}\n```\n", f"- {evil}\n", f"|{evil}|\n|-|\n|{evil}|\n"):
        screen = streamed(Screen(), pieces(text, 1))
        ours = highest_climbs(screen.raw)
        assert screen.raw.count("\x1b[2J") == screen.raw.count("\x1b]") == 0
        assert not set("\x07\x9b\u202e") & set(screen.raw)
        assert "\r" not in PLAIN.render(text, 80).replace("\r\x1b", "")
        assert all(rows < 4 for rows in ours)


def test_without_colour_no_colour_is_used() -> None:
    text = "".join(SAMPLES.values())
    for screen in (Screen(), Screen(colour=True)):
        streamed(screen, [text])
        codes = {
            code
            for part in screen.raw.split("\x1b[")[1:]
            for code in part[:9].split("m")[0].split(";")
        }
        colours = {code for code in codes if code.isdigit() and int(code) >= 30}
        assert bool(colours) is screen.colour


@pytest.mark.parametrize("columns", [80, 20])
def test_a_table_of_headings_alone_is_shown_however_narrow_the_screen(columns: int) -> None:
    names = [f"name{number}" for number in range(6)]
    shown = PLAIN.render(f"|{'|'.join(names)}|\n{'|-' * 6}|\n", columns)
    assert all(name in shown for name in names)


def test_the_lines_around_code_fit_a_narrow_screen() -> None:
    screen = streamed(Screen(12, 24), ["```c\nx = 1\n```\n"])
    assert screen.lines == ["─── c ──────", "x = 1", "─" * 12]
    assert screen.lines == at_once("```c\nx = 1\n```\n", 12, 24)


@pytest.mark.parametrize(
    "text",
    ["".join(f"{'  ' * n}- item{n}\n" for n in range(30)), "> " * 30 + "item0\n"],
    ids=["lists", "quotes"],
)
def test_what_is_nested_too_deep_to_be_set_is_left_as_it_is(text: str) -> None:
    lines = streamed(Screen(80, 60), pieces(text, 2)).lines
    assert re.findall(r"item\d+", "\n".join(lines)) == re.findall(r"item\d+", text)


@pytest.mark.parametrize(
    "text", ["a\n\u3000```\nb", "1. a\n\xa0\xa0```x", "a\n\n\xa0\n- b", "~~~```\nx"]
)
def test_fences_and_blanks_are_those_of_markdown(text: str) -> None:
    assert streamed(Screen(), pieces(text, 1)).lines == at_once(text, 80, 24)
