"""`models ensure --plan` and `--apply`, and the command lines and files that are refused."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shell import Result, call, run

from ollama_cli.demo import DemoServer

BOTH = {"demo:latest", "demo-embed:latest"}


@pytest.fixture
def server() -> Iterator[str]:
    with DemoServer(tokens_per_second=0, bytes_per_second=0) as running:
        yield running.url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    text = 'models = ["demo", "nomic-embed-text"]'
    (tmp_path / "models.toml").write_text(text, encoding="utf-8")
    return tmp_path


def names(url: str) -> set[str]:
    return set(call("ls", "-o", "name", "--host", url).out.split())


def ensured(url: str, folder: Path, *args: object, **more: Any) -> Result:
    return call("models", "ensure", *args, "--host", url, cwd=folder, **more)


def test_a_plan_is_written_and_nothing_is_done(server: str, folder: Path) -> None:
    result = ensured(server, folder, "--prune", "--plan", "p.jsonl")
    assert result == Result(0, b"", b"wrote p.jsonl: 2 steps\n")
    head, *steps = map(json.loads, (folder / "p.jsonl").read_text("utf-8").splitlines())
    assert head == {"schema": "ollama-cli/models-ensure-plan/1", "steps": 2}
    assert [(step["action"], step["model"]) for step in steps] == [
        ("pull", "nomic-embed-text"),
        ("remove", "demo-embed:latest"),
    ]
    assert steps[0]["installed"] is None
    assert len(steps[1]["installed"]) == len("sha256:") + 64
    assert names(server) == BOTH


def test_exactly_what_a_plan_says_is_done(server: str, folder: Path) -> None:
    ensured(server, folder, "--prune", "--plan", "p.jsonl")
    (folder / "models.toml").unlink()
    result = ensured(server, folder, "--apply", "p.jsonl", "-o", "json", "-q")
    assert result.code == 0
    assert [row["state"] for row in result.json["models"]] == ["pulled", "removed"]
    assert names(server) == {"demo:latest", "nomic-embed-text:latest"}


def test_a_plan_may_go_through_a_pipe(server: str, folder: Path) -> None:
    plan = ensured(server, folder, "--plan", "-")
    assert (plan.code, plan.err) == (0, "")
    assert ensured(server, folder, "--apply", "-", "-q", stdin=plan.raw).code == 0
    assert "nomic-embed-text:latest" in names(server)
    nothing = ensured(server, folder, "--plan", "-")
    assert ensured(server, folder, "--apply", "-", stdin=nothing.raw).code == 0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (["pull", "nomic-embed-text", "-q"], "nomic-embed-text was not installed and is sha256:"),
        (["rm", "demo-embed", "-y"], "demo-embed:latest was sha256:"),
    ],
)
def test_a_plan_that_no_longer_fits_is_refused_whole(
    server: str, folder: Path, change: list[str], told: str
) -> None:
    ensured(server, folder, "--prune", "--plan", "p.jsonl")
    call("models", *change, "--host", server)
    before = names(server)
    result = ensured(server, folder, "--apply", "p.jsonl")
    assert (result.code, result.out) == (13, "")
    assert f"error: the plan no longer fits, nothing was done: {told}" in result.err
    assert names(server) == before


def test_a_plan_that_was_cut_is_refused(server: str, folder: Path) -> None:
    text = ensured(server, folder, "--prune", "--plan", "-").out
    result = ensured(server, folder, "--apply", "-", stdin="".join(text.splitlines(True)[:-1]))
    assert result.code == 10
    assert "standard input is not whole: 1 steps of 2" in result.err
    assert names(server) == BOTH


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--check", "--lock"], "--check does not go with --lock"),
        (["--check", "--plan", "p"], "--check does not go with --plan"),
        (["--plan", "p", "--apply", "p"], "--plan does not go with --apply"),
        (["--lock", "--frozen"], "--lock does not go with --frozen"),
        (["--apply", "p", "--frozen"], "--apply does not go with --frozen"),
        (["--apply", "p", "--prune"], "--apply does not go with --prune"),
        (["--apply", "p", "models.toml"], "--apply does not go with FILE"),
        (["x.lock", "--lock"], "x.lock is a lock itself"),
    ],
)
def test_what_does_not_go_together_is_a_usage_error(
    server: str, folder: Path, args: list[str], told: str
) -> None:
    result = ensured(server, folder, *args)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(f"error: {told}\n")
    assert names(server) == BOTH


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([], "no such file: models.toml"),
        (["nothing.toml"], "no such file: nothing.toml"),
        (["--apply", "nothing"], "no such file: nothing"),
    ],
)
def test_a_file_that_is_not_there_is_4(
    server: str, tmp_path: Path, args: list[str], told: str
) -> None:
    result = ensured(server, tmp_path, *args)
    assert (result.code, result.out) == (4, "")
    assert result.err.startswith(f"error: {told}\n")


@pytest.mark.parametrize(("option", "code"), [("--plan", 10), ("--apply", 2), ("", 2)])
def test_an_unset_variable_in_a_script_does_nothing(
    server: str, folder: Path, option: str, code: int
) -> None:
    result = ensured(server, folder, *filter(None, [option]), "")
    assert result.code == code
    assert names(server) == BOTH


def test_a_folder_is_no_file(server: str, tmp_path: Path) -> None:
    assert ensured(server, tmp_path, str(tmp_path)).code == 2


def test_a_bad_file_is_10_with_its_place(server: str, folder: Path) -> None:
    result = ensured(server, folder, "-", stdin='models = ["demo", {name = "a", digest = "x"}]')
    assert (result.code, result.out) == (10, "")
    assert result.err.startswith(
        "error: standard input: models[1].digest: 'x' is no digest: sha256: and 64 hexadecimal"
    )


def test_an_unknown_key_is_a_warning(server: str, folder: Path) -> None:
    text = 'modles = 1\nmodels = [{name = "demo", digset = "x"}]'
    result = ensured(server, folder, "-", "--check", stdin=text)
    assert result == Result(
        0,
        b"",
        b"warning: standard input: unknown key 'modles': did you mean models?\n"
        b"warning: standard input: models[0]: unknown key 'digset': did you mean digest?\n",
    )


def test_a_plan_that_cannot_be_written_is_10(server: str, folder: Path) -> None:
    result = ensured(server, folder, "--plan", "models.toml/p.jsonl")
    assert result.code == 10
    assert "cannot write models.toml/p.jsonl: " in result.err


def test_a_file_and_a_lock_of_very_many_models(server: str, folder: Path) -> None:
    many = range(20_000)
    listed = ", ".join(f'"m{n}"' for n in many)
    locked = ", ".join(f'{{name = "m{n}", digest = "{"ab" * 32}"}}' for n in many)
    (folder / "models.toml").write_text(f"models = [{listed}]")
    (folder / "models.lock").write_text(f"models = [{locked}]")
    options = ("--frozen", "--check", "-o", "jsonl", "--host", server)
    result = run("models", "ensure", *options, cwd=folder)  # in a process, which does not hang us
    assert (result.code, len(result.raw.splitlines())) == (12, len(many))
