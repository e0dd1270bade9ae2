"""`models ps` and `models stop`."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile import Server, document
from recordings import parts, recorded
from shell import call

KEYS = [
    "name", "digest", "size", "size_vram", "parameter_size", "quantization", "family",
    "expires_at", "context_length",
]  # fmt: skip
RUNNING = {
    "name": "m:latest",
    "size": 10_000_000_000,
    "digest": "ab" * 32,
    "details": {"family": "llama", "parameter_size": "8B", "quantization_level": "Q4_K_M"},
    "expires_at": "2020-08-20T10:05:00.123456789Z",
    "size_vram": 5_200_000_000,
    "context_length": 32768,
}


@pytest.fixture(scope="module")
def busy() -> Iterator[str]:
    gpu = {**RUNNING, "name": "gpu:latest", "size_vram": 10_000_000_000}
    bare = {"name": "bare:latest", "expires_at": "2318-11-30T00:00:00Z"}
    with Server(document({"models": [RUNNING, gpu, bare]})) as server:
        yield server.url


@pytest.fixture(scope="module")
def idle() -> Iterator[str]:
    with Server(document({"models": []})) as server:
        yield server.url


def test_a_table_for_people(busy: str) -> None:
    result = call("models", "ps", "--host", busy)
    header, partly, gpu, bare = result.out.splitlines()
    assert header.split() == ["NAME", "ID", "SIZE", "PROCESSOR", "CONTEXT", "UNTIL"]
    assert "48%/52% CPU/GPU  32768    stopping" in partly
    assert "10 GB" in partly
    assert "100% GPU" in gpu
    assert bare.split()[:4] == ["bare:latest", "-", "-", "unknown"]


def test_a_document(busy: str) -> None:
    document = call("ps", "--json", "--host", busy).json
    assert document["schema"] == "ollama-cli/models-ps/1"
    assert [list(model) for model in document["models"]] == [KEYS] * 3
    assert document["models"][0] == {
        "name": "m:latest",
        "digest": "ab" * 32,
        "size": 10_000_000_000,
        "size_vram": 5_200_000_000,
        "parameter_size": "8B",
        "quantization": "Q4_K_M",
        "family": "llama",
        "expires_at": "2020-08-20T10:05:00.123456Z",
        "context_length": 32768,
    }
    assert document["models"][2]["size"] is None


def test_text_that_is_missing_is_null_in_ps_as_in_list(busy: str) -> None:
    bare = call("ps", "--json", "--host", busy).json["models"][2]
    assert {name for name, value in bare.items() if value is None} == set(KEYS) - {
        "name",
        "expires_at",
        "size_vram",
    }


def test_json_lines_csv_and_names(busy: str) -> None:
    first, *rest = call("ps", "-o", "jsonl", "--host", busy).events
    assert first.pop("schema") == "ollama-cli/models-ps/1"
    assert [list(line) for line in (first, *rest)] == [KEYS] * 3
    rows = list(csv.reader(io.StringIO(call("ps", "-o", "csv", "--host", busy).out, newline="")))
    assert rows[0] == KEYS
    assert rows[1][:3] == ["m:latest", "ab" * 32, "10000000000"]
    assert call("ps", "-o", "name", "--host", busy).out == "m:latest\ngpu:latest\nbare:latest\n"


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("json", b'{"schema": "ollama-cli/models-ps/1", "models": []}\n'),
        ("jsonl", b""),
        ("csv", ",".join(KEYS).encode() + b"\r\n"),
        ("name", b""),
        ("raw", b'{"models": []}'),
    ],
)
def test_an_empty_world_is_a_valid_document(idle: str, output: str, expected: bytes) -> None:
    result = call("models", "ps", "-o", output, "--host", idle)
    assert (result.code, result.raw) == (0, expected)


def test_an_empty_memory_is_told_to_people(idle: str) -> None:
    result = call("ps", "--host", idle)
    assert (result.code, result.err) == (0, "note: no model is in memory\n")
    assert result.out.split()[:2] == ["NAME", "ID"]


def test_a_loaded_model_is_seen_and_stopped(demo: str) -> None:
    call("generate", "hi", "--max-tokens", "1", "--host", demo)
    assert call("models", "ps", "-o", "name", "--host", demo).out == "demo:latest\n"
    result = call("models", "stop", "demo", "--host", demo)
    assert (result.code, result.out, result.err) == (0, "", "stopped demo\n")
    assert call("models", "ps", "-o", "name", "--host", demo).out == ""
    assert call("stop", "demo", "-q", "--host", demo).err == ""


def test_an_unknown_model_cannot_be_stopped(demo: str) -> None:
    result = call("models", "stop", "dmo", "--host", demo)
    assert (result.code, result.out) == (4, "")
    assert "did you mean demo:latest?" in result.err


def test_one_of_several_is_unknown(demo: str) -> None:
    result = call("models", "stop", "demo", "nobody", "--host", demo)
    assert (result.code, result.out) == (11, "")
    assert result.err == (
        "stopped demo\nerror: nobody: model 'nobody' not found\n"
        f"hint: what is installed: `ollama-cli --host {demo} models list`\nerror: 1 of 2 failed\n"
    )


def test_raw_is_what_the_server_sent() -> None:
    recording = Path(__file__).parents[2] / "data" / "wire" / "ps.http"
    with Server(recorded(recording)) as server:
        result = call("ps", "-o", "raw", "--host", server.url)
    assert result.raw == parts(recording)[2]
