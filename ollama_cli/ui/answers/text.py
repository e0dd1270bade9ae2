"""Show an answer to people: the text on one stream, thinking and tool calls on the other."""

import json
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple, Protocol, Self, TypeAlias

from ollama_cli.types.answer_events import RunEvent, Text, Thinking, ToolCall, ToolResult
from ollama_cli.types.text import one_line, visible
from ollama_cli.ui.answers.calls import call_line
from ollama_cli.ui.answers.lines import Lines
from ollama_cli.ui.answers.thinking import ThinkingDisplay
from ollama_cli.ui.streams import OutStream
from ollama_cli.ui.wrap import WordWrap

ThinkingMode: TypeAlias = Literal["fold", "keep", "hide"]


class Page(Protocol):
    """The part of the output that holds the text of an answer."""

    def add(self, text: str) -> None:
        """Show a piece of the text."""
        ...

    def add_whole(self, text: str) -> None:
        """Show the whole text in one call; nothing of it was shown before."""
        ...

    def pause(self) -> None:
        """End the open line or block, so that other output can follow on the terminal."""
        ...

    def end(self, *, complete: bool) -> None:
        """Complete what is shown; `complete` is false if the text was cut off."""
        ...


class Manner(NamedTuple):
    """The manner in which people are shown an answer: as it comes if `stream`, or whole at its end.

    Only terminals know the rest: Markdown, block by block, if `markdown` is set, and what becomes
    of the thinking. Each block of code in Markdown takes one of `numbers`. What is `accessible`
    never changes once it is shown: it comes line by line, or block by block, after the name of the
    `speaker` if there is one. Where `tools` are run, a line for each call is shown or hidden.
    """

    stream: bool = True
    markdown: bool = False
    thinking: ThinkingMode = "fold"
    numbers: Iterator[int] | None = None
    accessible: bool = False
    speaker: str = ""
    tools: Literal["show", "hide"] | None = None


USUAL: Final = Manner()


class TextWriter:
    """Write the text of an answer to `out` and the thinking to `err`; a pipe gets it unchanged.

    Markdown, and thinking that is folded to one line, need a terminal with a movable cursor.
    """

    def __init__(self, out: OutStream, err: OutStream, manner: Manner = USUAL) -> None:
        self._err = err
        is_set = manner.markdown and out.motion
        is_spoken = manner.accessible and out.is_terminal
        self._page = _markdown_page(out, manner) if is_set else PlainPage(out, by_line=is_spoken)
        self._thinking = ThinkingDisplay(
            err,
            folds=err.motion and manner.thinking == "fold",
            spoken=manner.accessible and err.is_terminal,
        )
        self._speaker = manner.speaker if is_spoken else ""
        self._out = out
        self._stream = manner.stream
        self._show_thinking = manner.thinking != "hide"
        self._tools = manner.tools
        self._pieces: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, BrokenPipeError):
            return
        self._thinking.end()
        if self._pieces:
            self._page.add_whole("".join(self._pieces))
        self._page.end(complete=kind is None)

    def show(self, event: RunEvent) -> None:
        """Show one event."""
        if self._speaker:
            self._out.line(f"{self._speaker}:")
            self._speaker = ""
        match event:
            case Text(text):
                self._thinking.end()
                if self._stream:
                    self._page.add(text)
                else:
                    self._pieces.append(text)
            case Thinking(text) if self._show_thinking:
                self._pause_page()
                self._thinking.add(text)
            case ToolCall(name, arguments):
                self._thinking.end()
                self._pause_page()
                if self._tools is None:
                    shown = one_line(f"{name}({json.dumps(arguments, ensure_ascii=False)})")
                    self._err.line(f"note: the model calls {shown}")
            case ToolResult() if self._tools == "show":
                self._pause_page()
                line = call_line(event, unicode=self._err.unicode)
                self._err.line(f"\x1b[2m{line}\x1b[22m" if self._err.colour else line)
            case _:
                pass

    def show_burst(self, events: Sequence[RunEvent]) -> None:
        """Show the events of one network read; neighbouring pieces of text in one write."""
        if len(events) == 1:
            (event,) = events
            if (
                type(event) is Text and self._stream and not self._speaker
            ):  # nearly all events: they must be cheap
                self._thinking.end()
                self._page.add(event.text)
            else:
                self.show(event)
            return
        run: list[str] = []
        for event in events:
            if isinstance(event, Text):
                run.append(event.text)
                continue
            if run:
                self.show(Text("".join(run)))
                run = []
            self.show(event)
        if run:
            self.show(Text("".join(run)))

    def _pause_page(self) -> None:
        if self._err.is_terminal:
            self._page.pause()


class PlainPage:
    """Write a text as it is, and a newline at its end if it has none.

    On a terminal, control characters are made visible, and words are not broken at the edge; or,
    `by_line`, the terminal breaks the lines, which are written once they are complete.
    """

    def __init__(self, out: OutStream, *, by_line: bool = False) -> None:
        self._out = out
        self._lines = Lines() if by_line else None
        self._last = ""
        self._wrap = WordWrap()

    def add(self, text: str) -> None:
        """Write a piece of the text."""
        if self._lines is not None:
            text = self._lines.add(text)
        self._write(text)

    add_whole = add

    def _write(self, text: str) -> None:
        self._last = text[-1:] or self._last
        if self._out.is_terminal:
            text = visible(text)
            if self._out.motion and self._lines is None:
                text = self._wrap.wrap(text, self._out.width)
        if text:
            self._out.write_as_is(text)

    def pause(self) -> None:
        """End the line on a terminal, so that other output starts on its own line."""
        self._write_rest()
        if self._out.is_terminal and self._last not in {"", "\n"}:
            self._write("\n")

    def end(self, *, complete: bool) -> None:
        """End the last line; in a pipe only if the text is complete."""
        self._write_rest()
        if self._last not in {"", "\n"} and (complete or self._out.is_terminal):
            self._out.line()

    def _write_rest(self) -> None:
        if self._lines is not None:
            self._write(self._lines.rest())


def _markdown_page(out: OutStream, manner: Manner) -> Page:
    from ollama_cli.ui.markdown.page import MarkdownPage  # noqa: PLC0415  rich: 60 ms

    return MarkdownPage(out, numbers=manner.numbers, accessible=manner.accessible)
