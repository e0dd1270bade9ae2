"""Schemas at random, as we send them: no server breaks on one, and what comes fits or is exit 9."""

from random import Random
from typing import Any

import pytest
import random_schemas
from shell import call

from ollama_cli import OllamaClient
from ollama_cli.errors import UsageError
from ollama_cli.features.schema.sent import sendable

pytestmark = pytest.mark.live
FEW = {"num_predict": 8, "num_ctx": 512}


def test_no_schema_at_random_breaks_the_server(live: str, model: str) -> None:
    """Two hundred schemas: all that we would send is taken, and the server goes on."""
    taken = 0
    with OllamaClient(live) as client:
        for seed in range(200):
            try:
                schema = sendable(random_schemas.schema(Random(seed))).schema
            except UsageError:
                continue
            client.generate(model, "hi", format=schema, options=FEW)  # raises where it is refused
            taken += 1
        assert client.version()
    assert taken > 80


@pytest.mark.parametrize("command", ["generate", "chat"])
def test_an_answer_fits(live: str, model: str, command: str) -> None:
    schema = (
        '{"type": "object", "required": ["age", "code"], "additionalProperties": false,'
        ' "properties": {"age": {"type": "integer", "minimum": 0, "maximum": 99},'
        r' "code": {"type": "string", "pattern": "^\\d{2}-\\w$"}}}'
    )
    result = call(command, "who?", "-m", model, "--schema", schema, "-o", "json", "--host", live)
    assert result.code == 0, result.err
    data: Any = result.json["data"]
    assert 0 <= data["age"] <= 99
    assert data["code"][2] == "-"


def test_what_is_cut_is_exit_9(live: str, model: str) -> None:
    result = call(
        *("generate", "who?", "-m", model, "--max-tokens", "3", "--schema", "name, age int"),
        *("--host", live),
    )
    assert (result.code, result.out) == (9, "")
    assert "cut at 3 tokens (--max-tokens)" in result.err
