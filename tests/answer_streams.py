"""An answer to show, and streams that keep what was shown on them."""

import io

import pytest

from ollama_cli.types.answer_events import ChatEvent, ToolCall
from ollama_cli.types.answers import Answer, Timings, Usage
from ollama_cli.ui.answers.writers import AnswerWriter
from ollama_cli.ui.streams import OutStream

CALL = ToolCall("weather", {"city": "Paris"}, "c1")
ANSWER = Answer(
    model="m:latest",
    text="Hello",
    thinking="Hm",
    done_reason="stop",
    tool_calls=({"name": "weather", "arguments": {"city": "Paris"}, "id": "c1"},),
    usage=Usage(3, 2),
    timings=Timings(1.5, 0.5, 0.25, 0.75),
)


def stream(*, terminal: bool = False, colour: bool = False) -> OutStream:
    return OutStream(io.StringIO(), is_terminal=terminal, colour=colour)


def written(out: OutStream) -> str:
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


def show(writer: AnswerWriter, *events: ChatEvent, error: BaseException | None = None) -> None:
    """Show the events; an error ends the answer and is given back to us."""

    def run() -> None:
        with writer:
            for event in events:
                writer.show(event)
            if error:
                raise error

    if error is None:
        run()
        return
    with pytest.raises(type(error)) as caught:
        run()
    assert caught.value is error
