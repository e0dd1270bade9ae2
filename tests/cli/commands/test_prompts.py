"""`prompts …`: prompt files that have a name are listed, shown, edited, checked and removed."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from shell import Result, call
from terminals import Terminal

GOOD = (
    "name: Review\ndescription: of a diff\nmodel: m\nmessages: [{role: user, content: '{{a}}'}]\n"
)
BAD = "messages:\n  - {role: bot, content: x}\nzzz: 1\nollama: {options: {num_ctx: lots}}\n"
APPENDS = 'sh -c \'printf "%s\\n" "# more" >> "$1"\' sh'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "data/prompts"
    path.mkdir(parents=True)
    (path / "good.prompt.yml").write_text(GOOD, encoding="utf-8")
    (path / "bad.prompt.yaml").write_text(BAD, encoding="utf-8")
    os.mkfifo(path / "pipe.prompt.yml")
    for other in (".hidden.prompt.yml", "notes.yml", "other.txt"):
        (path / other).write_text("x", encoding="utf-8")
    return path


def prompts(folder: Path, *args: object, **more: Any) -> Result:
    env = {"OLLAMA_CLI_DATA_DIR": str(folder.parent), **more.pop("env", {})}
    return call("prompts", *args, env=env, **more)


def test_the_list(folder: Path) -> None:
    result = prompts(folder, "list")
    assert (result.code, result.err) == (0, "")
    header, bad, good = result.out.splitlines()
    assert header.split() == ["NAME", "VARIABLES", "MODEL", "DESCRIPTION"]
    assert good.split() == ["good", "a", "m", "of", "a", "diff"]
    assert bad.split()[:3] == ["bad", "-", "-"]
    assert "bad: line 2: messages[0].role: is none of" in bad


def test_the_list_for_programs(folder: Path) -> None:
    document = prompts(folder, "list", "-o", "json").json
    assert document["schema"] == "ollama-cli/prompts-list/1"
    assert document["prompts"][1] == {
        "name": "good",
        "title": "Review",
        "description": "of a diff",
        "model": "m",
        "variables": ["a"],
        "path": str(folder / "good.prompt.yml"),
        "problem": None,
    }
    assert document["prompts"][0]["problem"].startswith("bad: line 2: messages[0].role")
    first, second = prompts(folder, "list", "-o", "jsonl").events
    assert (first["schema"], first["name"]) == ("ollama-cli/prompts-list/1", "bad")
    assert second == document["prompts"][1]
    rows = prompts(folder, "list", "-o", "csv").out.splitlines()
    assert rows[0] == "name,title,description,model,variables,path,problem"
    assert rows[2] == f"good,Review,of a diff,m,a,{folder}/good.prompt.yml,"
    assert prompts(folder, "list", "-o", "name").out == "bad\ngood\n"


def test_where_there_is_none(tmp_path: Path) -> None:
    nowhere = tmp_path / "no/prompts"
    result = prompts(nowhere, "list")
    assert result.err == "note: no prompt has a name yet: `ollama-cli prompts edit NAME`\n"
    assert prompts(nowhere, "list", "-o", "json").json["prompts"] == []
    assert prompts(nowhere, "check").code == 0
    assert prompts(nowhere, "check", "-o", "json").json["prompts"] == []
    assert prompts(nowhere, "path").out == f"{nowhere}\n"
    assert not nowhere.exists()
    homeless = call("prompts", "list", env={"HOME": "", "OLLAMA_CLI_DATA_DIR": "~/x"})
    assert homeless.code == 10


def test_what_it_is(folder: Path) -> None:
    assert prompts(folder, "show", "good").out == GOOD
    assert prompts(folder, "show", "good.prompt.yml").out == GOOD
    assert prompts(folder, "show", str(folder / "good.prompt.yml")).out == GOOD
    assert prompts(folder, "show", "bad").out == BAD
    text = GOOD + "ollama: {options: {num_ctx: auto, stop: [x], top_k: 3}, think: low}\n"
    (folder / "good.prompt.yml").write_text(text, encoding="utf-8")
    assert prompts(folder, "show", "good", "-o", "json").json == {
        "schema": "ollama-cli/prompts-show/1",
        "name": "good",
        "path": str(folder / "good.prompt.yml"),
        "title": "Review",
        "description": "of a diff",
        "model": "m",
        "options": {"num_ctx": "auto", "stop": ["x"], "top_k": 3},
        "think": "low",
        "keep_alive": None,
        "format": None,
        "extract": None,
        "defaults": {},
        "variables": ["a"],
        "messages": [{"role": "user", "content": "{{a}}"}],
    }
    assert prompts(folder, "show", "bad", "-o", "json").code == 2
    assert prompts(folder, "show", "none").code == 4


def test_on_a_terminal_no_file_drives_it(folder: Path) -> None:
    (folder / "evil.prompt.yml").write_text("# \x1b[2J\n", encoding="utf-8")
    with Terminal("prompts", "show", "evil", env={"OLLAMA_CLI_DATA_DIR": str(folder.parent)}) as t:
        t.expect("# \\x1b[2J")
        assert t.end() == 0


def test_where_it_is(folder: Path) -> None:
    assert prompts(folder, "path").out == f"{folder}\n"
    assert prompts(folder, "path", "bad").out == f"{folder}/bad.prompt.yaml\n"
    assert prompts(folder, "path", "./good.prompt.yml", cwd=folder).out.endswith(
        "good.prompt.yml\n"
    )
    assert prompts(folder, "path", "-o", "json").json == {
        "schema": "ollama-cli/prompts-path/1",
        "path": str(folder),
    }
    assert [prompts(folder, "path", each).code for each in ("none", "./none")] == [4, 4]


def test_one_of_each_ending(folder: Path) -> None:
    (folder / "bad.prompt.yml").write_text(GOOD, encoding="utf-8")
    assert prompts(folder, "path", "bad").out == f"{folder}/bad.prompt.yml\n"
    assert prompts(folder, "list", "-o", "name").out == "bad\ngood\n"


def test_a_check(folder: Path) -> None:
    result = prompts(folder, "check", "good")
    assert (result.code, result.out, result.err) == (0, "good: ok (a)\n", "")
    result = prompts(folder, "check", "bad")
    assert result.code == 2
    assert result.out.splitlines() == [
        "bad: line 2: messages[0].role: is none of system, user, assistant",
        "bad: line 4: ollama.options.num_ctx: option num_ctx takes a whole number, not 'lots'",
    ]
    assert result.err == "warning: bad: line 3: zzz: unknown key\nerror: bad has 2 problems\n"
    both = prompts(folder, "check")
    assert (both.code, both.err.splitlines()[-1]) == (11, "error: 1 of 2 failed")
    assert prompts(folder, "check", "none").code == 4
    assert prompts(folder, "check", "./none").code == 4
    piped = prompts(folder, "check", "-", stdin=GOOD)
    assert (piped.code, piped.out) == (0, "-: ok (a)\n")


def test_a_check_for_programs(folder: Path) -> None:
    result = prompts(folder, "check", "-o", "json")
    assert (result.code, result.err) == (11, "")
    bad, good = result.json["prompts"]
    assert good == {
        "name": "good",
        "path": str(folder / "good.prompt.yml"),
        "valid": True,
        "variables": ["a"],
        "problems": [],
        "warnings": [],
    }
    assert bad["valid"] is False
    assert bad["problems"][1]["path"] == "ollama.options.num_ctx"
    assert bad["warnings"] == [{"path": "zzz", "line": 3, "message": "unknown key"}]
    alone = prompts(folder, "check", "bad", "-o", "jsonl")
    assert (alone.code, alone.events[0]["name"]) == (2, "bad")
    missing = prompts(folder, "check", "none", "-o", "json")
    assert (missing.code, missing.json["prompts"][0]["path"]) == (4, None)
    assert missing.json["prompts"][0]["problems"] == [
        {"path": "", "line": None, "message": "no prompt is named 'none'"}
    ]


def test_what_is_no_yaml_has_its_line_for_programs_too(folder: Path) -> None:
    (folder / "good.prompt.yml").write_text("name: x\nmessages: [", encoding="utf-8")
    (checked,) = prompts(folder, "check", "good", "-o", "json").json["prompts"]
    told = "expected the node content, but found '<stream end>'"
    assert checked["problems"] == [{"path": "", "line": 2, "message": told}]
    result = prompts(folder, "check", "good")
    assert (result.code, result.out) == (2, f"good: line 2: {told}\n")
    assert result.err == "error: good has a problem\n"


def test_problems_are_told_in_the_order_of_the_file(folder: Path) -> None:
    text = "name: [x]\ntestData: 5\nmessages: []\n"
    (folder / "good.prompt.yml").write_text(text, encoding="utf-8")
    (checked,) = prompts(folder, "check", "good", "-o", "json").json["prompts"]
    assert [each["line"] for each in checked["problems"]] == [1, 2, 3]


def test_of_two_files_the_ending_tells_which_one_is_meant(folder: Path) -> None:
    other = folder / "good.prompt.yaml"
    other.write_text(GOOD.replace("diff", "text"), encoding="utf-8")
    assert prompts(folder, "path", "good").out == f"{folder / 'good.prompt.yml'}\n"
    assert prompts(folder, "path", "good.prompt.yaml").out == f"{other}\n"
    assert prompts(folder, "path", "bad.prompt.yml").out == f"{folder / 'bad.prompt.yaml'}\n"
    assert prompts(folder, "rm", "good.prompt.yaml", "--yes").code == 0
    assert (other.exists(), (folder / "good.prompt.yml").exists()) == (False, True)


def test_no_name_is_too_long_for_a_sentence(folder: Path) -> None:
    long = "x" * 300
    for words in (["show", long], ["path", long], ["path", f"./{long}"], ["rm", long, "--yes"]):
        result = prompts(folder, *words)
        assert (result.code, result.out) == (4, ""), result.err
    for name in (long, f"./{long}"):
        result = prompts(folder, "edit", name, env={"EDITOR": "true"})
        assert (result.code, result.err.count("\n") <= 2) == (2, True), result.err


def test_what_is_no_file_is_not_edited(folder: Path) -> None:
    result = prompts(folder, "edit", "pipe", env={"EDITOR": "true"})
    told = f"error: cannot edit {folder / 'pipe.prompt.yml'}: it is no regular file\n"
    assert (result.code, result.err) == (2, told)


def test_a_check_names_an_option_that_no_server_knows(folder: Path) -> None:
    text = GOOD + "ollama: {options: {temprature: 1}}\n"
    (folder / "good.prompt.yml").write_text(text, encoding="utf-8")
    result = prompts(folder, "check", "good")
    assert result.code == 0
    assert "line 5: ollama.options.temprature: unknown option 'temprature'" in result.err


def test_a_removal(folder: Path) -> None:
    unasked = prompts(folder, "rm", "good")
    assert (unasked.code, "hint: confirm it with --yes" in unasked.err) == (2, True)
    assert prompts(folder, "rm", "good", "none", "--yes").code == 4
    by_path = prompts(folder, "rm", str(folder / "good.prompt.yml"), "--yes")
    assert (by_path.code, "is a file, and no name of a prompt" in by_path.err) == (2, True)
    assert prompts(folder, "list", "-o", "name").out == "bad\ngood\n"
    result = prompts(folder, "rm", "good", "bad", "--yes")
    assert (result.code, result.out, result.err) == (0, "", "removed good\nremoved bad\n")
    assert sorted(each.name for each in folder.iterdir()) == [
        *(".hidden.prompt.yml", "notes.yml", "other.txt", "pipe.prompt.yml")
    ]


def test_a_removal_asks(folder: Path) -> None:
    env = {"OLLAMA_CLI_DATA_DIR": str(folder.parent)}
    with Terminal("prompts", "rm", "good", env=env) as t:
        t.expect_line("remove good? [y/N] ")
        t.send("n\n")
        assert t.end() == 1
    assert (folder / "good.prompt.yml").exists()


def test_a_new_one_begins_with_an_example(tmp_path: Path) -> None:
    folder = tmp_path / "data/prompts"
    result = prompts(folder, "edit", "new", env={"EDITOR": APPENDS})
    path = folder / "new.prompt.yml"
    assert (result.code, result.err) == (0, f"wrote {path}\n")
    assert path.read_text(encoding="utf-8").endswith("# more\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert prompts(folder, "check").out == "new: ok (input)\n"
    again = prompts(folder, "edit", "new", env={"EDITOR": "true"})
    assert (again.code, again.err) == (0, "note: nothing was written\n")
    assert prompts(folder, "edit", "other", env={"EDITOR": "true"}).code == 0
    assert not (folder / "other.prompt.yml").exists()


def test_what_was_written_is_kept_whatever_it_is(folder: Path) -> None:
    path = folder / "good.prompt.yml"
    path.chmod(0o644)
    result = prompts(folder, "edit", "good", env={"EDITOR": "sh -c 'echo a: [ > \"$1\"' sh"})
    assert result.code == 2
    assert f"error: {path}: line 2: expected the node content" in result.err
    assert (path.read_text(encoding="utf-8"), stat.S_IMODE(path.stat().st_mode)) == (
        "a: [\n",
        0o644,
    )
    emptied = prompts(folder, "edit", "good", env={"EDITOR": "sh -c ': > \"$1\"' sh"})
    assert (emptied.code, path.read_text(encoding="utf-8")) == (0, "a: [\n")


@pytest.mark.parametrize(
    ("args", "env", "told"),
    [
        (["good"], {}, "error: there is nobody who could edit it\nhint: write the file: "),
        (["good", "--no-input"], {"EDITOR": "true"}, "error: there is nobody who could edit it\n"),
        (["-"], {"EDITOR": "true"}, "error: standard input has no file that could be edited\n"),
        ([".x"], {"EDITOR": "true"}, "error: '.x' is no name of a prompt\n"),
        ([" "], {"EDITOR": "true"}, "error: ' ' is no name of a prompt\n"),
        (["a\nb"], {"EDITOR": "true"}, "error: 'a\\nb' is no name of a prompt\n"),
    ],
)
def test_what_cannot_be_edited(
    folder: Path, args: list[str], env: dict[str, str], told: str
) -> None:
    result = prompts(folder, "edit", *args, env=env)
    assert result.code == 2
    assert result.err.startswith(told), result.err


def test_an_editor_that_fails_changes_nothing(folder: Path) -> None:
    result = prompts(folder, "edit", "good", env={"EDITOR": "false"})
    assert (result.code, result.err) == (1, "error: false ended with 1: the text is as it was\n")
    assert (folder / "good.prompt.yml").read_text(encoding="utf-8") == GOOD


def test_what_is_chosen_of_the_list(folder: Path) -> None:
    table = prompts(folder, "list", "--fields", "name,model").out.splitlines()
    assert [each.split() for each in table] == [["NAME", "MODEL"], ["bad", "-"], ["good", "m"]]
    rows = prompts(folder, "list", "--fields", "name,variables", "-o", "csv").out.splitlines()
    assert rows[0] == "name,variables"
    assert prompts(folder, "list", "--line", "{{name}}={{model}}").out == "bad=\ngood=m\n"
    verdicts = prompts(folder, "check", "--fields", "name,valid", "-o", "jsonl")
    assert (verdicts.code, [each["valid"] for each in verdicts.events]) == (11, [False, True])
