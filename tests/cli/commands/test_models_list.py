"""`models list`: tables for people, documents for programs, the server's bytes for the curious."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from clients import stranger
from hostile import Server, answer, by_path, document
from shell import call

DIGEST = "9f438cb9cd581fc025612d27f7c1a6669ff83a8bb0ed86c94fcf4c5440555697"
KEYS = [
    "name", "digest", "size", "parameter_size", "quantization", "family", "capabilities",
    "modified_at", "remote_host",
]  # fmt: skip


def model(name: str, size: int, modified: str, **more: Any) -> dict[str, Any]:
    details = {"family": "llama", "parameter_size": "8B", "quantization_level": "Q4_K_M"}
    known = {"name": name, "model": name, "size": size, "modified_at": modified, "digest": DIGEST}
    return {**known, "details": details, "capabilities": ["completion"], **more}


MODELS = [
    model("big:70b", 40_000_000_000, "2020-01-02T03:04:05.5+02:00", capabilities=["vision"]),
    model("small:1b", 986_000_000, "2021-01-02T03:04:05.123456789Z"),
    model("far:cloud", 384, "2019-01-01T00:00:00Z", remote_host="https://ollama.com:443"),
]
WORLD = json.dumps({"models": MODELS}).encode() + b"\n"


@pytest.fixture(scope="module")
def world() -> Iterator[str]:
    with Server(by_path({"/api/tags": answer(200, WORLD)})) as server:
        yield server.url


@pytest.fixture(scope="module")
def empty() -> Iterator[str]:
    with Server(document({"models": []})) as server:
        yield server.url


def names(url: str, *args: str) -> list[str]:
    return call("models", "list", "-o", "name", "--host", url, *args).out.splitlines()


def test_a_table_for_people(world: str) -> None:
    result = call("models", "list", "--host", world)
    assert (result.code, result.err) == (0, "")
    header, first, *rest = result.out.splitlines()
    assert header.split() == [
        "NAME", "ID", "SIZE", "PARAMETERS", "QUANTIZATION", "CAPABILITIES", "MODIFIED",
    ]  # fmt: skip
    assert first.split()[:7] == ["small:1b", DIGEST[:12], "986", "MB", "8B", "Q4_K_M", "completion"]
    assert first.endswith("years ago")
    far = rest[-1]
    assert "far:cloud (on https://ollama.com:443)" in far
    assert far.split(DIGEST[:12])[1].split()[0] == "-"


def test_a_document_with_schema_and_all_keys(world: str) -> None:
    result = call("models", "list", "--json", "--host", world)
    assert list(result.json) == ["schema", "models"]
    assert result.json["schema"] == "ollama-cli/models-list/1"
    small, big, far = result.json["models"]
    assert list(small) == KEYS
    assert small == {
        "name": "small:1b",
        "digest": DIGEST,
        "size": 986_000_000,
        "parameter_size": "8B",
        "quantization": "Q4_K_M",
        "family": "llama",
        "capabilities": ["completion"],
        "modified_at": "2021-01-02T03:04:05.123456Z",
        "remote_host": None,
    }
    assert big["modified_at"].startswith("2020-01-02T01:04:05.5")
    assert big["modified_at"].endswith("Z")
    assert far["remote_host"] == "https://ollama.com:443"


def test_json_lines_of_which_the_first_names_the_schema(world: str) -> None:
    first, *rest = call("models", "list", "-o", "jsonl", "--host", world).events
    assert first.pop("schema") == "ollama-cli/models-list/1"
    assert [list(line) for line in (first, *rest)] == [KEYS] * 3


def test_csv_with_a_header_and_crlf(world: str) -> None:
    result = call("models", "list", "-o", "csv", "--host", world)
    header, first, *_ = csv.reader(io.StringIO(result.out, newline=""))
    assert header == KEYS
    assert first[0] == "small:1b"
    assert first[6] == "completion"
    assert result.raw.count(b"\r\n") == 4


def test_bare_names_for_xargs(world: str) -> None:
    assert names(world) == ["small:1b", "big:70b", "far:cloud"]


def test_raw_is_what_the_server_sent(world: str) -> None:
    assert call("models", "list", "-o", "raw", "--host", world).raw == WORLD


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--sort", "name"], ["big:70b", "far:cloud", "small:1b"]),
        (["--sort", "size"], ["big:70b", "small:1b", "far:cloud"]),
        (["--sort", "modified"], ["small:1b", "big:70b", "far:cloud"]),
        (["--sort", "name", "--reverse"], ["small:1b", "far:cloud", "big:70b"]),
        (["--filter", "*:?0b"], ["big:70b"]),
        (["--filter", "size>1GB"], ["big:70b"]),
        (["--filter", "size<1gb"], ["small:1b"]),
        (["--filter", "modified<30d"], []),
        (["--filter", "capability=vision"], ["big:70b"]),
        (["--filter", "family=llama", "--filter", "b*"], ["big:70b"]),
    ],
)
def test_order_and_filters(world: str, args: list[str], expected: list[str]) -> None:
    assert names(world, *args) == expected


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("sizes>5GB", "did you mean size?"),
        ("size>big", "'big' is no size"),
        ("modified<soon", "'soon' is no age"),
    ],
)
def test_a_filter_that_cannot_be_read(expression: str, told: str) -> None:
    result = call("models", "list", "--filter", expression, "--host", "http://127.0.0.1:9")
    assert (result.code, result.out) == (2, "")
    assert told in result.err


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("json", b'{"schema": "ollama-cli/models-list/1", "models": []}\n'),
        ("jsonl", b""),
        ("csv", ",".join(KEYS).encode() + b"\r\n"),
        ("name", b""),
        ("raw", b'{"models": []}'),
    ],
)
def test_an_empty_world_is_a_valid_document(empty: str, output: str, expected: bytes) -> None:
    result = call("models", "list", "-o", output, "--host", empty)
    assert (result.code, result.raw, result.err) == (0, expected, "")


def test_an_empty_world_is_a_header_for_people(empty: str) -> None:
    result = call("list", "--host", empty)
    assert result.code == 0
    assert result.out.startswith("NAME")
    assert result.out.count("\n") == 1


def test_names_of_a_server_cannot_drive_a_terminal() -> None:
    evil = {"models": [model("a\x1b[31mb\nc", 1, "2020-01-01T00:00:00Z")]}
    with Server(document(evil)) as server:
        result = call("models", "list", "--host", server.url)
    assert "\x1b" not in result.out
    assert "a\\x1b[31mb c" in result.out


@pytest.mark.parametrize("word", ["list", "ls"])
def test_the_short_words(world: str, word: str) -> None:
    assert call(word, "-o", "name", "--host", world).out.split()[0] == "small:1b"


V1 = document({"object": "list", "data": [{"id": "m", "object": "model", "owned_by": "me"}]})


@pytest.mark.parametrize("path", ["/v1", "/v1/models", "/v1/chat/completions"])
def test_an_ollama_is_asked_in_its_own_api_even_where_v1_is_typed(path: str) -> None:
    paths = {"/api/version": document({"version": "0.24.0"}), "/api/tags": answer(200, WORLD)}
    with Server(by_path({**paths, "/v1/models": V1})) as server:
        for args in ([], ["--filter", "size>1MB"], ["--sort", "size"], ["-o", "raw"], ["--json"]):
            own = call("models", "list", *args, "--host", server.url)
            typed = call("models", "list", *args, "--host", f"{server.url}{path}")
            assert (typed.code, typed.out) == (0, own.out), args
            assert "small:1b" in typed.out


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--filter", "size>1MB"], "the size"),
        (["--filter", "modified<3d"], "the age"),
        (["--filter", "m*", "--filter", "family!=llama"], "the family"),
        (["--filter", "capability=vision"], "the capabilities"),
        (["--sort", "size"], "the size"),
        (["--sort", "modified", "--reverse"], "the age"),
    ],
)
def test_what_a_server_does_not_tell_is_not_filtered_by(args: list[str], told: str) -> None:
    with stranger(by_path({"/v1/models": V1})) as server:
        result = call("models", "list", *args, "--host", f"{server.url}/v1")
    assert (result.code, result.out) == (2, "")
    assert f"error: this server does not tell {told} of its models\n" in result.err


@pytest.mark.parametrize(
    "args", [[], ["--sort", "name"], ["--filter", "m"], ["--filter", "name=m"]]
)
def test_names_are_always_known(args: list[str]) -> None:
    with Server(by_path({"/v1/models": V1})) as server:  # an Ollama whose own API is hidden
        result = call("models", "list", *args, "-o", "name", "--host", f"{server.url}/v1")
    assert (result.code, result.out) == (0, "m\n")
