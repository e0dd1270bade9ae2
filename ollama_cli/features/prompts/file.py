"""A prompt file: the `.prompt.yml` of GitHub Models, with a key `ollama` of our own.

What it holds is told by <https://docs.github.com/github-models>: messages with placeholders, a
model, three parameters and a format; data and evaluators for tests are left alone.
"""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from ollama_cli.errors import UsageError
from ollama_cli.features.prompts import document, filling
from ollama_cli.features.prompts.document import below
from ollama_cli.features.prompts.messages import Message
from ollama_cli.features.schema.read import schema_of
from ollama_cli.types import strict_json
from ollama_cli.types.values import dataclass

ROLES: Final = ("system", "user", "assistant")
_KEYS: Final = (
    *("name", "description", "model", "modelParameters", "responseFormat", "jsonSchema"),
    *("messages", "testData", "evaluators", "ollama"),
)
_PARAMETERS: Final = {"maxTokens": "num_predict", "temperature": "temperature", "topP": "top_p"}
_OURS: Final = ("options", "think", "keep_alive", "defaults", "extract")
_FORMATS: Final = ("text", "json_object", "json_schema")
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Option(NamedTuple):
    """An option of the model: its texts as written, several for `stop` alone, and its path."""

    texts: tuple[str, ...]
    path: str


class Problem(NamedTuple):
    """What is wrong with a file, and where: a path such as `messages[0].role`, empty for all."""

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        line = "" if self.line is None else f"line {self.line}: "
        return f"{line}{self.path}{': ' if self.path else ''}{self.message}"


@dataclass(frozen=True)
class PromptFile:
    """A prompt as its file holds it, where `source` says which file.

    `options` are named as for `-O`. `format` is `json` or a JSON schema. `extract` is the language
    of the block that is wanted, empty for any. `lines` are those of all values, by their paths.
    """

    source: str
    name: str = ""
    description: str = ""
    model: str | None = None
    messages: tuple[Message, ...] = ()
    options: Mapping[str, Option] = field(default_factory=dict)
    format: str | Mapping[str, Any] | None = None
    think: str | None = None
    keep_alive: str | None = None
    extract: str | None = None
    defaults: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def variables(self) -> list[str]:
        """List the variables of its messages, in their order."""
        return filling.places(each.content for each in self.messages)


class Read(NamedTuple):
    """A file that was read: what it holds, as far as that is right, what is wrong, what is odd."""

    file: PromptFile
    problems: list[Problem]
    warnings: list[Problem]


def read(text: str, source: str) -> Read:
    """Read the text of a file; UsageError for what is no text of YAML, or no mapping."""
    try:
        found = document.read(text, source)
    except document.MisreadError as error:
        told = f"{error.reason}: {error.hint}" if error.hint else error.reason
        return Read(PromptFile(source), [Problem("", error.line, told)], [])
    if not isinstance(found.value, dict):
        what = "is empty" if found.value is None else "is no mapping of keys to values"
        raise UsageError(f"{source} {what}", hint="a prompt file has at least `messages:`")
    reading = _Reading(found)
    file = reading.file(found.value, source)
    return Read(file, reading.problems, reading.warnings)


class _Reading:
    """The parts of one file, and what is wrong with them."""

    def __init__(self, found: document.Document) -> None:
        self._found = found
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

    def file(self, value: Mapping[str, Any], source: str) -> PromptFile:
        """Read all of it."""
        self._look_for_unknown(value, _KEYS, "")
        for key in ("testData", "evaluators"):
            for place, each in enumerate(self._list(value.get(key), key)):
                self._mapping(each, f"{key}[{place}]")
        ours = self._mapping(value.get("ollama"), "ollama")
        self._look_for_unknown(ours, _OURS, "ollama")
        return PromptFile(
            source,
            name=self._text(value, "name") or "",
            description=self._text(value, "description") or "",
            model=self._text(value, "model") or None,
            messages=self._messages(value),
            options={**self._parameters(value), **self._options(ours)},
            format=self._format(value),
            think=self._text(ours, "think", "ollama."),
            keep_alive=self._text(ours, "keep_alive", "ollama."),
            extract=self._extract(ours),
            defaults=self._defaults(ours),
            lines=self._found.lines,
        )

    def _messages(self, value: Mapping[str, Any]) -> tuple[Message, ...]:
        found = []
        for place, each in enumerate(self._list(value.get("messages"), "messages")):
            path = f"messages[{place}]"
            message = self._mapping(each, path)
            self._look_for_unknown(message, Message._fields, path)
            role = (self._text(message, "role", f"{path}.") or "").lower()
            content = self._text(message, "content", f"{path}.")
            if role not in ROLES:
                self._refuse(f"{path}.role", f"is none of {', '.join(ROLES)}", path)
            if content is None:
                self._refuse(f"{path}.content", "is missing", path)
            found.append(Message(role, content or ""))
        if not found:
            self._refuse("messages", "there is none")
        return tuple(found)

    def _parameters(self, value: Mapping[str, Any]) -> dict[str, Option]:
        key = "modelParameters"
        given = self._mapping(value.get(key), key)
        self._look_for_unknown(given, _PARAMETERS, key)
        names = [name for name in _PARAMETERS if given.get(name) is not None]
        return {_PARAMETERS[name]: self._option(given[name], f"{key}.{name}") for name in names}

    def _options(self, ours: Mapping[str, Any]) -> dict[str, Option]:
        path = "ollama.options"
        given = self._mapping(ours.get("options"), path)
        return {name: self._option(each, below(path, name)) for name, each in given.items()}

    def _option(self, value: object, path: str) -> Option:
        """Return a scalar, or a list of such, as written."""
        paths = [path]
        if isinstance(value, list):
            paths = [f"{path}[{place}]" for place in range(len(value))]
        if value is None or not all(each in self._found.written for each in paths):
            self._refuse(path, "is neither a text nor a number")
            return Option((), path)
        return Option(tuple(self._found.written[each] for each in paths), path)

    def _format(self, value: Mapping[str, Any]) -> str | Mapping[str, Any] | None:
        given = self._text(value, "responseFormat")
        if given is not None and given not in _FORMATS:
            self._refuse("responseFormat", f"is none of {', '.join(_FORMATS)}")
        schema = self._schema(value.get("jsonSchema"))
        if given == "json_object":
            return "json"
        if given == "json_schema" and value.get("jsonSchema") is None:
            self._refuse("responseFormat", "needs a jsonSchema")
        return None if given == "text" else schema

    def _schema(self, value: object) -> Mapping[str, Any] | None:
        """Read JSON with a name and a schema, or the same as YAML."""
        if isinstance(value, str):
            try:
                value = strict_json.read(value)
            except ValueError as error:
                self._refuse("jsonSchema", f"is no JSON: {error}")
                return None
        if value is None:
            return None
        schema = value.get("schema") if isinstance(value, dict) else None
        if not isinstance(schema, dict):
            self._refuse("jsonSchema", 'has no schema: it is {"name": …, "schema": {…}}')
            return None
        try:
            return schema_of(schema, "the schema in it").own
        except UsageError as error:
            self._refuse("jsonSchema", error.message)
            return None

    def _extract(self, ours: Mapping[str, Any]) -> str | None:
        value = ours.get("extract")
        if value is None or isinstance(value, bool):
            return "" if value else None
        return self._text(ours, "extract", "ollama.")

    def _defaults(self, ours: Mapping[str, Any]) -> dict[str, str]:
        found, path = {}, "ollama.defaults"
        for name in self._mapping(ours.get("defaults"), path):
            place = below(path, name)
            if not filling.is_name(name):
                self._refuse(place, "is no name of a variable")
            elif (written := self._found.written.get(place)) is None:
                self._refuse(place, "is no text")
            else:
                found[name] = written
        return found

    def _text(self, value: Mapping[str, Any], key: str, before: str = "") -> str | None:
        """Return a scalar as written; None if there is none."""
        if value.get(key) is None:
            return None
        if (written := self._found.written.get(f"{before}{key}")) is None:
            self._refuse(f"{before}{key}", "is no text")
        return written

    def _mapping(self, value: object, path: str) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return value
        if value is not None:
            self._refuse(path, "is no mapping of keys to values")
        return _NOTHING

    def _list(self, value: object, path: str) -> list[Any]:
        if isinstance(value, list):
            return value
        if value is not None:
            self._refuse(path, "is no list")
        return []

    def _refuse(self, path: str, message: str, near: str = "") -> None:
        line = self._found.lines.get(path, self._found.lines.get(near) if near else None)
        self.problems.append(Problem(path, line, message))

    def _look_for_unknown(
        self, value: Mapping[str, Any], known: Collection[str], path: str
    ) -> None:
        for key in value:
            if key not in known:
                similar = difflib.get_close_matches(key, known, n=1)
                meant = f": did you mean {similar[0]}?" if similar else ""
                where = below(path, key)
                self.warnings.append(
                    Problem(where, self._found.lines.get(where), f"unknown key{meant}")
                )
