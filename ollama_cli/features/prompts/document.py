"""YAML as plain values, with the line of each: no tag makes an object, no alias a bomb.

Words and numbers are those of YAML 1.2, as Go programs read them: `no` and `1:30` are text. A key
that stands twice is refused, as one of its values would be lost.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import yaml

from ollama_cli.errors import UsageError
from ollama_cli.types.numbers import finite
from ollama_cli.types.text import well_formed

_DEEPEST: Final = 50
_MOST: Final = 100_000  # values, counted where they stand: an alias counts again
_TAG: Final = "tag:yaml.org,2002:"
_SCALARS: Final = frozenset({"null", "bool", "int", "float", "str"})
_QUOTED: Final = 'a text that begins with a brace stands in quotes: content: "{{input}}"'
_WORDS: Final = {"null": "~|null|Null|NULL|", "bool": "true|True|TRUE|false|False|FALSE"}
_PLAIN: Final = re.compile(r'[^.\[\]"]+')
_INTEGER: Final = r"[-+]?(?:0|[1-9][0-9]{0,17})"
_NUMBER: Final = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?"


class Document(NamedTuple):
    """What a file holds: its value, and by path the line of each value, and a scalar as written."""

    value: Any
    lines: Mapping[str, int]
    written: Mapping[str, str]


class MisreadError(UsageError):
    """What cannot be read at a line of a file: the `line`, counted from 1, and the `reason`."""

    def __init__(self, name: str, line: int, reason: str, hint: str | None = None) -> None:
        super().__init__(f"{name}: line {line}", reason=reason, hint=hint)
        self.line: Final = line


class _Loader(yaml.SafeLoader):
    """The safe loader, for its nodes alone, in which a plain scalar has the type of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012  as the library declares it


def _types() -> None:
    for kind, words in {**_WORDS, "int": _INTEGER, "float": _NUMBER}.items():
        _Loader.add_implicit_resolver(f"{_TAG}{kind}", re.compile(f"(?:{words})$"), None)


_types()


def read(text: str, name: str) -> Document:
    """Read a text of YAML; UsageError for what is none, MisreadError where a line is to blame."""
    try:
        node = yaml.compose(text, Loader=_Loader)
        found = _Reader(name)
        return Document(found.value(node, "", 0), found.lines, found.written)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        told = (error.problem or error.context or "").removeprefix("but ")
        raise MisreadError(name, 1 if mark is None else mark.line + 1, told) from error
    except yaml.reader.ReaderError as error:
        raise UsageError(f"{name} holds a character that YAML has not") from error
    except (RecursionError, ValueError, OverflowError) as error:  # deep, or no code of a character
        raise UsageError(f"{name} is no YAML that can be read") from error


class _Reader:
    """Make values of nodes; the number of both is bounded."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._left = _MOST
        self.lines: dict[str, int] = {}
        self.written: dict[str, str] = {}

    def value(self, node: yaml.Node | None, path: str, depth: int) -> Any:
        """Return the value of a node, which stands at a path such as `messages[0].role`."""
        if node is None:
            return None
        self._left -= 1
        line = node.start_mark.line + 1
        self.lines[path] = line
        if depth > _DEEPEST or self._left < 0:
            raise MisreadError(self._name, line, "too deep or too much is written here")
        match node:
            case yaml.MappingNode(tag=tag) if tag == f"{_TAG}map":
                return self._mapping(node, path, depth)
            case yaml.SequenceNode(tag=tag) if tag == f"{_TAG}seq":
                return [
                    self.value(each, f"{path}[{place}]", depth + 1)
                    for place, each in enumerate(node.value)
                ]
            case yaml.ScalarNode(tag=tag, value=text) if tag.removeprefix(_TAG) in _SCALARS:
                self.written[path] = well_formed(text)
                return _scalar(tag.removeprefix(_TAG), text)
        raise MisreadError(self._name, line, f"values have no tag such as {node.tag}")

    def _mapping(self, node: yaml.MappingNode, path: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, each in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise MisreadError(self._name, line, "a key is a text", hint=_QUOTED)
            name = well_formed(key.value)
            if name in found:
                raise MisreadError(self._name, line, f"{name!r} stands here twice")
            found[name] = self.value(each, below(path, name), depth + 1)
        return found


def below(path: str, name: str) -> str:
    """Return the path of what stands under a name; one that reads like a path itself is quoted."""
    if not _PLAIN.fullmatch(name):
        return f"{path}[{json.dumps(name, ensure_ascii=False)}]"
    return f"{path}.{name}" if path else name


def _scalar(kind: str, text: str) -> Any:
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int" | "float":
            try:
                return int(text) if kind == "int" else finite(text)
            except ValueError:  # a tag that is a lie, or a number beyond every float
                return well_formed(text)
    return well_formed(text)
