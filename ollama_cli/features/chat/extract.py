"""The code of an answer alone: the first block between fences, or the last one."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ollama_cli.errors import InterruptError, InvalidOutputError, OllamaCliError, UsageError
from ollama_cli.features.chat.ending import Heard, cure_of_cut, tell, words_of_cut
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.context import Context
from ollama_cli.types.answer_events import Done, Found, RunEvent, Text

_WHOLE: Final = "leave --extract out to take the whole answer"


def is_asked(options: AnswerOptions) -> bool:
    """Return whether a part of the answer is all that is wanted of it."""
    return options.extract is not None or options.extract_last


def check(context: Context, options: AnswerOptions) -> None:
    """Raise UsageError where nothing can be extracted from what is printed."""
    if is_asked(options) and context.output == "raw":
        raise UsageError(
            "--extract takes a part of the answer, which -o raw passes on as it is",
            hint="leave one of them out",
        )


def refuse_conversation(options: AnswerOptions) -> None:
    """Raise UsageError: what is asked for belongs to one answer, and a conversation has many."""
    if is_asked(options):
        raise UsageError(
            "--extract prints a part of one answer, and a conversation has many",
            hint="give a prompt along with it",
        )


def _said(heard: Heard) -> str:
    return "the answer holds" if heard.has_text else "the model said nothing:"


class Extract:
    """What is extracted from one answer: `found` at its end, None if there is no such block."""

    def __init__(self, context: Context, options: AnswerOptions) -> None:
        self._context = context
        self._language = options.extract or ""
        self._takes_last = options.extract_last
        self._texts: list[list[str]] = [[]]
        self.found: str | None = None

    def only(
        self, bursts: Iterable[Sequence[RunEvent]], heard: Heard
    ) -> Iterator[Sequence[RunEvent]]:
        """Yield the events of an answer, its end with the block; in text that block alone.

        What came of an answer that has no end is told on stderr.
        """
        rounds = 0
        try:
            for burst in bursts:
                yield list(self._shown(burst, heard))
                if len(heard.rounds) > rounds:  # what follows is a text of its own
                    rounds = len(heard.rounds)
                    self._texts.append([])
        except (OllamaCliError, KeyboardInterrupt, InterruptError):
            if any(self._texts):
                yield [Found({"extracted": None})]
            self._tell()
            raise

    def refuses(self, heard: Heard) -> bool:
        """Return whether there is no such block."""
        return self.found is None and heard.last is not None

    def refuse(self, heard: Heard) -> None:
        """Raise InvalidOutputError if there is no such block; the answer is told on stderr."""
        if not self.refuses(heard) or heard.last is None:
            return
        self._tell()
        kind = f"{self._language} code" if self._language else "code"
        is_cut = heard.last.cut is not None
        cut = f": {words_of_cut(heard.last)}" if is_cut else ""
        raise InvalidOutputError(
            f"{_said(heard)} no closed block of {kind}{cut}",
            hint=cure_of_cut(heard.last) if is_cut else _WHOLE,
        )

    def _shown(self, burst: Sequence[RunEvent], heard: Heard) -> Iterator[RunEvent]:
        holds_back = self._context.output == "text"
        for event in burst:
            match event:
                case Text(text):
                    if not holds_back:
                        yield event
                    elif heard.has_thinking and not self._texts[-1]:
                        yield Text("")  # the thinking is over
                    self._texts[-1].append(text)
                case Done(answer, more):
                    self.found = self._search()
                    if holds_back and self.found is not None:
                        yield Text(self.found)
                    yield Done(answer, {**more, "extracted": self.found})
                case _:
                    yield event

    def _search(self) -> str | None:
        from ollama_cli.ui.markdown.fences import closed_blocks  # noqa: PLC0415  markdown-it: 50 ms

        texts = ["".join(pieces) for pieces in self._texts]
        blocks = [block.text for block in closed_blocks(texts, self._language)]
        return blocks[-1 if self._takes_last else 0] if blocks else None

    def _tell(self) -> None:
        if self._context.output == "text":
            tell(self._context, "".join(piece for pieces in self._texts for piece in pieces))
