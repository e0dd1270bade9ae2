"""A model of a real server calls a function, natively and by `/v1`."""

from pathlib import Path

import pytest
from shell import call

pytestmark = pytest.mark.live
MODEL = "tiny-tools"
SOURCE = '''
def get_weather(city: str, days: int = 1) -> dict[str, object]:
    """Tell the weather of a city."""
    return {"city": city, "days": days, "sky": "clear"}
'''


@pytest.fixture
def source(installed: set[str], tmp_path: Path) -> str:
    if MODEL not in installed:
        pytest.skip(f"the server has no {MODEL}")
    path = tmp_path / "weather.py"
    path.write_text(SOURCE)
    return str(path)


@pytest.mark.parametrize("api", ["native", "openai"])
@pytest.mark.parametrize("command", ["chat", "generate"])
def test_a_real_model_calls_a_function(live: str, source: str, command: str, api: str) -> None:
    usual = (command, "what is the weather in Oslo?", "-m", MODEL, "--host", live, "--api", api)
    limits = ("--seed", "1", "--max-tokens", "200", "--tools", source)
    refused = call(*usual, *limits, "-o", "json")
    assert refused.code == 0, refused.err
    (run,) = refused.json["tool_runs"]
    assert (run["approved"], run["name"]) == (False, "get_weather")
    result = call(*usual, *limits, "--tools-approve", "always", "-o", "json")
    assert result.code == 0, result.err
    (run,) = result.json["tool_runs"]
    assert (run["ok"], '"sky": "clear"' in run["text"]) == (True, True)
    assert result.json["text"]
    if api == "native":
        assert result.json["usage"]["prompt_tokens"] > 200
