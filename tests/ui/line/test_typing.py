"""What keys do on the line, and what is on the screen: one key after the other, no server."""

import os
import stat
from collections import deque
from pathlib import Path
from unicodedata import normalize

import pytest
from desks import (
    ALT_ENTER,
    BACKSPACE,
    CTRL_C,
    CTRL_D,
    CTRL_G,
    CTRL_J,
    CTRL_R,
    CTRL_U,
    DELETE,
    DOWN,
    ENTER,
    ESCAPE,
    LEFT,
    RIGHT,
    TAB,
    UP,
    Desk,
    pasted,
)  # fmt: skip

from ollama_cli.ui.line.line import Typed

SIZES = [(80, 24), (60, 15), (20, 6)]
FAMILY, FLAG, HEART = "👨‍👩‍👧", "🇩🇪", "❤️"
MODELS = ["hf.co/user/model:Q4_K_M", "llama3.2:1b", "llama3.2:3b", "mistral"]


def complete(line: str) -> list[str]:
    word, blank, rest = line.partition(" ")
    if blank:
        return [name for name in MODELS if word == "/model" and name.startswith(rest)]
    return [each for each in ("/model", "/move", "/help") if each.startswith(word)]


@pytest.mark.parametrize("newline", [CTRL_J, ALT_ENTER, "\x1b[13;2u", "\x1b[27;2;13~"])
def test_enter_sends_and_others_make_new_lines(newline: str) -> None:
    with Desk() as desk:
        assert desk.ask("one", newline, "two", ENTER) == Typed("one\ntwo")
        assert desk.ask("three", ENTER) == Typed("three")
        assert desk.shown == [">>> one", "... two", ">>> three"]


@pytest.mark.parametrize(("columns", "rows"), SIZES)
@pytest.mark.parametrize("text", ["hello", "世界 wide 文字", f"{FLAG} ok {HEART}", "e\u0301té"])
def test_what_is_typed_is_sent_and_stays_on_the_screen(text: str, columns: int, rows: int) -> None:
    with Desk(columns, rows) as desk:
        assert desk.ask(text, ENTER) == Typed(text)
        shown = normalize("NFC", desk.shown[0])  # as the emulator has it
        assert shown.startswith(normalize("NFC", f">>> {text[:2]}"))


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_line_that_wraps_has_no_mark_within(columns: int, rows: int) -> None:
    words = " ".join(f"w{number:02}" for number in range(20))  # 79 characters
    with Desk(columns, rows) as desk:
        assert desk.ask(words, CTRL_J, "end", ENTER) == Typed(f"{words}\nend")
        assert desk.shown[-1] == "... end"
        assert "".join(f"{line:<{columns}}" for line in desk.shown[:-1])[:83] == f">>> {words}"


def test_a_block_is_one_question() -> None:
    with Desk() as desk:
        assert desk.ask('"""', ENTER, "one", ENTER, "/exit", ENTER, '"""', ENTER) == Typed(
            "one\n/exit", is_block=True
        )


@pytest.mark.parametrize(
    ("text", "is_block"), [("one", False), ("/exit\rtwo", True), ("a\r\nb\nc", True)]
)
def test_a_paste_never_sends(text: str, is_block: bool) -> None:
    with Desk() as desk:
        whole = text.replace("\r\n", "\n").replace("\r", "\n")
        assert desk.ask(pasted(text), "!", ENTER) == Typed(f"{whole}!", is_block)


def test_a_command_may_take_a_paste_and_none_begins_in_one() -> None:
    with Desk() as desk:
        assert not desk.ask("/set system ", pasted("a\nb"), ENTER).is_block
        assert desk.ask(" ", pasted("/exit\nb"), ENTER).is_block
        assert not desk.ask(pasted("/exit\nb"), CTRL_U, BACKSPACE, CTRL_U, "/exit", ENTER).is_block


@pytest.mark.parametrize(("columns", "rows"), SIZES[:2])
def test_a_long_paste_is_a_chip_and_sent_in_full(columns: int, rows: int) -> None:
    text = "".join(f"{number}\n" for number in range(1, 4001))
    with Desk(columns, rows) as desk:
        sent = desk.ask("see ", pasted(text), " and ", pasted("x" * 600), ENTER)
        assert sent == Typed(f"see {text} and {'x' * 600}")
        shown = "".join(desk.shown)
        assert shown.startswith(">>> see [paste 1: 4001 lines, 18893 chars] and [paste 2: 1 line")
        assert desk.ask(pasted(text), BACKSPACE, "gone", ENTER) == Typed("gone")
        assert desk.ask("a", pasted(text), "b", LEFT, LEFT, "c", DELETE, ENTER) == Typed("acb")
        assert len(desk.raw) < 20_000


def test_arrows_and_deletion_take_characters_as_they_are_seen() -> None:
    with Desk() as desk:
        for each in (FAMILY, FLAG, HEART, "e\u0301", "世"):
            assert desk.ask(f"a{each}b", LEFT, LEFT, "x", RIGHT, "y", ENTER).text == f"ax{each}yb"
            assert desk.ask(f"a{each}", BACKSPACE, "b", ENTER).text == "ab"
            assert desk.ask(f"a{each}b", LEFT, LEFT, DELETE, ENTER).text == "ab"
        assert desk.ask("a", CTRL_J, "b", LEFT, BACKSPACE, ENTER).text == "ab"


def test_earlier_questions_come_back() -> None:
    older = ["newest", "oldest", "newest"]
    with Desk(history=lambda: older) as desk:
        assert desk.ask(UP, ENTER).text == "newest"
        assert desk.ask(UP, UP, ENTER).text == "oldest"
        assert desk.ask("now\n2", ENTER).text == "now\n2"
        assert desk.ask("draft", UP, UP, DOWN, DOWN, DOWN, "!", ENTER).text == "draft!"
        assert desk.ask(CTRL_R, "old", ENTER, ENTER).text == "oldest"
        assert desk.ask(CTRL_R, "old", CTRL_C, "new", ENTER).text == "new"
        older.insert(0, "from another window")
        assert desk.ask(CTRL_R, "another", ENTER, ENTER).text == older[0]
        assert desk.ask(pasted("p" * 600), ENTER).text == desk.ask(UP, ENTER).text == "p" * 600


def test_blank_lines_are_not_remembered() -> None:
    with Desk() as desk:
        assert desk.ask_all([f"one{ENTER}", f" {ENTER}", f"{UP}{ENTER}"]) == ["one", " ", "one"]


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_completion_takes_the_rest_of_the_line(columns: int, rows: int) -> None:
    with Desk(columns, rows, complete=complete) as desk:
        assert desk.ask("/h", TAB, ENTER).text == "/help"
        assert desk.ask("/model hf", TAB, ENTER).text == "/model hf.co/user/model:Q4_K_M"
        assert desk.ask("/model l", TAB, "3", TAB, ENTER).text == "/model llama3.2:3b"
        assert desk.ask("no", TAB, "thing /h", TAB, ENTER).text == "nothing /h"


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_menu_is_walked_and_enter_takes_its_choice(columns: int, rows: int) -> None:
    with Desk(columns, rows, complete=complete) as desk:
        desk.type("/model llama3.2:", TAB)
        desk.meet("llama3.2:1b", lambda: desk.type(TAB, TAB))
        desk.meet("/model llama3.2:3b", lambda: desk.type(ENTER, "!", ENTER))
        assert desk.read().text == "/model llama3.2:3b!"
        assert "Window too small" not in desk.raw.decode()


def test_ctrl_c_clears_the_line_and_says_how_to_leave_once() -> None:
    with Desk() as desk:
        assert desk.ask("given up", CTRL_C, UP, " again", ENTER).text == "given up again"
        assert desk.ask(pasted("x" * 600), CTRL_C, pasted("y" * 600), ENTER).text == "y" * 600
        assert desk.ask(*[CTRL_C] * 20, "on", ENTER).text == "on"
        notes = [line for line in desk.shown if line == "note: Ctrl-D or /exit leaves"]
        assert len(notes) == 1
        assert desk.shown[-1] == ">>> on"


def test_ctrl_c_in_a_selection_and_a_search_leaves_no_line_that_is_deaf() -> None:
    with Desk() as desk:
        assert desk.ask("one", ENTER).text == "one"
        for keys in (
            ("two", "\x00", LEFT, CTRL_C),
            (CTRL_R, "o", CTRL_C),
            (CTRL_R, CTRL_C, CTRL_C),
        ):
            assert desk.ask(*keys, CTRL_R, ENTER, CTRL_C, "three", ENTER).text == "three"


def test_ctrl_d_leaves_from_an_empty_line_alone() -> None:
    with Desk() as desk:
        assert desk.ask("ab", LEFT, CTRL_D, CTRL_D, ENTER).text == "a"
        with pytest.raises(EOFError):
            desk.ask(CTRL_D)
        assert desk.shown[-1] == ">>>"
        assert desk.screen.cursor.x == 0


def test_what_is_behind_enter_is_for_the_next_line() -> None:
    with Desk() as desk:
        assert desk.ask(f"one{ENTER}two{ENTER}{UP}{UP}{ENTER}thr").text == "one"
        assert desk.read().text == "two"
        assert desk.read().text == "one"
        assert desk.ask(f"ee{ENTER}").text == "three"


def test_what_was_taken_from_the_terminal_meanwhile_comes_first() -> None:
    with Desk() as desk:
        desk.type("one", ENTER, "tw")
        with desk.quiet.suspended():
            pass
        desk.type("o", ENTER)
        assert desk.read().text == "one"
        assert desk.read().text == "two"


def test_a_text_waits_in_the_line() -> None:
    with Desk() as desk:
        assert desk.ask("!", ENTER, text="what is\nit?").text == "what is\nit?!"


@pytest.mark.parametrize(
    ("columns", "is_shown"), [(80, True), (60, True), (42, True), (41, False), (20, False)]
)
def test_the_right_prompt_stands_where_there_is_room(columns: int, is_shown: bool) -> None:
    right = "llama3.2 · 12 % · 43 tok/s"
    with Desk(columns) as desk:
        assert desk.ask("hi", ENTER, right=right).text == "hi"
        assert desk.shown == [f">>> hi{right:>{columns - 6}}" if is_shown else ">>> hi"]


def test_the_right_prompt_gives_way() -> None:
    with Desk(60) as desk:
        desk.ask("x" * 50, ENTER, right="llama3.2 · 12 % · 43 tok/s")
        assert desk.shown == [f">>> {'x' * 50}"]


def test_an_accessible_line_shows_nothing_else() -> None:
    with Desk(prompt="you: ", is_accessible=True, complete=complete) as desk:
        asked = desk.ask("/m", TAB, TAB, "del", TAB, ENTER, right="llama3.2 · 12 %")
        assert asked.text == "/model"
        assert desk.shown == ["/model", "/move", "you: /model"]
        desk.ask("a", CTRL_J, "b", ENTER)
        assert desk.shown[3:] == ["you: a", "b"]


def test_keys_of_vi() -> None:
    with Desk(keys="vi") as desk:
        desk.type("one two")
        desk.meet("one two", lambda: desk.type(ESCAPE))
        desk.meet(lambda: desk.screen.cursor.x == 10, lambda: desk.type("0dwA!", ENTER))
        assert desk.read().text == "two!"
        assert desk.ask("a", ALT_ENTER, "b", ENTER).text == "a\nb"


def test_keys_are_changed_between_two_lines() -> None:
    with Desk() as desk:
        desk.line.use_keys("vi")
        desk.type("one two")
        desk.meet("one two", lambda: desk.type(ESCAPE))
        desk.meet(lambda: desk.screen.cursor.x == 10, lambda: desk.type("0dwA!", ENTER))
        assert desk.read().text == "two!"
        desk.line.use_keys("emacs")
        assert desk.ask("two", "\x01", "one ", ENTER).text == "one two"


@pytest.mark.parametrize("key", [CTRL_G, "\x18\x05"])
def test_the_editor_changes_the_line_and_does_not_send_it(key: str, tmp_path: Path) -> None:
    editor, seen = tmp_path / "editor", tmp_path / "seen"
    editor.write_text(
        f'#!/bin/sh\ncp "$1" {seen}; ls -ld "$(dirname "$1")" >> {seen}.mode\n'
        'echo "$1" | grep -q "\\.md$" && printf "and\\nmore\\n" >> "$1"\n'
    )
    editor.chmod(0o755)
    text = "x\n" * 600
    with Desk(env={"VISUAL": str(editor), "PATH": os.environ["PATH"]}) as desk:
        assert desk.ask("see ", pasted(text), key, "!", ENTER).text == f"see {text}and\nmore!"
        assert seen.read_text() == f"see {text}"
        assert Path(f"{seen}.mode").read_text().startswith("drwx------")
        assert desk.shown == [">>> see [paste 1: 601 lines, 1200 chars]and", "... more!"]


def test_an_editor_that_fails_leaves_the_text(tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho changed > "$1"\nexit 3\n')
    editor.chmod(stat.S_IRWXU)
    for name, told in ((str(editor), "ended with 3"), (f"{tmp_path}/none", "no such file")):
        with Desk(env={"EDITOR": name}) as desk:
            assert desk.ask("mine", CTRL_G, "!", ENTER).text == "mine!"
            assert told in " ".join(desk.shown).lower()


def test_where_there_is_no_editor() -> None:
    with Desk(env={"PATH": "/nowhere"}) as desk:
        assert desk.ask("mine", CTRL_G, "!", ENTER).text == "mine!"
        assert "error: there is no editor" in desk.shown


@pytest.mark.parametrize("colour", [False, True])
def test_colours_are_ours_to_say(colour: bool) -> None:
    env = {"NO_COLOR": "1"} if colour else {"FORCE_COLOR": "1", "COLORTERM": "truecolor"}
    with Desk(colour=colour, env=env, complete=complete) as desk:
        desk.type("/mo", TAB)
        desk.meet("/move", lambda: desk.type(TAB, ENTER, ENTER))
        desk.read(right="llama3.2")
        assert (b"\x1b[0;90m" in desk.raw or b"38;5;" in desk.raw) is colour


def test_nothing_is_asked_of_the_terminal_and_its_cursor_stays_as_it_is() -> None:
    with Desk() as desk:
        desk.ask("hi", ENTER)
        for query in (b"\x1b[6n", b"\x1b[c", b"\x1b]", b"\x1b[?12", b" q", b"\x1b[?2004l"):
            assert query not in desk.raw


def test_nothing_moves_while_nobody_types() -> None:
    with Desk() as desk:
        seen: list[object] = []

        def look() -> None:
            loop = desk.line._loop
            assert loop is not None
            seen.extend([loop._scheduled, loop._ready])  # type: ignore[attr-defined]  # as asyncio keeps its timers
            desk.type(ENTER)

        desk.meet(">>>", look)
        desk.read(right="llama3.2")
        assert seen == [[], deque()]


def test_replies_are_no_text() -> None:
    with Desk() as desk:
        noise = "\x1b]11;rgb:0000/0000/0000\x07\x1b[I\x1b[?62;c\x1b[24;80R"
        assert desk.ask(noise, "hi", noise, " you\x1b[", "O", noise, ENTER).text == "hi you"
        assert desk.shown == [">>> hi you"]


def test_control_characters_and_tabs_of_a_paste_do_not_reach_the_screen() -> None:
    with Desk() as desk:
        assert desk.ask(pasted("a\x1b[31m\x85\tb"), ENTER).text == "a\x1b[31m\x85\tb"
        assert b"\x1b[31m" not in desk.raw
        assert "\x85".encode() not in desk.raw
        assert desk.shown[0].startswith(">>> a^[[31m<85>")


def test_bytes_that_are_no_text_are_replaced() -> None:
    with Desk() as desk:
        os.write(desk.master, b"a\xff\xfeb\xe4\xb8\x96\r")
        assert desk.read().text == "a\ufffd\ufffdb世"


@pytest.mark.parametrize(("columns", "rows"), [(40, 24), (100, 30), (20, 6)])
def test_the_window_changes_while_a_question_is_typed(columns: int, rows: int) -> None:
    words = "a question that is longer than the window will soon be"
    with Desk(60, 15) as desk:
        desk.type(words)

        def resize() -> None:
            desk.resize(columns, rows)
            desk.type("!", ENTER)

        desk.meet("soon be", resize)
        assert desk.read().text == f"{words}!"
        assert desk.shown[-1].endswith("soon be!")


def test_keys_that_have_ended_end_the_line() -> None:
    with Desk() as desk:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, desk.quiet.keys)
        os.close(nothing)
        with pytest.raises(EOFError):
            desk.read()


def test_a_mistake_of_ours_is_no_silence() -> None:
    def broken(_: str) -> list[str]:
        raise ZeroDivisionError

    with Desk(complete=broken) as desk, pytest.raises(ZeroDivisionError):
        desk.ask("/m", TAB)
