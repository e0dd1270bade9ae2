"""Shows an answer to people: the text on one stream, the thinking and the calls on the other."""

import json
from collections.abc import Sequence
from typing import Literal, Protocol, Self, TypeAlias

from ollama_cli.types.answer_events import ChatEvent, Text, Thinking, ToolCall
from ollama_cli.types.text import one_line, visible
from ollama_cli.ui.answers.thinking import Thoughts
from ollama_cli.ui.streams import OutStream
from ollama_cli.ui.wrap import WordWrap

Thinks: TypeAlias = Literal["fold", "keep", "hide"]


class Page(Protocol):
    """What the text of an answer is written on."""

    def add(self, text: str) -> None:
        """Show a piece of the text."""
        ...

    def add_whole(self, text: str) -> None:
        """Show a text of which nothing was shown yet and nothing will follow."""
        ...

    def pause(self) -> None:
        """Make room on the terminal for what somebody else writes."""
        ...

    def end(self, *, complete: bool) -> None:
        """Leave what is shown complete, whether the text is or not."""
        ...


class TextWriter:
    """Writes the text to `out` as it comes, or whole at the end, and the thinking to `err`.

    A pipe gets the text unchanged; a terminal that moves gets Markdown where wished, set block by
    block, and thinking that folds to one line; it may be kept or hidden as well.
    """

    def __init__(
        self,
        out: OutStream,
        err: OutStream,
        *,
        stream: bool = True,
        markdown: bool = False,
        thinking: Thinks = "fold",
    ) -> None:
        self._err = err
        self._page = _markdown_page(out) if markdown and out.motion else PlainPage(out)
        self._thoughts = Thoughts(err, folds=err.motion and thinking == "fold")
        self._stream = stream
        self._show_thinking = thinking != "hide"
        self._held: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and issubclass(kind, BrokenPipeError):
            return
        self._thoughts.end()
        if self._held:
            self._page.add_whole("".join(self._held))
        self._page.end(complete=kind is None)

    def show(self, event: ChatEvent) -> None:
        """Show one event."""
        match event:
            case Text(text):
                self._thoughts.end()
                if self._stream:
                    self._page.add(text)
                else:
                    self._held.append(text)
            case Thinking(text) if self._show_thinking:
                self._make_room()
                self._thoughts.add(text)
            case ToolCall(name, arguments):
                self._thoughts.end()
                self._make_room()
                shown = one_line(f"{name}({json.dumps(arguments, ensure_ascii=False)})")
                self._err.line(f"note: the model calls {shown}")
            case _:
                pass

    def show_burst(self, events: Sequence[ChatEvent]) -> None:
        """Show what one network read brought: neighbouring pieces of text in one write."""
        if len(events) == 1:
            (event,) = events
            if type(event) is Text and self._stream:  # by far the most; they shall cost little
                self._thoughts.end()
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

    def _make_room(self) -> None:
        if self._err.is_terminal:
            self._page.pause()


class PlainPage:
    """Writes a text as it is, with one newline at its end where it lacks it.

    On a terminal its control characters are made visible, and words are kept whole.
    """

    def __init__(self, out: OutStream) -> None:
        self._out = out
        self._last = ""
        self._wrap = WordWrap()

    def add(self, text: str) -> None:
        """Write a piece of the text."""
        self._last = text[-1:] or self._last
        if self._out.is_terminal:
            text = visible(text)
            text = self._wrap.wrap(text, self._out.width) if self._out.motion else text
        self._out.write(text)

    add_whole = add

    def pause(self) -> None:
        """End the line on a terminal, so that nobody else writes into it."""
        if self._out.is_terminal and self._last not in {"", "\n"}:
            self.add("\n")

    def end(self, *, complete: bool) -> None:
        """End the last line; a pipe gets nothing more than the text where it is not complete."""
        if self._last not in {"", "\n"} and (complete or self._out.is_terminal):
            self._out.line()


def _markdown_page(out: OutStream) -> Page:
    from ollama_cli.ui.markdown.page import MarkdownPage  # noqa: PLC0415  rich: 60 ms

    return MarkdownPage(out)
