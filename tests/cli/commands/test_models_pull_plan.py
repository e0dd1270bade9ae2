"""`models pull` and the registry: what comes is known before it comes, and planned on request."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from dead_ports import closed_port
from hostile import Peer, Script, Server, answer, by_path, document, lines, page
from registries import CONFIG, LAYERS, PARAMS, SYSTEM, WEIGHTS, digest_of, registry, server
from shell import Result, call

from ollama_cli.features.pull import plan

TOTAL = sum(len(data) for _, data in LAYERS) + len(CONFIG)
HELD = (SYSTEM, PARAMS)
DIGEST = "sha256:" + "ab" * 32
GIGABYTE = 10**9
PULLED = lines({"status": "pulling manifest"}, {"status": "success"})


@contextmanager
def both(there: Script, here: Script) -> Iterator[tuple[Server, Server]]:
    with Server(there) as one, Server(here) as other:
        yield one, other


def pull(there: Script, here: Script, *args: str) -> tuple[Result, list[str]]:
    """Pull `m`; also what the server was asked."""
    with both(there, here) as (one, other):
        result = call("models", "pull", *args, "--host", other.url, "--registry", one.url)
        return result, [f"{each.method} {each.path}" for each in other.requests]


def of_size(*sizes: int) -> Script:
    layers = [{"digest": f"sha256:{i:064x}", "size": size} for i, size in enumerate(sizes)]
    return document({"layers": layers})


def test_a_plan_for_people() -> None:
    result, asked = pull(registry(), server(blobs=HELD), "m", "--dry-run")
    held = len(SYSTEM) + len(PARAMS)
    assert (result.code, result.err) == (0, "")
    assert [line.split() for line in result.out.splitlines()] == [
        ["MODEL", "SIZE", "PRESENT", "TO", "FETCH", "LAYERS"],
        ["m", f"{TOTAL}", "B", f"{held}", "B", f"{TOTAL - held}", "B", "2", "of", "6", "present"],
    ]
    assert asked == [f"HEAD /api/blobs/{digest_of(d)}" for _, d in (*LAYERS, ("", CONFIG))]


def test_a_plan_for_programs() -> None:
    result, _ = pull(registry(), server(blobs=HELD), "m", "--dry-run", "--json")
    assert result.json["schema"] == "ollama-cli/models-pull-plan/1"
    (plan,) = result.json["models"]
    held = len(SYSTEM) + len(PARAMS)
    layers = plan.pop("layers")
    assert plan == {
        "model": "m",
        "source": "registry",
        "total": TOTAL,
        "present": held,
        "to_fetch": TOTAL - held,
    }
    assert layers[0] == {"digest": digest_of(WEIGHTS), "size": len(WEIGHTS), "present": False}
    assert [layer["present"] for layer in layers] == [False, False, True, False, True, False]


def test_plans_of_several_as_json_lines() -> None:
    result, _ = pull(registry(), server(), "m", "hf.co/a/b", "--dry-run", "-o", "jsonl")
    one, two = result.events
    assert (one["schema"], one["to_fetch"]) == ("ollama-cli/models-pull-plan/1", 0)
    assert (two["model"], two["source"], two["total"], two["layers"]) == (
        "hf.co/a/b",
        "unknown",
        None,
        [],
    )
    assert result.err == (
        "note: hf.co/a/b: sizes are not known beforehand: it comes from hf.co, which is not asked\n"
    )


def test_a_plan_for_a_model_that_the_registry_does_not_know() -> None:
    result, asked = pull(registry(), server(name="mistral:latest"), "mistrall", "--dry-run")
    assert (result.code, result.out) == (4, "")
    assert "knows no model 'mistrall'\nhint: did you mean mistral or mixtral" in result.err
    assert asked == ["GET /api/tags"]


@pytest.mark.parametrize("here", [server(name="other"), answer(500)])
def test_nothing_is_like_an_unknown_model(here: Script) -> None:
    result, _ = pull(registry(), here, "nobody", "--dry-run", "--json")
    assert (result.code, result.json["models"]) == (4, [])
    assert result.error["hint"].startswith("check the name and the tag; ")


def test_one_of_several_is_unknown() -> None:
    result, _ = pull(registry(), server(), "nobody", "m", "--dry-run")
    assert result.code == 11
    assert "error: nobody: the registry at " in result.err
    assert result.out.splitlines()[1].startswith("m ")


def test_a_plan_without_a_registry() -> None:
    result = call("models", "pull", "m", "--dry-run", "--host", "http://127.0.0.1:9")
    assert result.code == 0
    assert result.out.splitlines()[1].split() == ["m", "unknown", "-", "-", "-"]
    assert result.err == "note: m: sizes are not known beforehand: no registry shall be asked\n"


def test_a_plan_for_what_is_no_name() -> None:
    result = call("models", "pull", "m@sha256:ab", "--dry-run")
    assert (result.code, result.out) == (2, "")
    assert "error: no model name: 'm@sha256:ab' holds '@' (U+0040)\n" in result.err


def test_a_plan_of_a_server_that_is_away() -> None:
    with Server(registry()) as one:
        host = f"http://127.0.0.1:{closed_port()}"
        result = call("models", "pull", "m", "--dry-run", "--host", host, "--registry", one.url)
    assert (result.code, result.out) == (3, "")


def test_an_insecure_pull_asks_a_near_registry_itself() -> None:
    with Server(registry(model="a/b")) as one, Server(server()) as other:
        name = f"{one.url.partition('://')[2]}/a/b"
        args = ("models", "pull", name, "--dry-run", "--host", other.url, "--json", "-q")
        env = {"OLLAMA_CLI_REGISTRY": "http://127.0.0.1:9"}
        secure, insecure = call(*args, env=env), call(*args, "--insecure", env=env)
    assert secure.json["models"][0]["source"] == "unknown"
    assert insecure.json["models"][0]["total"] == TOTAL


@pytest.mark.parametrize("args", [[], ["-v"], ["-q"]])
def test_a_large_pull_begins_with_its_plan(args: list[str]) -> None:
    there = of_size(12 * GIGABYTE, 2 * GIGABYTE, 100)
    held = {f"/api/blobs/sha256:{1:064x}": answer(200), "/api/pull": PULLED}
    result, asked = pull(there, by_path(held), "m", *args)
    told = "note: m: 14 GB, present 2.0 GB, to fetch 12 GB\n"
    assert result.code == 0
    assert (told in result.err) is (args != ["-q"])
    assert asked[-1] == "POST /api/pull"


def test_a_pull_of_one_gigabyte_is_no_large_one() -> None:
    result, asked = pull(of_size(GIGABYTE), PULLED, "m")
    assert (result.code, asked) == (0, ["POST /api/pull"])
    assert "note:" not in result.err


def test_a_pull_of_many_layers_is_not_held_up_by_as_many_questions() -> None:
    result, asked = pull(of_size(*[GIGABYTE // 50] * 101), PULLED, "m")
    assert (result.code, asked) == (0, ["POST /api/pull"])
    assert "note: m: 2.0 GB\n" in result.err


def test_a_server_that_knows_no_blobs_is_pulled_from_all_the_same() -> None:
    result, _ = pull(of_size(9 * GIGABYTE), by_path({"/api/pull": PULLED}, answer(400)), "m")
    assert result.code == 0
    assert result.err.startswith("note: m: 9.0 GB\npulling manifest\n")


@pytest.mark.parametrize(
    "there",
    [
        page(),
        answer(500),
        answer(404),
        answer(200, b"{"),
        document({"layers": [{"digest": "sha256:model", "size": 1}]}),
        answer(307, b"", {"Location": "/v2/library/m/manifests/latest"}),
        Peer.reset,
        Peer.stall,
    ],
)
def test_a_registry_that_is_of_no_use_does_no_harm(there: Script) -> None:
    with both(there, PULLED) as (one, other):
        env = {"OLLAMA_CLI_REGISTRY": one.url}
        result = call("models", "pull", "m", "-o", "jsonl", "-v", "--host", other.url, env=env)
    assert result.code == 0
    assert [event["event"] for event in result.events] == ["status", "status", "success"]
    assert "note: sizes are not known beforehand: the registry at " in result.err


def test_without_verbose_nobody_hears_of_it() -> None:
    result, _ = pull(page(), PULLED, "m")
    assert (result.code, result.out) == (0, "")
    assert "note:" not in result.err


def test_no_secret_of_the_server_reaches_the_registry() -> None:
    with both(registry(), PULLED) as (one, other):
        host = other.url.replace("://", "://me:s3cret@")
        result = call("models", "pull", "m", "-q", "--host", host, "--registry", one.url)
        assert "Authorization" in other.requests[0].headers
        sent = {name for name in one.requests[0].headers if name != "Connection"}
    assert sent == {"Host", "User-Agent", "Accept-Encoding", "Accept"}
    assert result.code == 0


@pytest.mark.parametrize("args", [[], ["--dry-run"], ["-v"]])
def test_a_registry_that_is_no_address(args: list[str]) -> None:
    result = call("models", "pull", "m", "--registry", "ftp://x", *args)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(
        "error: registry = 'ftp://x' (from --registry): not an http or https address"
    )


def test_slow_answers_about_layers_do_not_hold_up_a_pull(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(peer: Peer) -> None:
        if not peer.left(0.2):
            answer(404)(peer)

    monkeypatch.setattr(plan, "_TIME_LIMIT", 0.5)
    result, asked = pull(of_size(*[GIGABYTE] * 20), by_path({"/api/pull": PULLED}, slow), "m")
    assert (result.code, result.err.splitlines()[0]) == (0, "note: m: 20 GB")
    assert asked[-1] == "POST /api/pull"
    assert len(asked) < 5
