"""The help on a screen: what it holds, how long it is, how it looks."""

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest
from documentation import COMMANDS, entry_of
from shell import call
from terminals import Terminal

from ollama_cli.cli import answer_options, options, parser, tool_options
from ollama_cli.cli.aliases import aliases_of, meaning_of
from ollama_cli.cli.manual.outline import outline_of
from ollama_cli.cli.table import GROUPS, TABLE, TOPICS, Branch

NOWHERE = {"OLLAMA_HOST": "http://127.0.0.1:9"}
REST = "global options: ollama-cli help options; exit codes: ollama-cli help exit-codes"
STYLE = re.compile(r"\x1b\[\d+m")
ALL = [[], *([name] for name, row in TABLE.items() if isinstance(row, Branch)), *COMMANDS]
LONG = [["chat"], ["generate"]]  # two screens are not enough for them
SCREEN = 23  # of 24 lines one is for what is typed next


@cache
def helped(*words: str, columns: int = 80) -> list[str]:
    result = call(*words, "--help", env={**NOWHERE, "COLUMNS": str(columns)})
    assert (result.code, result.err) == (0, "")
    return result.out.splitlines()


def test_alone_it_shows_what_to_type() -> None:
    result = call(env=NOWHERE)
    lines = result.out.splitlines()
    assert (result.code, result.err) == (0, "")
    assert lines[0] == parser.ROOT.help
    assert len([line for line in lines if line.startswith("  ") and "ollama-cli " in line]) == 6
    assert len(lines) <= 22
    assert max(map(len, lines)) <= 80
    text = " ".join(result.out.split())
    for name, row in TABLE.items():
        assert getattr(row, "hidden", False) or re.search(
            rf"\b{name}\b", text.partition("talk ")[2]
        )
    assert [
        line.split()[0] for line in lines if line.split()[:1] and line.split()[0] in GROUPS
    ] == [*GROUPS]
    assert "models list (ls), pull" in text
    assert "ollama-cli --help" in lines[-1]


def test_the_program_fits_one_screen_and_shows_every_command_in_its_group() -> None:
    lines = helped()
    assert len(lines) <= SCREEN
    assert max(map(len, lines)) <= 80
    assert lines[-1] == REST
    group, found = "", {}
    for line in lines[3:-1]:
        group = line[:10].strip() or group
        if name := line[10:22].strip():
            found[name.split()[0]] = (group, line[22:].strip())
    shown = parser.ROOT.shown
    assert found.keys() == shown.keys()
    for name, row in shown.items():
        assert found[name][0] == row.group
        assert row.group in GROUPS
        assert found[name][1].rstrip(".").startswith(row.help.rstrip(".")[:58])


def test_other_words_stand_beside_what_they_stand_for() -> None:
    program, models = "\n".join(helped()), "\n".join(helped("models"))
    assert "  chat (run)  Answer" in program
    assert "models list (ls), pull, show, rm, cp, ps, stop." in " ".join(program.split())
    assert "\n  list (ls)  List the installed models.\n" in models
    for words in COMMANDS:
        entry = entry_of(words)
        if entry.hidden:
            assert " ".join(("ollama-cli", *words)) in " ".join(helped(*meaning_of(entry))[2:6])


@pytest.mark.parametrize("words", [w for w in COMMANDS if entry_of(w).hidden], ids=" ".join)
def test_a_word_for_another_names_itself_and_what_it_stands_for(words: list[str]) -> None:
    entry = entry_of(words)
    meant = " ".join(meaning_of(entry))
    lines = helped(*words)
    assert lines[0] == f"ollama-cli {' '.join(words)} stands for ollama-cli {meant}."
    assert tuple(words) in aliases_of(entry_of(meant.split()))


@pytest.mark.parametrize("words", ALL[1:], ids=" ".join)
def test_a_page_has_its_parts_in_order_and_is_no_longer_than_two_screens(words: list[str]) -> None:
    text = "\n".join(helped(*words))
    outline = outline_of(words)
    usage = f"Usage: {outline.name} {outline.usage[0]}"
    parts = [outline.paragraphs[0].split()[0], usage, "\nExamples:\n"]
    parts += [f"\n{title}:\n" for title, rows in outline.groups if rows]
    places = [text.index(part) for part in (*parts, f"\n\n{REST}")]
    assert places == sorted(places)
    assert "--host" not in text.partition("\nOptions:\n")[2]
    assert len(text.splitlines()) <= 48 or words in LONG


@pytest.mark.parametrize("line", ["chat", "models", "models pull", "ls", "demo", "help"])
def test_help_of_a_command_is_its_own(line: str) -> None:
    words = line.split()
    told = call("help", *words, env={"COLUMNS": "80"})
    assert (told.code, told.err) == (0, "")
    assert told.out.splitlines() == helped(*words)
    assert call(*words, "-h", env={"COLUMNS": "80"}).out == told.out


def test_help_alone_is_that_of_the_program_and_names_the_topics() -> None:
    *same, last = call("help").out.splitlines()
    assert same == helped()[:-1]
    assert last == f"topics: {' '.join(TOPICS)}"


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_nothing_but_examples_is_wider_than_sixty_columns(words: list[str]) -> None:
    lines = helped(*words, columns=60)
    written = [line for line in lines if not re.match("  .*ollama-cli ", line)]
    assert [line for line in written if len(line) > 60] == []
    assert [line for line in helped(*words, columns=80) if len(line) > 80] == []


def test_a_command_that_is_like_another_shows_its_own_options_and_names_the_other() -> None:
    text = "\n".join(helped("run"))
    assert "The other options are those of `ollama-cli chat`." in text
    assert "\nUsage: ollama-cli run [OPTIONS] MODEL [PROMPT...]\n" in text
    assert "--keepalive DURATION" in text
    assert "--num-ctx" not in text
    assert "--num-ctx" in "\n".join(helped("chat"))


@pytest.mark.parametrize("declare", [answer_options.declare, tool_options.declare])
def test_every_option_of_an_answer_has_its_group(declare: Callable[..., object]) -> None:
    shared = [options.AutoPull, options.NoStdin, options.Curl]
    for name, each in declare.__annotations__.items():
        if name != "return" and each not in shared:
            assert each.__metadata__[0].rich_help_panel, f"@grouped does not name {name}"


def terms() -> list[tuple[str, str]]:
    outlines = [outline_of(words) for words in ALL]
    rows = [row for each in outlines for row in (*each.arguments, *each.options)]
    return list(dict.fromkeys(rows))


def test_values_are_named_in_words_of_the_trade() -> None:
    for term, meaning in terms():
        name = re.sub(r"-{1,2}[A-Za-z][\w-]*|[ ,/]", "", term)
        assert "<" not in name, term
        assert "|" in name or name == name.upper(), term
        assert "x>=" not in meaning, term
        assert "<=x" not in meaning, term
        assert not re.search(r"\(\w+\)\]", meaning), meaning


def test_global_options_have_a_page_of_their_own() -> None:
    text = call("help", "options", env={"COLUMNS": "80"}).out
    options = [each for each in parser.ROOT_OPTIONS if each.param_type_name == "option"]
    for name in ("--help", *(name for each in options for name in each.opts)):
        assert re.search(rf"(?<![\w-]){name}(?![\w-])", text), name
    assert len(text.splitlines()) <= 48


def shown(words: Sequence[str], **env: str) -> bytes:
    with Terminal(*words, rows=90, env=env) as terminal:
        assert terminal.end() == 0
        return terminal.raw.replace(b"\r\n", b"\n")


def test_on_a_terminal_it_is_bold_and_dim_where_colour_is_allowed() -> None:
    words = ("models", "pull", "--help")
    plain = call(*words, env={"COLUMNS": "80"}).out
    coloured = shown(words).decode()
    assert STYLE.sub("", coloured) == plain
    assert {"\x1b[1mUsage:\x1b[22m", "\x1b[2m[default: auto]\x1b[22m"} <= set(
        re.findall(r"\x1b\[[12]m[^\x1b]*\x1b\[22m", coloured)
    )
    assert call("--color", "always", *words, env={"COLUMNS": "80"}).out == coloured
    assert shown(words, NO_COLOR="1").decode() == plain
    assert shown((*words, "--color", "never")).decode() == plain
    assert shown(words, TERM="dumb").decode() == plain


def test_what_is_longer_than_the_screen_is_paged(tmp_path: Path) -> None:
    pager = {"OLLAMA_CLI_PAGER": "sed -n 1p"}
    with Terminal("generate", "--help", env=pager, at=tmp_path) as terminal:
        assert terminal.end() == 0
        assert len(terminal.lines) == 1
    for words in ((), ("--help",), ("generate", "--help", "--no-pager")):
        with Terminal(*words, env=pager, at=tmp_path) as terminal:
            assert terminal.end() == 0
            assert len(terminal.lines) > 10
