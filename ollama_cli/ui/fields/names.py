"""The names that a command's JSON has, for `--fields` and `--line`, and how one is found.

They are those of the published schemas, so that a name that there is not fails before anything is
asked.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from ollama_cli.errors import UsageError
from ollama_cli.ui import published
from ollama_cli.ui.fields import pick
from ollama_cli.ui.fields.pick import Path

HELP: Final = "help"
MARKS: Final = ("schema", "event")
"""What each document and each line may begin with."""
_OPEN: Final = ".*"
_REF: Final = "#/$defs/"
_LINES: Final = ("-line", "-event")
# What says which values there may be; without any, there may be objects.
_KINDS: Final = ("type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf")
_MANY: Final = ("anyOf", "oneOf", "allOf")


class Names(NamedTuple):
    """The names of a command's JSON: of its documents and its lines.

    `items` is the key of the list that a document holds, empty if it holds none; then `paths` are
    those of its items, and `beside` those of what else is there.
    """

    paths: tuple[str, ...]
    items: str = ""
    beside: tuple[str, ...] = ()

    def is_beside(self, name: str) -> bool:
        """Return whether a name is that of what stands beside the list, not in it."""
        return is_among(name, self.beside) and not is_among(name, self.paths)


def of(command: str, items: str = "", output: str = "") -> Names:
    """Return the names in what a command prints, by the words of its schema: `models-list`.

    With an `output`, those in this format alone.
    """
    paths: dict[str, None] = {}
    beside: dict[str, None] = {}
    for file in _files(command, output):
        schema = json.loads(published.text(file))
        properties = schema.get("properties", {})
        if items in properties:
            paths |= dict.fromkeys(_paths(properties[items], schema))
            rest = {name: each for name, each in properties.items() if name != items}
            beside |= dict.fromkeys(_paths({"properties": rest}, schema))
        else:
            paths |= dict.fromkeys(_paths(schema, schema))
    return Names(
        tuple(each for each in paths if each not in MARKS),
        items,
        tuple(each for each in beside if each not in MARKS),
    )


def _files(command: str, output: str) -> list[str]:
    """Choose the published files: of documents, or of lines if there are any."""
    all_ = [n for n in published.names() if n == command or n.startswith(f"{command}-")]
    if not output:
        return all_
    wants_lines = output != "json"
    return [each for each in all_ if each.endswith(_LINES) is wants_lines] or all_


def listed(names: Names) -> list[str]:
    """List the names that may be given; what ends in `.*` holds whatever is there."""
    return list(dict.fromkeys([*names.paths, *names.beside]))


def find(name: str, names: Names, path: str) -> str:
    """Return a name as the JSON has it; UsageError names the nearest if there is none.

    `path` is that of the command, for the hint.
    """
    given = name.strip()
    within = given.lower().removeprefix(f"{names.items}.") if names.items else given.lower()
    for each in dict.fromkeys([given, given.lower(), within]):
        if each in MARKS or is_among(each, listed(names)):
            return each
    raise unknown(given, within, listed(names), f"which there are: `{path} --fields {HELP}`")


def unknown(name: str, within: str, paths: Iterable[str], hint: str) -> UsageError:
    """Make the error for a name that there is not; it names the nearest of some paths."""
    known = [each.removesuffix(_OPEN) for each in paths]
    near = get_close_matches(within, known, n=1, cutoff=0.5)
    near = near or [each for each in known if within and each.rpartition(".")[2] == within][:1]
    return UsageError(
        f"there is no field {name!r}" if name else "a field without a name",
        hint=f"did you mean {near[0]}?" if near else hint,
    )


def is_among(name: str, paths: Collection[str]) -> bool:
    """Return whether a name is one of some paths, holds one, or stands below an open one."""
    return is_told(name, paths) or any(
        name.startswith(each.removesuffix("*")) for each in paths if each.endswith("*")
    )


def is_told(name: str, paths: Collection[str]) -> bool:
    """Return whether a name is one of some paths, or holds one."""
    return any(each == name or each.startswith(f"{name}.") for each in paths)


def check_found(document: object, paths: Mapping[str, Path], names: Names) -> None:
    """Raise UsageError for a name that is nowhere, neither told nor in what the server sent.

    That is so only where the document is the server's: any name may be in it.
    """
    if "*" not in names.paths:
        return
    for name, path in paths.items():
        if not is_told(name, names.paths) and not pick.leads(document, path):
            raise unknown(name, name.lower(), pick.paths(document), "see them all: -o json")


def _paths(
    schema: Mapping[str, Any], root: Mapping[str, Any], before: str = "", seen: Sequence[str] = ()
) -> Iterator[str]:
    """Yield the paths in a schema; those of an item stand for its list, too.

    An object is open with `additionalProperties`, or without `properties`.
    """
    reference = str(schema.get("$ref", ""))
    if reference and reference not in seen:
        below = root.get("$defs", {}).get(reference.removeprefix(_REF), {})
        yield from _paths(below, root, before, [*seen, reference])
    for word in _MANY:
        for each in schema.get(word, ()):
            yield from _paths(each, root, before, seen)
    if isinstance(schema.get("items"), Mapping):
        yield from _paths(schema["items"], root, before, seen)
    properties = schema.get("properties")
    for name, each in (properties or {}).items():
        found = list(_paths(each, root, f"{before}{name}.", seen))
        is_open = not any(word in each for word in _KINDS)
        yield from found or [f"{before}{name}{_OPEN if is_open else ''}"]
    if _may_be_object(schema) and (properties is None or schema.get("additionalProperties")):
        yield f"{before}*"


def _may_be_object(schema: Mapping[str, Any]) -> bool:
    kinds = schema.get("type", ())
    return "object" in ([kinds] if isinstance(kinds, str) else kinds)
