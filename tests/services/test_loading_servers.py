"""A server that still loads its model is waited for, as long as the first token is."""

import pytest
from hostile import Server, answer, document

from ollama_cli.errors import OllamaCliError, ServerError
from ollama_cli.services.openai import OpenAIClient
from ollama_cli.types.answer_events import Text
from ollama_cli.types.timeouts import Timeouts
from ollama_cli.wire.failures import is_loading

LOADING = document(
    {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}, 503
)
SAID = answer(
    200,
    b'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\n'
    b"data: [DONE]\n\n",
    {"Content-Type": "text/event-stream"},
)
HI = [{"role": "user", "content": "hi"}]
VECTORS = document({"data": [{"index": 0, "embedding": [0.5]}]})


def test_it_is_asked_until_it_has_loaded(pauses_taken: list[float]) -> None:
    with Server(*[LOADING] * 7, SAID) as server, OpenAIClient(server.url) as client:
        said = [event for event in client.chat("m", HI) if isinstance(event, Text)]
    assert said == [Text("hi")]
    assert len(pauses_taken) == 7


def test_an_embedding_waits_as_well(pauses_taken: list[float]) -> None:
    with Server(*[LOADING] * 4, VECTORS) as server, OpenAIClient(server.url) as client:
        assert client.embed("a", "m").vectors == ((0.5,),)
    assert len(pauses_taken) == 4


@pytest.mark.usefixtures("pauses_taken")
def test_who_waits_no_longer_is_told_what_the_server_said() -> None:
    limits = Timeouts(first_token=0.3)
    with Server(LOADING) as server, OpenAIClient(server.url, timeouts=limits) as client:
        with pytest.raises(ServerError, match="Loading model") as caught:
            list(client.chat("m", HI))
        assert caught.value.http_status == 503
        assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("words", "status", "loads"),
    [
        ("Loading model", 503, True),
        ("Model meta/llama is currently loading", 503, True),
        ("the model is still loading, try again", 503, True),
        ("Loading model", 500, False),
        ("server busy, please try again", 503, False),
        ("error loading modules of the model", 503, False),
    ],
)
def test_only_a_model_on_its_way_is_waited_for(words: str, status: int, *, loads: bool) -> None:
    error: OllamaCliError = ServerError(words, http_status=status)
    assert is_loading(error) is loads
