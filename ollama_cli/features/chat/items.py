"""A list as the answer: each item is held against its schema and shown as soon as it is whole."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from ollama_cli.errors import InterruptError, InvalidOutputError, OllamaCliError
from ollama_cli.features.chat.ending import Heard, cure_of_cut, tell, words_of_break, words_of_cut
from ollama_cli.features.chat.structure import WRAPPER
from ollama_cli.features.context import Context
from ollama_cli.features.schema import verdict
from ollama_cli.features.schema.check import Problem
from ollama_cli.features.schema.read import Schema
from ollama_cli.types import strict_json
from ollama_cli.types.answer_events import Done, Found, Item, RunEvent, Text
from ollama_cli.wire.items import Items

_MOST_PROBLEMS: Final = 10
_LONGEST: Final = 4096
_CURE: Final = "try a simpler schema or a larger model"


class ItemList:
    """The items of one answer, each held against the schema of all."""

    def __init__(self, context: Context, item: Schema) -> None:
        self._context = context
        self._schema = item.own
        self._items = Items(WRAPPER)
        self._count = 0
        self._valid: list[object] = []
        self._texts: list[str] = []
        self._errors: list[dict[str, str]] = []
        self._misfitting = ""
        self._has_begun = False

    def only(
        self, bursts: Iterable[Sequence[RunEvent]], heard: Heard
    ) -> Iterator[Sequence[RunEvent]]:
        """Yield the events of an answer with its items among them; in text the items alone.

        Raises InvalidOutputError behind the first one that is not what was asked for.
        """
        is_ready = False
        try:
            for burst in bursts:
                shown, wrong = self._shown(burst, heard)
                yield shown
                if wrong is not None:
                    raise wrong
                if not is_ready:  # the request was sent, and the server is busy
                    is_ready = True
                    verdict.prepare(self._schema)
        except (OllamaCliError, KeyboardInterrupt, InterruptError) as error:
            if self._has_begun:
                self._errors = self._errors or [Problem("", words_of_break(error)).record()]
                yield [Found(self._fields(heard))]
            self._tell()
            raise

    def refuses(self, heard: Heard) -> bool:
        """Return whether the list was not closed."""
        return heard.last is not None and not self._items.is_closed

    def refuse(self, heard: Heard) -> None:
        """Raise InvalidOutputError if the list was not closed: what was whole of it stays."""
        if heard.last is not None and self.refuses(heard):
            whole = "1 item" if self._count == 1 else f"{self._count} items"
            is_cut = heard.last.cut is not None
            hint = cure_of_cut(heard.last) if is_cut else _CURE
            raise InvalidOutputError(f"the list ends after {whole}: {self._why(heard)}", hint=hint)

    def _shown(
        self, burst: Sequence[RunEvent], heard: Heard
    ) -> tuple[list[RunEvent], InvalidOutputError | None]:
        """Return what is shown of the events of one network read, and what is wrong with it."""
        is_text = self._context.output == "text"
        shown: list[RunEvent] = []
        for event in burst:
            match event:
                case Text(text):
                    is_first = heard.has_thinking and not self._has_begun
                    begins = [Text("")] if is_first else []  # the thinking is over
                    self._has_begun = self._has_begun or bool(text)
                    items, wrong = self._taken(text)
                    shown += [*begins, *_lines(items)] if is_text else [event, *items]
                    if wrong is not None:
                        return shown, wrong
                case Done(answer, more):
                    shown.append(Done(answer, {**more, **self._fields(heard)}))
                case _:
                    shown.append(event)
        return shown, None

    def _taken(self, text: str) -> tuple[list[Item], InvalidOutputError | None]:
        """Take a piece of the answer: the items that it closes, and what is wrong with the last."""
        found: list[Item] = []
        if self._context.output != "text":
            self._texts.append(text)
        try:
            for each in self._items.feed(text):
                found.append(self._item(each))
                if not found[-1].valid:
                    self._misfitting = each
                    return found, self._misfit()
        except InvalidOutputError as error:
            self._errors.append({"path": "$", "message": error.message})
            return found, error.with_facts(hint=_CURE)
        return found, None

    def _item(self, text: str) -> Item:
        index = self._count
        self._count += 1
        value: Any = None
        try:
            value = strict_json.read(text)
        except ValueError as error:
            problems = [Problem("", f"is no JSON: {error}")]
        else:
            problems = verdict.misfits(value, self._schema)
        if problems:
            self._errors += (each.record(f"$[{index}]") for each in problems)
        elif self._context.output != "text":
            self._valid.append(value)
        return Item(index, value, tuple(each.record() for each in problems))

    def _misfit(self) -> InvalidOutputError:
        first = self._errors[0]
        more = len(self._errors) - 1
        rest = f" (and {more} more)" if more else ""
        return InvalidOutputError(
            f"the answer does not fit the schema: {first['path']}: {first['message']}{rest}",
            hint=_CURE,
        )

    def _tell(self) -> None:
        """Tell on stderr what the bad item is, and what is wrong with it, where it is not shown."""
        text = self._misfitting
        if not text or self._context.output != "text":
            return
        tell(self._context, text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")
        for each in self._errors[1:_MOST_PROBLEMS]:
            tell(self._context, f"{each['path']}: {each['message']}")

    def _fields(self, heard: Heard) -> dict[str, Any]:
        """Return the fields of the answer's JSON: what is known so far."""
        is_whole = self._items.is_closed and heard.last is not None and not self._errors
        fields: dict[str, Any] = {"data": self._valid, "valid": is_whole}
        if self._context.output == "json":
            reason = heard.last.done_reason if heard.last else None
            attempt = {"text": "".join(self._texts), "errors": self._errors, "done_reason": reason}
            if heard.last is not None and not is_whole and not self._errors:
                attempt["errors"] = [{"path": "$", "message": self._why(heard)}]
            fields["attempts"] = [attempt]
        return fields

    def _why(self, heard: Heard) -> str:
        if heard.last is not None and heard.last.cut is not None:
            return words_of_cut(heard.last)
        return "the array was never closed" if self._has_begun else "the model said nothing"


def _lines(items: Iterable[Item]) -> list[RunEvent]:
    """Return valid items as text: each is one line of JSON."""
    lines = "".join(f"{_json(each.value)}\n" for each in items if each.valid)
    return [Text(lines)] if lines else []


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
