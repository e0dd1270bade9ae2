"""Lists and code of a real server, whose small models write what they like."""

import json

import pytest
from shell import call

from ollama_cli.features.schema.check import check

pytestmark = pytest.mark.live

ITEM = {
    "type": "object",
    "properties": {"age": {"type": "integer"}, "ok": {"type": "boolean"}},
    "required": ["age", "ok"],
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("api", ["native", "openai"])
def test_each_line_fits_whatever_becomes_of_the_list(
    live: str, model: str, seed: int, api: str
) -> None:
    args = ("--seed", seed, "--max-tokens", "80", "--api", api, "--host", live)
    result = call("generate", "people", "-m", model, "--schema-multi", "age int, ok bool", *args)
    assert result.code in {0, 9}, result.err
    assert all(check(json.loads(line), ITEM) == [] for line in result.out.splitlines())
    assert (result.code == 0) == ("error: " not in result.err)


def test_the_code_of_an_answer(live: str, installed: set[str]) -> None:
    if "tiny-md" not in installed:
        pytest.skip("the server has no tiny-md")
    result = call("generate", "hi", "-m", "tiny-md", "-x", "--host", live)
    assert (result.code, result.err) == (0, "")
    assert "```" not in result.out
    assert result.out.endswith("\n")
