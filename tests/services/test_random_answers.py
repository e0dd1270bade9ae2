"""Whatever comes as an answer ends in Done or in one of our errors, and in nothing else."""

import random
from collections.abc import Callable, Iterator
from typing import Self

import pytest
import random_answers
from hostile import Server, answer
from rounds import rounds
from shell import call

from ollama_cli.errors import OllamaCliError
from ollama_cli.services.kept import Decoder
from ollama_cli.services.stream import EventStream, Parser
from ollama_cli.types.answer_events import ChatEvent, Done
from ollama_cli.wire import ndjson, sse
from ollama_cli.wire.answers import AnswerParser
from ollama_cli.wire.openai_answers import ChunkParser

API = {"native": "native", "v1": "openai"}
Kinds = tuple[Callable[[int], bytes], Callable[[], Decoder], Callable[..., Parser[ChatEvent]]]
ROUTES: dict[str, Kinds] = {
    "native": (random_answers.ndjson, ndjson.Decoder, AnswerParser),
    "v1": (random_answers.events, sse.Decoder, ChunkParser),
}


class Reply:
    """An answer whose bytes come in pieces of any size."""

    def __init__(self, body: bytes, seed: int) -> None:
        self._body = body
        self._chance = random.Random(seed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def chunks(self) -> Iterator[bytes]:
        rest = self._body
        while rest:
            size = self._chance.choice((1, 7, 100, len(rest)))
            yield rest[:size]
            rest = rest[size:]


@pytest.mark.parametrize("join", [True, False])
@pytest.mark.parametrize("route", ROUTES)
def test_random_answers_end_in_done_or_in_an_error(route: str, join: bool) -> None:
    make, decoder, parser = ROUTES[route]
    ends = {"done": 0, "error": 0}
    for seed in rounds(600, 2000):
        reply = Reply(make(seed), seed)
        events: list[ChatEvent] = []
        stream = EventStream(lambda: reply, decoder(), parser(join=join))  # type: ignore[arg-type, return-value]  # noqa: B023  read at once
        try:
            events += stream
        except OllamaCliError:
            ends["error"] += 1
        else:
            assert isinstance(events[-1], Done), seed
            ends["done"] += 1
        for event in events:
            str(event).encode()  # no half of a character is left
    assert min(ends.values()) > 60


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("command", ["chat", "generate"])
def test_no_command_ends_without_a_word(route: str, command: str) -> None:
    make = ROUTES[route][0]
    for seed in rounds(12, 40):
        script = answer(
            200, make(seed), {"Content-Type": "text/event-stream"} if route == "v1" else {}
        )
        with Server(script, is_ollama=False) as server:
            url = server.url + ("/v1" if route == "v1" else "")
            result = call("--host", url, "--api", API[route], command, "hi", "-m", "m")
        assert result.out.strip() or result.err, seed
        assert result.code in {0, 4, 5, 6, 8}, seed
        assert "Traceback" not in result.err
