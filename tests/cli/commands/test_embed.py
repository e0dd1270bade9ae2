"""`embed`: one vector per text, in order, in each format."""

import csv
import io
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hostile import Peer, Server, answer, by_path, document
from missing_models import Lacking
from other_servers import ONLY_V1, serving
from shell import call, ended, start

TEXTS = ("embed", "a river", "a stream", "-m", "m")


def lengths(peer: Peer) -> None:
    """Answer with the length of each text as its vector."""
    inputs = peer.request.json["input"]
    vectors = [[float(len(text)), 1.0] for text in inputs]
    body = {"model": "m", "embeddings": vectors, "total_duration": 5_000_000}
    document({**body, "load_duration": 1_000_000, "prompt_eval_count": len(inputs)})(peer)


EMBEDDER = by_path({"/api/embed": lengths})


def embedded(server: Server) -> list[Any]:
    """What was sent to be embedded, without the question what the model can do."""
    return [request.json for request in server.requests if request.path == "/api/embed"]


def test_a_document() -> None:
    with Server(EMBEDDER) as server:
        result = call(*TEXTS, "--json", "--host", server.url)
        sent = embedded(server)[0]
    assert (result.code, result.err) == (0, "")
    assert json.dumps(result.json) == json.dumps(
        {
            "schema": "ollama-cli/embed/1",
            "model": "m",
            "dimensions": 2,
            "embeddings": [[7.0, 1.0], [8.0, 1.0]],
            "usage": {"prompt_tokens": 2, "completion_tokens": None},
            "timings": {"total": 0.005, "load": 0.001, "prompt": None, "completion": None},
        }
    )
    assert sent == {"model": "m", "input": ["a river", "a stream"]}


def test_json_lines() -> None:
    with Server(EMBEDDER) as server:
        result = call(*TEXTS, "-o", "jsonl", "--host", server.url)
    assert result.events == [
        {"schema": "ollama-cli/embed/1", "index": 0, "embedding": [7.0, 1.0]},
        {"index": 1, "embedding": [8.0, 1.0]},
    ]


def test_csv_and_text() -> None:
    with Server(EMBEDDER) as server:
        table = call(*TEXTS, "-o", "csv", "--host", server.url)
        text = call(*TEXTS, "--host", server.url)
    assert list(csv.reader(io.StringIO(table.out, newline=""))) == [
        ["index", "d0", "d1"],
        ["0", "7.0", "1.0"],
        ["1", "8.0", "1.0"],
    ]
    assert text.out == "[7.0, 1.0]\n[8.0, 1.0]\n"


def test_raw_is_what_the_server_sent() -> None:
    body = b'{"model":"m","embeddings":[[0.5, 1e-3]]}'
    with Server(answer(200, body)) as server:
        assert call("embed", "a", "-m", "m", "-o", "raw", "--host", server.url).raw == body


def test_all_options_are_sent() -> None:
    with Server(EMBEDDER) as server:
        call(*TEXTS, "--dimensions", "2", "--no-truncate", "--host", server.url)
        sent = embedded(server)[0]
    assert (sent["dimensions"], sent["truncate"]) == (2, False)


def test_many_texts_go_in_batches_and_come_in_order(tmp_path: Path) -> None:
    (tmp_path / "texts").write_text("".join("x" * (n + 1) + "\n" for n in range(150)))
    args = ("embed", "-m", "m", "-f", "texts", "--lines", "-o", "jsonl")
    with Server(EMBEDDER) as server:
        result = call(*args, "--host", server.url, cwd=tmp_path)
        batches = [len(sent["input"]) for sent in embedded(server)]
    assert result.code == 0
    assert [event["embedding"][0] for event in result.events] == list(range(1, 151))
    assert batches == [64, 64, 22]


def test_a_file_is_one_text_unless_its_lines_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "texts").write_text("one\ntwo\n")
    with Server(EMBEDDER) as server:
        call("embed", "typed", "-m", "m", "-f", "texts", "--host", server.url, cwd=tmp_path)
        assert server.requests[-1].json["input"] == ["typed", "one\ntwo\n"]
        args = ("embed", "-m", "m", "-f", "-", "--lines", "--host", server.url)
        call(*args, stdin="one\ntwo")
        assert server.requests[-1].json["input"] == ["one", "two"]


def test_lines_are_read_as_they_are_embedded() -> None:
    with Server(EMBEDDER) as server:
        words = ("embed", "-m", "m", "--lines", "-o", "jsonl", "--host", server.url)
        process = start(*words, stdin=subprocess.PIPE)
        assert process.stdin
        assert process.stdout
        for _ in range(3):
            process.stdin.write(b"a river\n" * 65)  # a batch, and the line that shows it is full
            assert [len(process.stdout.readline()) > 9 for _ in range(64)] == [True] * 64
        result = ended(process)
    assert (result.code, len(result.events), result.err) == (0, 3, "")


def test_the_model_is_pulled_and_no_line_is_lost(tmp_path: Path) -> None:
    with Server(Lacking()) as server:
        words = ("embed", "-m", "m", "--lines", "-o", "jsonl", "--auto-pull", "--host", server.url)
        result = call(*words, stdin="a river\n" * 200, at=tmp_path)
    assert (result.code, len(result.events)) == (0, 200)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("", "there is no text"),
        ("\n", "line 1 of"),
        ("a\n\nb", "line 2 of"),
        ("a\n \n", "line 2 of"),
    ],
)
def test_an_empty_line_is_told_by_its_number(lines: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "texts").write_text(lines)
    with Server(EMBEDDER) as server:
        words = ("embed", "-m", "m", "--lines", "--host", server.url)
        for result in (
            call(*words, stdin=lines),
            call(*words, "-f", "texts", cwd=tmp_path),
            call(*words, "-f", "-", stdin=lines),
        ):
            assert (result.code, result.out) == (2, "")
            assert told in result.err
        assert embedded(server) == []


def test_an_older_server_is_asked_text_by_text() -> None:
    pages = {"/api/show": document({}), "/api/embeddings": document({"embedding": [0.25, 0.5]})}
    with Server(by_path(pages)) as server:
        result = call(*TEXTS, "--json", "--host", server.url)
        paths = [request.path for request in server.requests]
    assert result.code == 0
    assert result.json["embeddings"] == [[0.25, 0.5]] * 2
    assert paths == ["/api/show", "/api/embed", "/api/embeddings", "/api/embeddings"]


@pytest.mark.parametrize("vectors", [[[]], [[0, 0.0]], [], [[1.0], [2.0]], "x", [["a"]]])
def test_vectors_that_are_none(vectors: Any) -> None:
    with Server(document({"embeddings": vectors})) as server:
        result = call("embed", "a", "-m", "m", "--json", "--host", server.url)
    assert (result.code, result.out) == (5, "")
    assert result.error["exit"] == 5


@pytest.mark.parametrize("args", [["embed", "-m", "m"], ["embed", "", "-m", "m"]])
def test_nothing_to_embed(args: list[str]) -> None:
    result = call(*args, "--host", "http://127.0.0.1:9")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: ")


def test_a_text_that_is_too_long(demo: str) -> None:
    args = ("embed", "word " * 5000, "-m", "demo-embed", "--host", demo)
    result = call(*args, "--no-truncate")
    assert (result.code, result.out) == (8, "")
    assert call(*args).code == 0


def test_the_model_is_set_or_the_newest_one_that_embeds(demo: str) -> None:
    found = call("embed", "a", "--json", "--host", demo)
    assert found.json["model"] == "demo-embed:latest"
    assert found.err == "note: using demo-embed:latest (choose another with -m)\n"
    env = {"OLLAMA_CLI_EMBED_MODEL": "demo-embed"}
    assert call("embed", "a", "--json", "--host", demo, env=env).json["model"] == "demo-embed"
    with Server(by_path({"/api/tags": document({"models": []})})) as server:
        result = call("embed", "a", "--host", server.url)
    assert result.code == 4
    assert f"`ollama-cli --host {server.url} models pull nomic-embed-text`" in result.err


def test_like_texts_lie_near_each_other(demo: str) -> None:
    texts = ["the river runs to the sea", "a river flows to the sea", "she repaired a clock"]
    one, two, three = call("embed", *texts, "--json", "--host", demo).json["embeddings"]

    def near(a: list[float], b: list[float]) -> float:
        return sum(x * y for x, y in zip(a, b, strict=True))

    assert near(one, two) > near(one, three)


def test_raw_answers_of_several_batches_stand_on_lines_of_their_own() -> None:
    texts = [str(number) for number in range(65)]
    with Server(answer(200, b'{"embeddings":[[1]]}')) as server:
        result = call("embed", *texts, "-m", "m", "-o", "raw", "--host", server.url)
    assert result.raw == b'{"embeddings":[[1]]}\n{"embeddings":[[1]]}'


@pytest.mark.parametrize("output", ["text", "json", "jsonl", "csv", "raw"])
def test_what_v1_has_no_words_for_is_told(output: str) -> None:
    told = "warning: this server is not told truncate: its API has no words for it\n"
    with serving(ONLY_V1) as server:
        args = ("embed", *map(str, range(65)), "-m", "demo-embed", "-o", output)
        result = call(*args, "--no-truncate", "--host", server.url)
        quiet = call(*args, "--no-truncate", "-q", "--host", server.url)
    assert (result.code, result.err) == (0, told)
    assert (quiet.code, quiet.err) == (0, "")


@pytest.mark.parametrize("output", ["text", "json"])
def test_vectors_of_another_length_than_was_asked_for_are_told(output: str) -> None:
    with Server(EMBEDDER) as server:
        args = (*TEXTS, "--dimensions", "3", "-o", output, "--host", server.url)
        result = call(*args)
        fitting = call(*TEXTS, "--dimensions", "2", "--host", server.url)
    assert result.code == 0
    assert result.err == "warning: the server sent vectors of 2 dimensions, not of 3\n"
    assert fitting.err == ""
