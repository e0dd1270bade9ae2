"""What could stand at the cursor: commands, options, values, files."""

import base64
from pathlib import Path

import pytest
from completions import answered, completed

from ollama_cli.cli import parser
from ollama_cli.cli.table import TABLE
from ollama_cli.config.parsers import KEYS, words_of
from ollama_cli.config.settings import SETTINGS

COMMANDS = [
    *("chat", "generate", "models", "sessions", "cache", "prompts", "mcp", "embed", "tokens"),
    "health",
    *("doctor", "env", "tap", "config", "hosts", "demo", "completion", "help"),
]
MODELS = [
    *("list", "pull", "outdated", "update", "default", "pick"),
    *("show", "has", "rm", "cp", "mv", "ps", "stop"),
    *("ensure", "freeze", "history"),
]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ollama-cli ", COMMANDS),
        ("ollama-cli -q ", COMMANDS),
        ("ollama-cli --color never mod", ["models"]),
        ("ollama-cli models ", MODELS),
        ("ollama-cli models -v pu", ["pull"]),
        ("ollama-cli pu", ["pull"]),
        ("ollama-cli r", ["run", "rm"]),
        ("ollama-cli s", ["sessions", "show", "stop"]),
        ("ollama-cli demo ", ["tour", "serve"]),
        ("ollama-cli models list --so", ["--sort"]),
        ("ollama-cli models list --sort ", ["name", "size", "modified"]),
        ("ollama-cli models list --sort=", [f"--sort={n}" for n in ("name", "size", "modified")]),
        ("ollama-cli models list -oj", ["-ojson", "-ojsonl"]),
        ("ollama-cli ls --filter x -o c", ["csv"]),
        ("ollama-cli models list --fields qu", ["quantization"]),
        ("ollama-cli ls --fields name,si", ["name,size"]),
        ("ollama-cli models list --fields=size,siz", []),
        ("ollama-cli hosts list --fields name,ins", ["name,insecure"]),
        ("ollama-cli run m --fields data", ["data"]),
        ("ollama-cli models list --jq ", []),
        ("ollama-cli chat --sys", ["--system"]),
        ("ollama-cli chat --hos", ["--host"]),
        ("ollama-cli chat --no-st", ["--no-stream", "--no-stdin"]),
        ("ollama-cli chat --think ", []),
        ("ollama-cli chat --think hi", ["high"]),
        ("ollama-cli run m --hide", ["--hidethinking"]),
        ("ollama-cli run m --keep", ["--keepalive", "--keep-alive"]),
        ("ollama-cli chat --think high ", []),
        ("ollama-cli chat --think --mod", ["--model"]),
        ("ollama-cli chat --think high --mod", ["--model"]),
        ("ollama-cli help --think ex", ["exit-codes"]),
        ("ollama-cli chat --think=m", ["--think=medium", "--think=max"]),
        ("ollama-cli chat --format ", ["json"]),
        ("ollama-cli chat -- --sys", []),
        ("ollama-cli chat ", []),
        ("ollama-cli chat hi ", []),
        ("ollama-cli models has m ", []),
        ("ollama-cli models has m --qu", ["--quiet"]),
        ("ollama-cli models cp a b ", []),
        ("ollama-cli completion zsh ", []),
        ("ollama-cli --install-completion ", ["bash", "zsh", "fish", "powershell"]),
        ("ollama-cli --install-completion=z", ["--install-completion=zsh"]),
        ("ollama-cli --inst", ["--install-completion"]),
        ("ollama-cli chat --inst", []),
        ("ollama-cli demo serve --fault bu", ["busy"]),
        ("ollama-cli help f", ["formats"]),
        ("ollama-cli help mo", ["models"]),
        ("ollama-cli help models p", ["pull", "pick", "ps"]),
        ("ollama-cli help man hosts ", ["list", "add", "rm"]),
        ("ollama-cli help chat ", []),
        ("ollama-cli help models pull ", []),
        ("ollama-cli help formats ", []),
        ("ollama-cli help nothing ", []),
        ("ollama-cli help schema models-sh", ["models-show"]),
        ("ollama-cli help schema generate-e", ["generate-event"]),
        ("ollama-cli config get ", list(SETTINGS)),
        ("ollama-cli config set embed", ["embed_model"]),
        ("ollama-cli config set auto_pull ", ["ask", "never", "always"]),
        ("ollama-cli config set render m", ["markdown"]),
        ("ollama-cli config set -q api n", ["native"]),
        ("ollama-cli config set save ", ["true", "false"]),
        ("ollama-cli config set cache t", ["true"]),
        ("ollama-cli config set retries ", ["inf"]),
        ("ollama-cli config set num_ctx ", ["auto"]),
        ("ollama-cli config set registry ", ["none"]),
        ("ollama-cli config set host http", ["http://127.0.0.1:11434"]),
        ("ollama-cli config set nothing ", []),
        ("ollama-cli config set save true ", []),
        ("ollama-cli chat -O num_c", ["num_ctx="]),
        ("ollama-cli chat --option=temp", ["--option=temperature="]),
        ("ollama-cli chat -O num_ctx=8", []),
        ("ollama-cli models show m --get details.fam", ["details.family", "details.families"]),
        ("ollama-cli models show m --get=lic", ["--get=license"]),
        ("ollama-cli config unset keep", ["keep_alive", "keep_sessions"]),
        ("ollama-cli --host ", ["http://127.0.0.1:11434"]),
        ("ollama-cli models pull --registry ", ["http://127.0.0.1:11434", "none"]),
        ("ollama-cli models pull --retries ", ["inf"]),
        ("ollama-cli nothing ", []),
        ("ollama-cli nothing --ho", ["--host"]),
        ("ollama-cli chat --nothing --ho", ["--host"]),
        ("ollama-cli chat 'a prompt", []),
        ('ollama-cli "mod', ["models"]),
        ("ollama-cli chat a\\ b --hos", ["--host"]),
    ],
)
def test_what_fits_is_offered(line: str, expected: list[str], tmp_path: Path) -> None:
    assert completed(line, tmp_path) == expected


@pytest.mark.parametrize(
    "line",
    [
        "ollama-cli chat -f ",
        "ollama-cli chat --file=",
        "ollama-cli generate --image ",
        "ollama-cli generate -qi pic",
        "ollama-cli --env-file ",
        "ollama-cli embed -f no",
        "ollama-cli chat -s @",
        "ollama-cli chat --system=@no",
        "ollama-cli generate --format @schemas/",
        "ollama-cli generate -p x --var text=@",
        "ollama-cli mcp call a.b --args @",
        "ollama-cli config set ca_file ",
    ],
)
def test_files_are_left_to_the_shell(line: str, tmp_path: Path) -> None:
    assert completed(line, tmp_path) == [":files"]


def test_the_options_of_a_command_are_all_offered_where_nothing_else_fits(tmp_path: Path) -> None:
    found = completed("ollama-cli health ", tmp_path)
    assert {"--model", "-m", "--wait", "--json", "--host", "-q", "--help"} <= set(found)
    long = [each.startswith("--") for each in found]
    assert long == sorted(long, reverse=True)
    assert not {"-m", "-q"} & set(completed("ollama-cli health --", tmp_path))


def test_other_words_for_commands_are_offered_once_they_are_begun(tmp_path: Path) -> None:
    assert "run" not in completed("ollama-cli ", tmp_path)
    assert completed("ollama-cli ru", tmp_path) == ["run"]
    assert completed("ollama-cli run --sys", tmp_path) == ["--system"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_shells_that_show_it_are_told_what_a_command_does(shell: str, tmp_path: Path) -> None:
    expected = f"models\t{TABLE['models'].help}"
    assert answered(shell, "ollama-cli", "mod", at=tmp_path) == [expected]
    found = answered(shell, "ollama-cli", "models", "list", "--so", at=tmp_path)
    assert found == ["--sort\tOrder; modified: newest first."]


def test_each_shell_gets_what_it_puts_in_the_place_of_a_word(tmp_path: Path) -> None:
    assert answered("zsh", "ollama-cli", "--color=al", at=tmp_path) == ["always"]
    assert answered("fish", "ollama-cli", "--color=al", at=tmp_path) == ["--color=always"]
    assert answered("bash", "ollama-cli --color=al", "al", at=tmp_path) == ["always"]
    assert answered("bash", "ollama-cli --color=", "", at=tmp_path)[0] == "auto"
    assert answered("bash", "ollama-cli --color=al", "--color=al", at=tmp_path) == [
        "--color=always"
    ]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("ollama-cli", "mod"), [f"models\t{TABLE['models'].help}"]),
        (("ollama-cli", "--color=al"), ["--color=always"]),
        (("ollama-cli", "chat", ""), []),
        (
            ("ollama-cli", "chat", 'say "hi" to ü', "--hos"),
            ["--host\tThe server: an address, or a name."],
        ),
        (("ollama-cli", "chat", "", "-f", ""), [":files"]),
        (("ollama-cli", ""), None),
    ],
)
def test_powershell_passes_words_in_which_nothing_can_be_lost(
    words: tuple[str, ...], expected: list[str] | None, tmp_path: Path
) -> None:
    line = base64.b64encode("\0".join(words).encode()).decode()
    found = answered("powershell", line, at=tmp_path)
    assert found == (expected or found)
    assert (expected is None) == (len(found) == len(COMMANDS))


@pytest.mark.parametrize("shell", ["complete_bash", "powershell", "bash"])
def test_a_script_that_is_not_ours_is_answered_with_nothing(shell: str, tmp_path: Path) -> None:
    assert answered(shell, at=tmp_path) == []


def test_every_value_of_a_setting_that_is_offered_is_one() -> None:
    offered = {name: words_of(setting.read) for name, setting in SETTINGS.items()}
    for name, words in offered.items():
        for word in words:
            SETTINGS[name].read(word)
    assert offered["keys"] == KEYS


def test_completion_reads_the_options_as_the_commands_do() -> None:
    words = {each for option in parser.ROOT_OPTIONS for each in option.opts}
    take_any = {name for name, (_, values) in parser.OPTIONAL_VALUES.items() if values is None}
    assert take_any <= words


def test_an_empty_line_is_no_failure(tmp_path: Path) -> None:
    assert "chat" in answered("bash", "", "", at=tmp_path)
