"""A server that refuses something by name is asked once the other way, and so for the whole run."""

import json
from typing import Any

import pytest
from hostile import Peer, Server, answer, document

from ollama_cli.errors import ServerError
from ollama_cli.services.openai import OpenAIClient
from ollama_cli.types.answer_events import Text

WHOLE = {
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    ]
}
STREAM = answer(
    200,
    b'data: {"choices":[{"index":0,"delta":{"content":"hi"},"text":"hi"}]}\n\n'
    b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
    {"Content-Type": "text/event-stream"},
)
HI = [{"role": "user", "content": "hi"}]


class Picky:
    """Answers what a strict server would, by the body that was sent."""

    def __init__(self, field: str, *, most: int = 0) -> None:
        self.field = field
        self.most = most

    def __call__(self, peer: Peer) -> None:
        body = peer.request.json
        assert None not in body.values(), "no null is ever sent"
        if self.most:
            self._embed(peer, body["input"])
        elif self.field == "stream" and body["stream"]:
            document({"error": {"message": "stream is not supported"}}, 400)(peer)
        elif self.field == "stream":
            document(WHOLE)(peer)
        elif self.field == "max_tokens" and not isinstance(body.get("max_tokens"), int):
            document({"detail": [{"loc": ["body", "max_tokens"], "msg": "Field required"}]}, 422)(
                peer
            )
        else:
            STREAM(peer)

    def _embed(self, peer: Peer, texts: list[str]) -> None:
        if len(texts) > self.most:
            document({"message": f"{len(texts)} inputs: the batch is too large"}, 413)(peer)
            return
        rows = [{"index": i, "embedding": [float(text), 1.0]} for i, text in enumerate(texts)]
        document({"data": rows})(peer)


def said(events: Any) -> str:
    return "".join(event.text for event in events if isinstance(event, Text))


@pytest.mark.parametrize("field", ["stream", "max_tokens"])
def test_it_is_asked_once_more_and_remembered(field: str) -> None:
    with Server(Picky(field)) as server, OpenAIClient(server.url) as client:
        assert [said(client.chat("m", HI)), said(client.chat("m", HI))] == ["hi", "hi"]
        assert len(server.requests) == 3


def test_no_null_is_sent_for_a_bare_prompt() -> None:
    with Server(Picky("")) as server, OpenAIClient(server.url) as client:
        assert said(client.generate("m", "hi")) == "hi"
        assert "max_tokens" not in json.loads(server.requests[0].body)


def test_a_batch_shrinks_until_it_fits_and_the_next_ones_begin_so() -> None:
    texts = [str(number) for number in range(1, 101)]
    with Server(Picky("", most=20)) as server, OpenAIClient(server.url) as client:
        vectors = client.embed(texts, "m").vectors
        assert [vector[0] for vector in vectors] == [float(text) for text in texts]
        sizes = [len(request.json["input"]) for request in server.requests]
    assert sizes == [64, 32, 16, 16, 16, 16, 16, 16, 4]


def test_one_text_that_is_refused_is_an_error() -> None:
    with Server(document({"message": "the batch is too large"}, 413)) as server:
        with OpenAIClient(server.url) as client, pytest.raises(ServerError, match="too large"):
            client.embed(["1", "2", "3"], "m")
        assert len(server.requests) == 2
