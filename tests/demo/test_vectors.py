"""Embeddings: the vectors, the native routes, the legacy one."""

import math
import subprocess
import sys
from typing import Any

import pytest

from ollama_cli.demo.vectors import DIMENSIONS, embed


def _cosine(one: str, two: str) -> float:
    return sum(a * b for a, b in zip(embed(one), embed(two), strict=True))


@pytest.mark.parametrize("text", ["river stone", "Grüße 世界", "", "…", "the the the"])
def test_vectors_have_length_one(text: str) -> None:
    vector = embed(text)
    assert len(vector) == DIMENSIONS
    assert math.hypot(*vector) == pytest.approx(1.0, abs=1e-6)


def test_similar_texts_lie_nearer() -> None:
    text = "the river is high in spring"
    same_words = _cosine(text, "in spring the rivers are high")
    same_stem = _cosine(text, "riverside houses")
    other = _cosine(text, "bake two loaves of bread")
    assert same_words > 0.6 > same_stem > other + 0.05
    assert _cosine(text, text.upper()) == pytest.approx(1.0, abs=1e-6)


def test_fewer_dimensions_are_normalised_again() -> None:
    short = embed("river stone", 8)
    assert len(short) == 8
    assert math.hypot(*short) == pytest.approx(1.0, abs=1e-6)
    ratio = [a / b for a, b in zip(short, embed("river stone"), strict=False) if b]
    assert max(ratio) == pytest.approx(min(ratio), rel=1e-4)


def test_every_process_gives_the_same_vectors() -> None:
    code = "from ollama_cli.demo.vectors import embed; print(embed('river stone'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(embed("river stone"))


def test_embed_one_text_and_several(demo: Any) -> None:
    one = demo("/api/embed", {"model": "demo-embed", "input": "river stone"})
    assert one.headers["Content-Type"] == "application/json; charset=utf-8"
    assert list(one.json) == [
        "model", "embeddings", "total_duration", "load_duration", "prompt_eval_count",
    ]  # fmt: skip
    assert one.json["prompt_eval_count"] == 2
    many = demo("/api/embed", {"model": "demo-embed", "input": ["a b", "river stone", ""]}).json
    assert many["embeddings"][1] == one.json["embeddings"][0] == embed("river stone")
    assert len(many["embeddings"]) == 3


@pytest.mark.parametrize("more", [{}, {"input": ""}, {"input": []}])
def test_nothing_to_embed_loads_the_model(demo: Any, more: dict[str, Any]) -> None:
    reply = demo("/api/embed", {"model": "demo-embed", **more})
    assert reply.body == b'{"model":"demo-embed","embeddings":[]}'
    assert len(demo("/api/ps").json["models"]) == 1


def test_dimensions_and_truncation(demo: Any) -> None:
    wanted = {"model": "demo-embed", "input": "a b c d e f g h", "dimensions": 16}
    assert len(demo("/api/embed", wanted).json["embeddings"][0]) == 16
    wanted["options"] = {"num_ctx": 4}
    assert demo("/api/embed", wanted).json["prompt_eval_count"] == 4
    wanted["truncate"] = False
    reply = demo("/api/embed", wanted)
    assert (reply.status, reply.error) == (400, "the input length exceeds the context length")


@pytest.mark.parametrize(
    ("more", "status", "text"),
    [
        ({"input": 5}, 400, "invalid input type"),
        ({"input": ["a", 5]}, 400, "invalid input type"),
        ({"model": "nope", "input": "x"}, 404, 'model "nope" not found, try pulling it first'),
        ({"model": "", "input": "x"}, 404, "model '' not found"),
        (
            {"model": "demo", "input": "x"},
            501,
            "This server does not support embeddings. Start it with `--embeddings`",
        ),
        (
            {"input": "x", "options": {"num_ctx": "4"}},
            500,
            'option "num_ctx" must be of type integer',
        ),
    ],
)
def test_embed_refusals(demo: Any, more: dict[str, Any], status: int, text: str) -> None:
    reply = demo("/api/embed", {"model": "demo-embed", **more})
    assert (reply.status, reply.error) == (status, text)


def test_legacy_embeddings(demo: Any) -> None:
    one = demo("/api/embeddings", {"model": "demo-embed", "prompt": "river stone"}).json
    assert one == {"embedding": embed("river stone")}
    assert demo("/api/embeddings", {"model": "demo-embed"}).body == b'{"embedding":[]}'
    assert demo("/api/embeddings", {}).error == "model is required"
    assert demo("/api/embeddings", {"model": "nope", "prompt": "x"}).status == 404
