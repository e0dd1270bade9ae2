"""Logprobs are those of the answer, whatever else the tokens of a line make up."""

from typing import Any

import pytest

from ollama_cli.types.answer_events import ChatEvent, Done, Text, Thinking
from ollama_cli.types.answers import TokenLogprob
from ollama_cli.wire.answers import AnswerParser
from ollama_cli.wire.openai_answers import ChunkParser
from ollama_cli.wire.sse import END

TOP = [{"token": "z", "logprob": -0.1, "bytes": [122]}]


def tokens(*words: str) -> list[dict[str, Any]]:
    return [{"token": word, "logprob": -1.5, "bytes": list(word.encode())} for word in words]


def line(text: str, *words: str, thinking: str = "") -> dict[str, Any]:
    message = {"role": "assistant", "content": text, "thinking": thinking}
    return {"message": message, "done": False, "logprobs": tokens(*words)}


END_LINE = {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}


def read(*values: object, parser: AnswerParser | None = None) -> list[ChatEvent]:
    parser, events = parser or AnswerParser(has_logprobs=True), list[ChatEvent]()
    for value in values:
        parser.read([value], events)
    parser.finish()
    return events


def of_answer(events: list[ChatEvent]) -> str | None:
    """The tokens at the end, which are those of the pieces before."""
    done = events[-1]
    assert isinstance(done, Done)
    pieces = [each.token for event in events if isinstance(event, Text) for each in event.logprobs]
    whole = [each.token for each in done.answer.logprobs or ()]
    assert pieces == whole
    return None if done.answer.logprobs is None else "|".join(whole)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([line("Hi", "Hi"), line(" you", " you")], "Hi| you"),
        ([line("Hi you", "Hi", " you")], "Hi| you"),
        # As 0.24.0 sends it: the thinking, the token before a schema holds, then the answer.
        ([line("", "Th", thinking="Th"), line("", "Se"), line("{", "{"), line("}", "}")], "{|}"),
        ([line("", "<think>"), line("", "hm", thinking="hm"), line("", "</think>")], None),
        # The end of the thinking and the begin of the answer in one line.
        ([line("Yes", ".", "</think>", "\n\n", "Yes", thinking=".")], "Yes"),
        # The server takes white space away where an answer begins.
        ([line("", "\n\n"), line("Yes", " Yes")], " Yes"),
        # A literal <think> is held back until it is decided what it is.
        ([line("<", "<"), line("think>", "think>"), line("</think>A", "</think>", "A")], "A"),
        ([line("<", "<"), line("b>", "b>")], "<|b>"),
        # A character in three tokens, as their bytes tell.
        (
            [
                {
                    "message": {"content": "ok🎯"},
                    "done": False,
                    "logprobs": [
                        *tokens("ok"),
                        *[
                            {"token": "\ufffd", "logprob": -2, "bytes": octets}
                            for octets in ([240, 159], [142], [175])
                        ],
                    ],
                }
            ],
            "ok|\ufffd|\ufffd|\ufffd",
        ),
        ([line("Hi")], None),
        ([{"message": {"content": "Hi"}, "done": False, "logprobs": "none"}], None),
        ([{"message": {"content": "Hi"}, "done": False, "logprobs": [{"token": 1}, 7]}], None),
    ],
)  # fmt: skip
def test_the_tokens_of_the_answer_and_no_others(lines: list[Any], told: str | None) -> None:
    assert of_answer(read(*lines, END_LINE)) == told


def test_a_whole_document_and_numbers() -> None:
    last = {**END_LINE, "message": {"content": "a b"}}
    entries = [{**each, "top_logprobs": TOP} for each in tokens("a", " b")]
    done = read({**last, "logprobs": entries})[-1]
    assert isinstance(done, Done)
    assert done.answer.logprobs == tuple(
        TokenLogprob(token, -1.5, (("z", -0.1),)) for token in ("a", " b")
    )
    assert done.answer.logprobs[0].as_dict() == {
        "token": "a",
        "logprob": -1.5,
        "top": [{"token": "z", "logprob": -0.1}],
    }


def test_a_number_that_json_lacks_is_left_out() -> None:
    endless = [{"token": "Hi", "logprob": float("-inf"), "bytes": [72, 105]}]
    assert of_answer(read({**line("Hi"), "logprobs": endless}, END_LINE)) is None


def test_who_does_not_ask_is_told_nothing() -> None:
    events = read(line("Hi", "Hi"), END_LINE, parser=AnswerParser())
    assert events[0] == Text("Hi")
    assert of_answer(events) is None


def chunk(**choice: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "finish_reason": None, **choice}]}


@pytest.mark.parametrize(
    ("chunks", "told"),
    [
        (
            [
                chunk(delta={"reasoning": "hm"}, logprobs={"content": tokens("hm")}),
                chunk(delta={"content": "Hi"}, logprobs={"content": tokens("Hi")}),
                chunk(delta={"content": " you"}, logprobs={"content": tokens(" you")}),
                chunk(delta={}, logprobs=None),
            ],
            "Hi| you",
        ),
        (
            [
                chunk(
                    text="Hi you",
                    logprobs={
                        "tokens": ["Hi", " you"],
                        "token_logprobs": [None, -2],
                        "top_logprobs": [None, {" you": -2, " me": -3}],
                    },
                )
            ],
            " you",
        ),
    ],
)
def test_the_other_api(chunks: list[Any], told: str) -> None:
    events = read(
        *chunks, chunk(delta={}, finish_reason="stop"), END, parser=ChunkParser(has_logprobs=True)
    )
    assert of_answer(events) == told
    assert not any(isinstance(each, Thinking) for each in events[1:])
