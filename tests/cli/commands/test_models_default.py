"""`models default` and `models pick`: which model it is from now on."""

import signal
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dead_ports import closed_port
from hostile import Server, by_path, document
from installations import model
from shell import Result, call
from terminals import CTRL_C, CTRL_D, Terminal


def written(at: Path) -> Any:
    return tomllib.loads((at / "ollama-cli" / "config.toml").read_text())["ollama"]


def default(demo: str, at: Path, *args: str, **env: str) -> Result:
    return call("models", "default", *args, "--host", demo, at=at, env=env)


def test_none_is_set_at_first(demo: str, tmp_path: Path) -> None:
    result = default(demo, tmp_path)
    assert (result.code, result.out) == (4, "")
    assert result.err.startswith("error: no default model is set\nhint: set one: `ollama-cli")
    document = default(demo, tmp_path, "--json").json
    assert document == {"schema": "ollama-cli/models-default/1", "model": None, "origin": "default"}


def test_one_is_set_as_the_server_spells_it(demo: str, tmp_path: Path) -> None:
    result = default(demo, tmp_path, "DEMO")
    path = tmp_path / "ollama-cli" / "config.toml"
    assert (result.code, result.out) == (0, "")
    assert result.err == f"set model = demo:latest in {path}\n"
    assert written(tmp_path) == {"model": "demo:latest"}
    assert default(demo, tmp_path).out == "demo:latest\n"
    assert default(demo, tmp_path, "--json").json["origin"] == str(path)


def test_one_that_is_not_installed_is_exit_4_and_nothing_is_written(
    demo: str, tmp_path: Path
) -> None:
    result = default(demo, tmp_path, "demmo")
    assert result.code == 4
    assert result.err.startswith("error: model 'demmo' is not installed\nhint: did you mean demo")
    assert not (tmp_path / "ollama-cli").exists()


def test_one_can_be_found(demo: str, tmp_path: Path) -> None:
    assert default(demo, tmp_path, "--detect", "-q").code == 0
    assert "embed" not in written(tmp_path)["model"]


def test_a_server_that_is_away_is_warned_of(tmp_path: Path) -> None:
    away = f"http://127.0.0.1:{closed_port()}"
    result = default(away, tmp_path, "llama3.2")
    assert result.code == 0
    assert result.err.startswith("warning: no running Ollama server detected at ")
    assert "'llama3.2' is taken as it is" in result.err
    assert written(tmp_path) == {"model": "llama3.2"}
    assert default(away, tmp_path).out == "llama3.2\n"


def test_what_wins_over_the_file_is_told(demo: str, tmp_path: Path) -> None:
    result = default(demo, tmp_path, "demo", OLLAMA_CLI_MODEL="other")
    assert "warning: OLLAMA_CLI_MODEL says other, and wins over the config file" in result.err


@pytest.mark.parametrize("args", [("demo", "--detect"), (" ",)])
def test_what_makes_no_sense_is_a_usage_error(
    demo: str, tmp_path: Path, args: tuple[str, ...]
) -> None:
    assert default(demo, tmp_path, *args).code == 2


def test_one_that_is_not_allowed_is_refused(demo: str, tmp_path: Path) -> None:
    result = default(demo, tmp_path, "demo", OLLAMA_CLI_ALLOWED_MODELS="llama*")
    assert result.code == 13
    assert not (tmp_path / "ollama-cli").exists()


PLAIN = {"TERM": "dumb"}


@pytest.mark.parametrize("env", [PLAIN, {"OLLAMA_CLI_ACCESSIBLE": "1"}])
@pytest.mark.parametrize("answer", ["2", "MO:L"])
def test_one_is_picked_by_its_number_where_nothing_moves(
    demo: str, tmp_path: Path, env: dict[str, str], answer: str
) -> None:
    words = ("models", "pick", "--default", "--host", demo)
    with Terminal(*words, at=tmp_path, env=env) as terminal:
        terminal.expect("which one? [1-")
        terminal.send("99\n")
        terminal.expect("there is no '99'")
        terminal.send("demo\n")
        terminal.expect("2 have 'demo' in their names")
        terminal.send(f"{answer}\n")
        assert terminal.end() == 0
    assert written(tmp_path) == {"model": "demo:latest"}
    assert "2  demo:latest  10 KB\n" in terminal.shown
    assert "\ndemo:latest\n" in terminal.shown + "\n"


def test_a_model_that_cannot_chat_becomes_no_default(demo: str, tmp_path: Path) -> None:
    result = default(demo, tmp_path, "demo-embed")
    assert (result.code, result.out) == (2, "")
    assert "error: model 'demo-embed:latest' cannot chat\n" in result.err
    assert not (tmp_path / "ollama-cli").exists()


def test_the_end_of_input_picks_nothing(demo: str, tmp_path: Path) -> None:
    for env in (PLAIN, {}):
        with Terminal("models", "pick", "--host", demo, at=tmp_path, env=env) as terminal:
            terminal.expect("which one?")
            terminal.send(CTRL_D)
            assert terminal.end() == 2
        assert "error: no model was chosen" in terminal.shown


@contextmanager
def picking(*names: str, at: Path, rows: int = 24) -> Iterator[Terminal]:
    """A terminal on which one of these models is picked, the first one newest."""
    models = [model(name, "completion") for name in names]
    with (
        Server(by_path({"/api/tags": document({"models": models})})) as server,
        Terminal("models", "pick", "--host", server.url, at=at, rows=rows) as terminal,
    ):
        terminal.expect("which one?")
        yield terminal


def test_the_list_grows_shorter_as_a_part_of_a_name_is_typed(tmp_path: Path) -> None:
    with picking("Qwen3:8b", "llama3.2:1b", "mistral:7b", at=tmp_path) as terminal:
        terminal.expect("which one?\n> Qwen3:8b\n  llama3.2:1b\n  mistral:7b")
        terminal.send("3")
        terminal.expect("which one? 3\n> Qwen3:8b\n  llama3.2:1b")
        assert "mistral" not in terminal.shown
        terminal.send("\x7fL")
        terminal.expect("which one? L\n> llama3.2:1b\n  mistral:7b")
        terminal.send("x")
        terminal.expect("which one? Lx\n  none has that in its name")
        terminal.send("\r\x7fl")
        terminal.expect("which one? Ll\n> llama3.2:1b")
        terminal.send("\r")
        assert terminal.end() == 0
        assert terminal.modes == terminal.first_modes
    assert terminal.shown.split() == ["llama3.2:1b"]


def test_enter_takes_the_first_and_arrows_another(tmp_path: Path) -> None:
    names = [f"m:{number:02}" for number in range(20)]
    with picking(*names, at=tmp_path, rows=8) as terminal:
        terminal.send("\r")
        assert terminal.end() == 0
        assert terminal.shown.split() == ["m:00"]
    for keys, wanted in (("\x1b[B" * 12, "m:12"), ("\x1b[A", "m:19"), ("1\x1b[B", "m:10")):
        with picking(*names, at=tmp_path, rows=8) as terminal:
            terminal.send(keys)
            terminal.expect(f"> {wanted}")
            terminal.send("\r")
            assert terminal.end() == 0
            assert terminal.shown.split() == [wanted]


def test_escape_leaves_without_a_choice(tmp_path: Path) -> None:
    with picking("m:1", "m:2", at=tmp_path) as terminal:
        terminal.expect("> m:1")
        terminal.send("2\x1b")
        assert terminal.end() == 2
        assert terminal.modes == terminal.first_modes
    assert terminal.shown == "error: no model was chosen"


def test_a_long_list_says_how_many_more_there_are_and_is_paged(tmp_path: Path) -> None:
    names = [f"m:{number:03}" for number in range(200)]
    with picking(*names, at=tmp_path, rows=8) as terminal:
        terminal.expect("> m:000", "  m:004\n  and 195 more")
        terminal.send("\x1b[6~")
        terminal.expect("> m:005\n  and 195 more")
        terminal.send("\x1b[6~" * 50)
        terminal.expect("> m:199\n  and 195 more")
        terminal.send("\x1b[5~")
        terminal.expect("> m:194\n")
        terminal.send("\x1b[5~" * 50)
        terminal.expect("> m:000\n")
        terminal.send("19")
        terminal.expect("> m:019\n", "  m:192\n  and 7 more")
        terminal.send("\r")
        assert terminal.end() == 0
        assert terminal.shown == "m:019"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [("8b qw", "8b qw"), ("\x1b[200~8b\nqwen3\n\x1b[201~", "8b qwen3")],
    ids=["typed", "pasted"],
)
def test_several_parts_of_a_name_may_be_given(tmp_path: Path, sent: str, shown: str) -> None:
    with picking("qwen3:8b", "qwen3:4b", "llama3:8b", at=tmp_path) as terminal:
        terminal.send(sent)
        terminal.expect(f"which one? {shown}\n> qwen3:8b")
        terminal.send("\r")
        assert terminal.end() == 0
        assert terminal.shown == "qwen3:8b"


def test_a_signal_ends_the_list_and_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    for code in (130, 143):
        with picking("m:1", "m:2", at=tmp_path) as terminal:
            terminal.expect("> m:1")
            if code == 130:  # the key, which is none of the terminal's own here
                terminal.send(CTRL_C)
            else:
                terminal.signal(signal.SIGTERM)
            assert terminal.end() == code
            assert "m:1" not in terminal.shown
            assert terminal.modes == terminal.first_modes


def test_the_name_alone_goes_to_a_pipe(demo: str, tmp_path: Path) -> None:
    name = tmp_path / "name"
    with (
        name.open("wb") as out,
        Terminal("models", "pick", "--host", demo, at=tmp_path, stdout=out) as terminal,
    ):
        terminal.expect("> demo-embed:latest")
        terminal.send("demo:\r")
        assert terminal.end() == 0
    assert name.read_bytes() == b"demo:latest\n"


def test_nobody_is_asked_off_a_terminal(demo: str) -> None:
    result = call("models", "pick", "--host", demo)
    assert (result.code, result.out) == (2, "")
    assert "there is nobody to ask" in result.err


@pytest.mark.parametrize(
    ("path", "there", "allowed", "told", "advice"),
    [
        ("", [], "", "no model is", "get one: `ollama-cli --host URL models pull llama3.2`"),
        (
            "",
            ["m"],
            "n*",
            "no model that the settings allow is",
            "get one: `ollama-cli --host URL models",
        ),
        ("/v1", [], "", "no model is", "name one with -m"),
    ],
)
def test_nothing_to_pick_from(
    path: str, there: list[str], allowed: str, told: str, advice: str, tmp_path: Path
) -> None:
    pages = {
        "/api/tags": document({"models": [model(name) for name in there]}),
        "/v1/models": document({"data": []}),
    }
    env = {"OLLAMA_CLI_ALLOWED_MODELS": allowed} if allowed else {}
    with Server(by_path(pages)) as server:
        with Terminal(
            "models", "pick", "--host", server.url + path, at=tmp_path, env=env
        ) as terminal:
            assert terminal.end() == 4
        assert f"error: {told} installed on {server.url}" in " ".join(terminal.lines)
        assert f"hint: {advice.replace('URL', server.url)}" in " ".join(terminal.lines)


def test_a_model_without_a_name_is_never_the_default(tmp_path: Path) -> None:
    listed = [{"name": ""}, {"model": None}, model("m:1", "completion"), {"name": "  "}]
    scripts = {"/api/tags": document({"models": listed}), "/api/ps": document({"models": [{}]})}
    with Server(by_path(scripts)) as server:
        assert default(server.url, tmp_path, "--detect").code == 0
        assert written(tmp_path) == {"model": "m:1"}
        names = call("models", "list", "-o", "name", "--host", server.url, at=tmp_path)
        assert names.out == "m:1\n"
    with Server(by_path({**scripts, "/api/tags": document({"models": [{}]})})) as server:
        assert default(server.url, tmp_path, "--detect").code == 4
    assert written(tmp_path) == {"model": "m:1"}


def test_what_the_server_calls_a_model_is_checked_before_it_is_written(tmp_path: Path) -> None:
    listed = [model("m\ud800:1", "completion")]
    scripts = {"/api/tags": document({"models": listed}), "/api/ps": document({"models": []})}
    with Server(by_path(scripts)) as server:
        result = default(server.url, tmp_path, "--detect")
    assert result.code == 10
    assert "(from the server's list) is no UTF-8 in every part" in result.err
    assert not (tmp_path / "ollama-cli").exists()
