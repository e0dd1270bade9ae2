"""A pull on a line with a fault every second ends complete and verified."""

from itertools import pairwise

import pytest
import shell
from shell import run

from ollama_cli.demo import DemoServer, catalogue

EVERY_SECOND = "cut/1s,stall/1s,reset/1s,error/1s,html/1s,repeat/1s"
# A pull gains bytes for two thirds of its time: the rest are stalls and the pauses behind faults.
_SHARE = 0.6
CASES = [
    ("llama3:8b", 3),
    pytest.param("llama3:8b", 60, marks=pytest.mark.soak),
    pytest.param("qwen3:4b-mlx", 60, marks=pytest.mark.soak),
]


@pytest.mark.parametrize(("model", "seconds"), CASES)
def test_a_fault_every_second(monkeypatch: pytest.MonkeyPatch, model: str, seconds: int) -> None:
    monkeypatch.setattr(shell, "PATIENCE", 60.0 + 5 * seconds)
    wanted = catalogue.registry()[model]
    rate = wanted.size / (seconds * _SHARE)
    with DemoServer(fault=EVERY_SECOND, bytes_per_second=rate) as server:
        patience = ("--stall-timeout", "0.5", "-o", "jsonl")
        env = {"OLLAMA_CLI_REGISTRY": server.url}
        result = run("models", "pull", model, *patience, "--host", server.url, env=env)
        assert result.code == 0, result.err
        library = server._machine.library
        assert library.find(model)
        for layer in wanted.layers:
            assert library.blob(layer).hash() == layer.digest
    kinds = [event["event"] for event in result.events]
    assert kinds[-1] == "success"
    assert kinds.count("restart") >= seconds // 3
    shown = [event["fraction"] for event in result.events if event.get("fraction") is not None]
    assert all(before <= after <= 1 for before, after in pairwise(shown))
    assert shown[-1] == 1
