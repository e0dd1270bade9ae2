"""`models outdated` and `models update`: what the registry has is compared, then fetched."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from dead_ports import closed_port
from hostile import Script, Server, answer, document, lines, page
from registries import changed, registry, server, showing
from shell import Result, call

NEWER = registry(changed(model=b"newer weights", license=b"new"))
COST = len(b"newer weights") + len(b"new")
PULLED = lines({"status": "pulling manifest"}, {"status": "success"})


@contextmanager
def both(there: Script, here: Script) -> Iterator[tuple[Server, Server]]:
    with Server(there) as one, Server(here) as other:
        yield one, other


def ask(there: Script, here: Script, *args: str) -> Result:
    with both(there, here) as (one, other):
        return call("models", *args, "--host", other.url, "--registry", one.url)


def holding(*models: str, more: dict[str, Script] | None = None) -> Script:
    """A server with these models, all made of the usual layers."""
    listed = {"models": [{"name": name, "digest": "0" * 64} for name in models]}
    return server(more={"/api/tags": document(listed), **(more or {})})


def test_one_that_is_up_to_date() -> None:
    result = ask(registry(), server(), "outdated", "--exit-code")
    assert (result.code, result.err) == (0, "")
    assert [line.split("  ")[0] for line in result.out.splitlines()] == ["MODEL", "m:latest"]
    assert "up to date" in result.out


def test_one_that_is_outdated() -> None:
    result = ask(NEWER, server(), "outdated")
    assert (result.code, result.err) == (0, "")
    assert result.out == (
        "MODEL     STATUS    CHANGED           TO FETCH\n"
        f"m:latest  outdated  weights, license  {COST} B\n"
    )


def test_the_exit_code_tells() -> None:
    with both(NEWER, server()) as (one, other):
        args = ("--host", other.url, "--registry", one.url)
        assert call("models", "outdated", "m", "--exit-code", *args).code == 12
        quiet = call("models", "outdated", "-q", "--exit-code", *args)
    assert (quiet.code, quiet.out, quiet.err) == (12, "", "")


def test_for_programs() -> None:
    here = holding("m:latest", "local:latest", "hf.co/a/b:Q4")
    result = ask(NEWER, here, "outdated", "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json["schema"] == "ollama-cli/models-outdated/1"
    nobody, local, newer = result.json["models"]
    assert newer == {
        "model": "m:latest",
        "status": "outdated",
        "changes": ["weights", "license"],
        "to_fetch": COST,
        "reason": None,
        "parent": None,
        "error": None,
    }
    assert (local["status"], local["to_fetch"]) == ("local", None)
    assert (nobody["status"], nobody["reason"]) == (
        "unknown",
        "it comes from hf.co, which is not asked",
    )


@pytest.mark.parametrize(("output", "count"), [("jsonl", 2), ("name", 1)])
def test_lines_and_names(output: str, count: int) -> None:
    result = ask(NEWER, holding("m:latest", "local:latest"), "outdated", "-o", output)
    assert len(result.out.splitlines()) == count
    if output == "name":
        assert result.out == "m:latest\n"
    else:
        assert "schema" in result.events[0]
        assert result.events[1]["status"] == "outdated"


def test_nothing_is_installed() -> None:
    assert ask(NEWER, holding(), "outdated").out == ""
    assert ask(NEWER, holding(), "outdated", "--json").json["models"] == []


def test_one_that_is_not_installed() -> None:
    result = ask(NEWER, holding("m:latest"), "outdated", "nobody")
    assert (result.code, result.out) == (4, "")
    assert "error: model 'nobody' is not installed\n" in result.err


def test_a_failure_does_not_stop_the_rest() -> None:
    result = ask(NEWER, holding("m:latest"), "outdated", "nobody", "M", "--exit-code")
    assert result.code == 11
    assert "error: nobody: model 'nobody' is not installed\n" in result.err
    assert "m:latest  outdated" in result.out


@pytest.mark.parametrize(("there", "code"), [(page(), 5), (answer(500), 5), (answer(403), 6)])
def test_a_registry_that_is_broken(there: Script, code: int) -> None:
    result = ask(there, server(), "outdated", "--json")
    assert (result.code, result.json["models"]) == (code, [])
    assert ask(there, holding("a:latest", "b:latest"), "outdated").code == code


def test_a_registry_that_is_away() -> None:
    with Server(server()) as one:
        away = f"http://127.0.0.1:{closed_port()}"
        result = call("models", "outdated", "--host", one.url, "--registry", away)
    assert (result.code, result.out) == (3, "")
    assert f"error: no way to the registry at {away}: connection refused\n" in result.err


def test_a_registry_that_is_away_is_told_of_once() -> None:
    away = f"http://127.0.0.1:{closed_port()}"
    with Server(holding("a:latest", "b:latest", "hf.co/a/b:Q4")) as one:
        args = ("--host", one.url, "--registry", away)
        named = call("models", "outdated", "a", "b", *args)
        alone = call("models", "outdated", "a", "b", "-o", "json", *args)
        some = call("models", "outdated", *args)
        mixed = call("models", "outdated", "a", "b", "nobody", *args)
    sentence = f"error: no way to the registry at {away}: connection refused\n"
    assert (named.code, named.out, named.err) == (3, "", sentence)
    assert (alone.code, alone.json["models"], alone.error["code"]) == (3, [], "unreachable")
    assert alone.error["message"] == sentence.strip().removeprefix("error: ")
    assert (some.code, some.err) == (11, f"{sentence}error: 2 of 3 failed\n")
    assert "hf.co/a/b:Q4  unknown" in some.out
    assert mixed.code == 11
    assert mixed.err.startswith("error: nobody: model 'nobody' is not installed\n")
    assert mixed.err.endswith(f"{sentence}error: 3 of 3 failed\n")


def test_a_server_that_is_away_is_told_of_once() -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    for words in (("stop", "a", "b"), ("pull", "a", "b"), ("pull", "a", "b", "--jobs", "2")):
        result = call("models", *words, "--host", url)
        assert (result.code, result.err.count("no running Ollama server")) == (3, 1)
        assert "of 2 failed" not in result.err


def test_without_a_registry_all_is_unknown() -> None:
    with Server(server()) as one:
        result = call("models", "outdated", "--host", one.url)
    assert (result.code, result.err) == (0, "")
    assert "m:latest  unknown  no registry shall be asked" in result.out


def test_an_update_pulls_what_is_outdated_and_says_so() -> None:
    here = holding("m:latest", "local:latest", more={"/api/pull": PULLED})
    with both(NEWER, here) as (one, other):
        args = ("models", "update", "--all", "--host", other.url, "--registry", one.url)
        result = call(*args)
        pulled = [each.json for each in other.requests if each.path == "/api/pull"]
    assert (result.code, result.out) == (0, "")
    assert pulled == [{"model": "m:latest", "stream": True}]
    told = result.err.splitlines()
    assert told[0] == "local:latest: the registry does not know it"
    assert told[-1] == "m:latest: updated (weights, license)"
    assert "success" in told


def test_an_update_where_nothing_is_newer() -> None:
    with both(registry(), server()) as (one, other):
        result = call("models", "update", "m", "--host", other.url, "--registry", one.url)
        assert "/api/pull" not in [each.path for each in other.requests]
    assert (result.code, result.out, result.err) == (0, "", "m:latest: up to date\n")


def test_an_update_for_programs() -> None:
    here = holding("m:latest", more={"/api/pull": PULLED})
    result = ask(NEWER, here, "update", "m", "nobody", "-o", "json", "-q")
    assert result.code == 11
    assert result.json["schema"] == "ollama-cli/models-update/1"
    done, missing = result.json["models"]
    assert (done["status"], done["changes"]) == ("updated", ["weights", "license"])
    assert (done["to_fetch"], done["error"]) == (COST, None)
    assert (missing["model"], missing["status"]) == ("nobody", "error")
    assert missing["error"]["code"] == "model_not_found"
    assert missing["error"]["hint"].startswith("get it: `ollama-cli --host ")
    assert result.error["code"] == "partial"


def test_an_update_whose_pull_fails() -> None:
    broken = lines({"error": "max retries exceeded: no space left on device"})
    here = holding("m:latest", more={"/api/pull": broken})
    result = ask(NEWER, here, "update", "m", "--json")
    assert result.code == 5
    assert result.json["models"][0]["status"] == "error"
    assert "updated" not in result.err


def test_a_model_that_was_made_here_is_updated_by_its_name_alone() -> None:
    made = showing(details={"parent_model": "base:latest"})
    here = server(made, more={"/api/pull": PULLED})
    with both(NEWER, here) as (one, other):
        where = ("--host", other.url, "--registry", one.url)
        kept = call("models", "update", "--all", *where)
        assert "/api/pull" not in [each.path for each in other.requests]
        replaced = call("models", "update", "m", *where)
    words = "left as it is: it was made from base:latest; name it to replace it"
    assert (kept.code, kept.err) == (0, f"m:latest: {words}\n")
    assert replaced.err.endswith("m:latest: updated (weights, license)\n")


@pytest.mark.parametrize(
    ("args", "shown", "code"),
    [
        ([], "m:latest  made here  weights, license", 0),
        (["m"], "m:latest  made here  weights, license", 12),
        (["-o", "name"], "", 0),
        (["m", "-o", "name"], "m:latest\n", 12),
    ],
)
def test_a_model_that_was_made_here_is_outdated_where_it_is_named(
    args: list[str], shown: str, code: int
) -> None:
    made = showing(details={"parent_model": "base:latest"})
    result = ask(NEWER, server(made), "outdated", *args, "--exit-code")
    assert (result.code, result.err) == (code, "")
    assert shown in result.out if shown else not result.out


@pytest.mark.parametrize("args", [[], ["m", "--all"]])
def test_what_to_update_is_named_or_all(args: list[str]) -> None:
    result = call("models", "update", *args)
    assert (result.code, result.out) == (2, "")
    assert "hint: see which are outdated: `ollama-cli models outdated`\n" in result.err


def test_plain_http_is_for_near_registries_only() -> None:
    with Server(registry(changed(system=b"new"), model="a/b")) as one:
        near = f"{one.url.partition('://')[2]}/a/b:latest"
        with both(NEWER, holding("m:latest", near, more={"/api/pull": PULLED})) as (two, other):
            result = call(
                "models", "update", "--all", "--insecure", "-q",
                "--host", other.url, "--registry", two.url,
            )  # fmt: skip
            pulled = [each.json for each in other.requests if each.path == "/api/pull"]
    assert result.code == 0
    assert [(each["model"], each.get("insecure")) for each in pulled] == [
        (near, True),
        ("m:latest", None),
    ]
