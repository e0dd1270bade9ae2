"""Pydantic AI on a model of a real Ollama."""

import asyncio

import pytest

from ollama_cli import Settings

pytest.importorskip("pydantic_ai", reason="the extra pydantic-ai is not installed")

from pydantic_ai import Agent
from pydantic_ai.messages import ModelResponse, ThinkingPart
from pydantic_ai.models.ollama import OllamaModel
from pydantic_ai.settings import ModelSettings

from ollama_cli.integrations.pydantic_ai import (
    create_ollama_model,
    create_ollama_model_async,
    detect_ollama_model,
    ollama_health_check,
)

pytestmark = pytest.mark.live

SHORT = ModelSettings(max_tokens=64)


def made(live: str, name: str) -> OllamaModel:
    return asyncio.run(create_ollama_model_async(name, Settings(host=live)))


def need(installed: set[str], name: str) -> str:
    if name not in installed:
        pytest.skip(f"the server has no {name}")
    return name


def test_the_limit_of_tokens_is_kept(live: str, model: str) -> None:
    async def ask() -> int:
        agent = Agent(create_ollama_model(model, Settings(host=live)))
        found = await agent.run("Once upon", model_settings=ModelSettings(max_tokens=8))
        written: int = found.usage.output_tokens
        return written

    assert asyncio.run(ask()) <= 8


def test_a_tool_is_called_and_its_result_heard(live: str, installed: set[str]) -> None:
    asked: list[tuple[str, int]] = []
    agent = Agent(made(live, need(installed, "tiny-tools")), model_settings=SHORT)

    def get_weather(city: str, days: int) -> str:
        """Tell the weather."""
        asked.append((city, days))
        return "rain"

    agent.tool_plain(get_weather)
    assert asyncio.run(agent.run("weather?")).output
    assert asked == [("Tromsø", 3)]


def test_thinking_is_a_part_of_its_own(live: str, installed: set[str]) -> None:
    agent = Agent(made(live, need(installed, "tiny-think")), model_settings=SHORT)
    last = asyncio.run(agent.run("Hi")).all_messages()[-1]
    assert isinstance(last, ModelResponse)
    assert isinstance(last.parts[0], ThinkingPart)


def test_it_is_healthy_and_has_a_model(live: str, model: str) -> None:
    assert ollama_health_check(Settings(host=live, model=model)).model_detected
    assert detect_ollama_model(live)
