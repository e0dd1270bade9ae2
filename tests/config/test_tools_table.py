"""The table `tools`: programs, patterns, and what is wrong with them."""

from pathlib import Path

import pytest

from ollama_cli.config.tools import ToolSettings, read_tools
from ollama_cli.errors import ConfigError


def read(folder: Path, text: str) -> ToolSettings:
    path = folder / "config.toml"
    path.write_text(text)
    return read_tools({"OLLAMA_CLI_CONFIG": str(path)})


def test_nothing_is_configured(tmp_path: Path) -> None:
    assert read_tools({"OLLAMA_CLI_CONFIG": str(tmp_path / "none")}) == ToolSettings()
    assert read(tmp_path, "[ollama]\n") == ToolSettings()


def test_programs_and_patterns(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        '[tools]\nallow = ["fs.*"]\ndeny = ["fs.rm"]\n[tools.diff]\nargv = ["git", "diff"]\n'
        'descripton = "x"\n[tools.diff.parameters]\nrequired = ["a"]\n',
    )
    assert (found.allow, found.deny, list(found.commands)) == (("fs.*",), ("fs.rm",), ["diff"])
    diff = found.commands["diff"]
    assert (diff.argv, diff.description) == (("git", "diff"), "")
    assert diff.parameters == {"type": "object", "properties": {}, "required": ["a"]}
    assert found.warnings[0].endswith(
        "[tools.diff] has an unknown key 'descripton': did you mean description?"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tools = 3", "tools is no table"),
        ('[tools]\nallow = "fs.*"', r"tools\.allow is no list of texts"),
        ("[tools]\ndeny = [3]", r"tools\.deny is no list of texts"),
        ("[tools.allow]\nargv = ['x']", r"tools\.allow is no list of texts"),
        ("[tools]\nalow = ['x']", r"tools\.alow is no table"),
        ("[tools.x]\n", r"\[tools\.x\] has no argv"),
        ("[tools.x]\nargv = []", r"\[tools\.x\] has no argv"),
        ("[tools.x]\nargv = 'ls -l'", r"\[tools\.x\] argv is no list of texts"),
        ('[tools.x]\nargv = ["a\\u0000"]', "holds a character that no command can hold"),
        ("[tools.x]\nargv = ['x']\ndescription = 3", "description is no text"),
        ("[tools.x]\nargv = ['x']\nparameters = 3", "parameters is no JSON schema of an object"),
        ("[tools.x]\nargv = ['x']\nparameters = {type = 'array'}", "of an object"),
        ("[tools.x]\nargv = ['x']\nparameters = {properties = 3}", "properties is no table"),
        ("[tools.'a b']\nargv = ['x']", "a name has letters, digits, _ and -"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read(tmp_path, text)
