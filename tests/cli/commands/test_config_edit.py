"""`config edit`: what was typed in the editor is checked before it is written."""

import tomllib
from pathlib import Path

import pytest
from shell import Result, call
from terminals import Terminal

GOOD = '# mine\n[ollama]\nmodel = "m"\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ollama-cli" / "config.toml"
    path.parent.mkdir()
    return path


def puts(text: str) -> str:
    """An editor that puts this text in the place of the old one."""
    return f'sh -c \'printf "%s" "$0" > "$1"\' \'{text}\''


def edit(file: Path, editor: str, *args: str) -> Result:
    return call("config", "edit", *args, at=file.parents[1], env={"EDITOR": editor})


def test_what_is_good_is_written(file: Path) -> None:
    file.write_text(GOOD)
    result = edit(file, puts('[ollama]\nmodel = "n"\n[models.n]\ntop_p = 0.5'))
    assert (result.code, result.out, result.err) == (0, "", f"wrote {file}\n")
    assert tomllib.loads(file.read_text()) == {
        "ollama": {"model": "n"},
        "models": {"n": {"top_p": 0.5}},
    }


def test_a_new_one_begins_with_what_init_writes(file: Path) -> None:
    result = edit(file, "true")
    assert (result.code, result.err) == (0, "note: nothing was written\n")
    assert not file.exists()
    assert edit(file, 'sh -c \'echo "# more" >> "$1"\' sh').code == 0
    assert file.read_text().startswith("# ollama-cli settings")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[ollama", "is no valid TOML: "),
        ("[ollama]\ntimeout = -1", "timeout = '-1' (from "),
        ("[ollama]\nhost = []", "host = '[]' (from "),
        ("ollama = 1", "'ollama' is no section; write [ollama]"),
        ("[models.m]\ntop_p = 2", "is no number from 0 to 1"),
        ("[hosts.a]\nkey = 1", "[hosts.a] has no url"),
        ("[tools]\nallow = 1", "tools.allow is no list of texts"),
    ],
)
def test_what_is_of_no_use_is_not_written(file: Path, text: str, told: str) -> None:
    file.write_text(GOOD)
    result = edit(file, puts(text))
    assert (result.code, result.out) == (10, "")
    assert told in result.err
    assert result.err.endswith("\nhint: nothing was written: the file is as it was\n")
    assert file.read_text() == GOOD


def test_what_is_odd_is_written_with_a_warning(file: Path) -> None:
    result = edit(file, puts("[ollama]\nmodle = 1"))
    assert result.code == 0
    assert "unknown setting 'modle': did you mean model?" in result.err
    assert file.read_text() == "[ollama]\nmodle = 1\n"


def test_one_that_cannot_be_read_is_mended(file: Path) -> None:
    file.write_text("[ollama")
    assert edit(file, "true").err == "note: nothing was written\n"
    assert edit(file, puts(GOOD)).code == 0
    assert file.read_text() == GOOD


def test_marks_and_ends_of_lines_stay(file: Path) -> None:
    file.write_bytes(GOOD.replace("\n", "\r\n").encode("utf-16"))
    assert edit(file, 'sh -c \'echo "retries = 3" >> "$1"\' sh').code == 0
    wanted = f"{GOOD}retries = 3\n".replace("\n", "\r\n")
    assert file.read_bytes().decode("utf-16") == wanted


def test_two_changes_at_once_are_both_kept(file: Path) -> None:
    file.write_text(GOOD)
    editor = f'sh -c \'echo "# theirs" >> {file}; echo "# mine" >> "$0"\''
    for number in (1, 2):
        before = file.read_text()
        result = edit(file, editor)
        kept = file.with_name(f"config-edited-{number}.toml")
        assert (result.code, result.out) == (10, "")
        assert result.err == (
            f"error: {file} was changed meanwhile: nothing was written\n"
            f"hint: what you wrote is kept: {kept}\n"
        )
        assert file.read_text() == f"{before}# theirs\n"
        assert kept.read_text() == f"{before}# mine\n"


def test_what_was_typed_is_kept_where_its_folder_is_gone(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(GOOD)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    result = edit(file, shell(f'echo "# mine" >> "$1"; rm -r {file.parent}; touch {file.parent}'))
    assert (result.code, result.out) == (10, "")
    (kept,) = (tmp_path / "temporary").iterdir()
    assert result.err.splitlines()[1] == f"hint: what you wrote is kept: {kept}"
    assert kept.read_text() == f"{GOOD}# mine\n"


@pytest.mark.parametrize(("args", "editor"), [((), ""), (("--no-input",), "true")])
def test_nobody_edits_it(file: Path, args: tuple[str, ...], editor: str) -> None:
    result = edit(file, editor, *args)
    assert result.code == 2
    assert result.err == f"error: there is nobody who could edit it\nhint: write the file: {file}\n"


def test_an_editor_that_fails_changes_nothing(file: Path) -> None:
    file.write_text(GOOD)
    assert edit(file, "false").err == "error: false ended with 1: the text is as it was\n"
    assert file.read_text() == GOOD


def shell(script: str) -> str:
    return f"sh -c '{script}' sh"


@pytest.mark.parametrize(
    ("editor", "told"),
    [
        (shell("kill -9 $$"), "sh was ended by signal 9: the text is as it was"),
        (shell('rm "$1"'), "sh left no file: No such file or directory: the text is as it was"),
        (shell('rm "$1"; mkdir "$1"'), "sh left no file: Is a directory: the text is as it was"),
        (
            shell('printf "\\344" > "$1"'),
            "config.toml: line 1 is no UTF-8\nhint: the text is as it was: have sh save UTF-8\n",
        ),
        ("'true", "EDITOR is no command, as a quote is not closed: 'true"),
        (shell('head -c 1100000 /dev/zero | tr "\\0" "#" > "$1"'), "larger than 1048576 bytes"),
    ],
)
def test_an_editor_that_leaves_nothing_of_use_changes_nothing(
    file: Path, editor: str, told: str
) -> None:
    file.write_text(GOOD)
    result = edit(file, editor)
    assert (result.code in {1, 10}, result.out) == (True, "")
    assert told in result.err
    assert file.read_text() == GOOD


def test_one_that_was_emptied_is_left_as_it_was(file: Path) -> None:
    file.write_text(GOOD)
    result = edit(file, shell(': > "$1"'))
    assert (result.code, result.err) == (0, "note: nothing was written\n")
    assert file.read_text() == GOOD


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_a_mark_that_the_editor_put_before_it_is_no_part_of_it(
    file: Path, tmp_path: Path, codec: str
) -> None:
    file.write_text(GOOD)
    (tmp_path / "marked").write_bytes("[ollama]\ntop_p = 0.5\n".encode(codec))
    assert edit(file, f"cp {tmp_path}/marked").code == 0
    assert file.read_text() == "[ollama]\ntop_p = 0.5\n"


@pytest.mark.parametrize(("answer", "kept"), [("\n", f"{GOOD}# more\n"), ("n\n", GOOD)])
def test_on_a_terminal_it_is_edited_again(file: Path, answer: str, kept: str) -> None:
    file.write_text(GOOD)
    once = file.with_name("once")
    first, second = f'touch {once}; echo "[x" >> "$1"', 'sed -i "s/.x/# more/" "$1"'
    editor = f"sh -c 'if [ -e {once} ]; then {second}; else {first}; fi' sh"
    with Terminal("config", "edit", at=file.parents[1], env={"EDITOR": editor}) as t:
        t.expect_line("edit it again? [Y/n] ")  # what comes before the question is no answer
        assert "is no valid TOML" in t.shown
        t.send(answer)
        assert t.end() == 0
        assert ("nothing was written" in t.shown) is (kept == GOOD)
    assert file.read_text() == kept
