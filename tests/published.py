"""The published schemas, held against all JSON that a test sees.

Published files are open, since readers ignore unknown names; here they are closed, so that every
name that is written is in its file. Most values are of a shape that was seen before: each shape is
validated once, which costs next to nothing.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock
from weakref import WeakKeyDictionary

from ollama_cli.system import files
from ollama_cli.ui import published
from ollama_cli.ui.streams import OutStream

# What our documents and streams begin with; what a server sent and we hand on does not.
OURS = re.compile(r'\{\s*"schema": "ollama-cli/([a-z-]+)/1"')
_ASKED = re.compile(r"(?:^| )(?:-o ?|--output[= ]|--)jsonl?(?: |$)")
_DEEPEST = 12  # no schema looks further down
_TOO_DEEP = re.compile(r'(?:\[\s*|\{\s*"[^"]*": ){200}')
if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

_CUTS = ("--fields", "--jq")  # names are left out on purpose
_seen: set[object] = set()
is_watching = True


@cache
def schemas() -> dict[str, Any]:
    """Read every published file, by its name."""
    return {name: json.loads(published.text(name)) for name in published.names()}


def closed(schema: Any, *, partial: bool = False) -> Any:
    """Copy a schema so that unknown names fail; `partial`: and that names may be left out."""
    if isinstance(schema, list):
        return [closed(each, partial=partial) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(each, partial=partial) for name, each in schema.items()}
    if isinstance(found.get("properties"), dict) and found.get("type") == "object":
        found.setdefault("additionalProperties", False)
    if partial:
        found.pop("required", None)
        found = {"anyOf" if name == "oneOf" else name: each for name, each in found.items()}
    return found


@cache
def _validator(name: str, *, partial: bool) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator  # noqa: PLC0415  not every Python has one

    return Draft202012Validator(closed(schemas()[name], partial=partial))


@cache
def _words() -> frozenset[str]:
    """List every text that a schema names: the shape of a value tells these apart."""

    def found(schema: Any) -> Iterator[str]:
        if isinstance(schema, dict):
            yield from (each for each in schema.get("enum", ()) if isinstance(each, str))
            if isinstance(schema.get("const"), str):
                yield schema["const"]
            for each in schema.values():
                yield from found(each)
        elif isinstance(schema, list):
            for each in schema:
                yield from found(each)

    return frozenset(found(list(schemas().values())))


def _shape(value: object, words: frozenset[str], depth: int = _DEEPEST) -> object:
    if isinstance(value, str):
        return value if value in words else str
    if isinstance(value, dict):
        if depth == 0:
            return dict
        return tuple([(name, _shape(each, words, depth - 1)) for name, each in value.items()])
    if isinstance(value, list):
        if depth == 0:
            return list
        return frozenset([_shape(each, words, depth - 1) for each in value])
    return type(value)


def check(name: str, value: Any, *, partial: bool = False) -> None:
    """Hold one document, line or event of a command against its file; AssertionError says what."""
    known = schemas()
    if "event" in value and f"{name}-event" in known:
        candidates = [f"{name}-event"]
    else:
        candidates = [each for each in (name, f"{name}-line") if each in known]
    assert candidates, f"nobody published a schema for {name}: {json.dumps(value)[:500]}"
    shape = name, partial, _shape(value, _words())
    if shape in _seen:
        return
    problems = {each: _problems(each, value, partial=partial) for each in candidates}
    assert not all(problems.values()), f"{json.dumps(value)[:1000]}\n{problems}"
    _seen.add(shape)


def _problems(name: str, value: Any, *, partial: bool) -> list[str]:
    """List what is wrong; of an event, by the schema of its kind alone."""
    events = [each["title"] for each in schemas()[name].get("oneOf", ())]
    found = []
    for error in _validator(name, partial=partial).iter_errors(value):
        kind = value.get("event")
        at = events.index(kind) if kind in events else None
        causes = [each for each in error.context or () if each.schema_path[0] == at] or [error]
        found += [f"{each.json_path}: {each.message[:300]}" for each in causes]
    return found


def check_text(text: str, name: str = "", *, partial: bool = False) -> str:
    """Check what was written, if it is ours; return the name that further lines go by."""
    if text[:1] != "{":
        return name
    if head := OURS.match(text):
        name = head[1]
    if not name or _TOO_DEEP.search(text):
        return name
    for value in _values(text):
        assert isinstance(value, dict), f"a line of {name} is no object: {value!r}"
        name = str(value["schema"]).split("/")[1] if "schema" in value else name
        check(name, value, partial=partial)
    return name


def _values(text: str) -> list[Any]:
    """Read one document, or lines; the last of them may be cut where a process was ended."""
    try:
        return [json.loads(text)]
    except ValueError:
        *lines, last = text.split("\n")
    found = [json.loads(line) for line in lines]
    with suppress(ValueError):
        found += [json.loads(last)] if last else []
    return found


def check_output(raw: bytes, errors: bytes, words: Iterable[str] = ()) -> None:
    """Check all that a command wrote; `words` are those of its command line."""
    words = tuple(words)
    partial = any(word.startswith(_CUTS) for word in words)
    if raw[:1] == b"{":
        text = raw.decode()
        if words[:1] == ("bash",):  # whose own words may follow
            text = "\n".join(line for line in text.split("\n") if line[:1] == "{")
        elif not partial and _asks_for_json(words):
            assert OURS.match(text), f"it does not begin with its schema: {text[:500]}"
        check_text(text, partial=partial)
    name = ""
    for line in errors.decode("utf-8", "replace").split("\n") if b'{"' in errors else ():
        if line.startswith('{"error": '):
            check("error", json.loads(line))
        else:  # events go there where stdout is somebody else's
            name = check_text(line, name, partial=partial)


def _asks_for_json(words: tuple[str, ...]) -> bool:
    """Return whether all of stdout is here, and is ours: not the rest of a process that was read.

    Behind `--` stands a program that writes there, too.
    """
    is_rest = words[:1] and words[0].endswith("/ollama-cli")
    return not is_rest and "--" not in words and bool(_ASKED.search(" ".join(words)))


def check_screen(raw: bytes) -> None:
    """Check a document that stands on a terminal, where other lines may follow."""
    text = raw.decode("utf-8", "replace")
    if head := OURS.match(text):
        check(head[1], json.JSONDecoder().raw_decode(text.replace("\r\n", "\n"))[0])


@contextmanager
def watching() -> Iterator[None]:
    """Check what is written inside this process, too, as where no command is called; and files."""
    write, keep = OutStream.write_as_is, files.write_whole
    names: WeakKeyDictionary[OutStream, str] = WeakKeyDictionary()

    def write_and_check(out: OutStream, text: str) -> None:
        if text[:1] == "{" and is_watching:
            is_cut = out.choice is not None
            names[out] = check_text(text, names.get(out, ""), partial=is_cut)
        write(out, text)

    def keep_and_check(path: Path, content: str | bytes, **more: Any) -> None:
        text = content if isinstance(content, str) else content.decode("utf-8", "replace")
        if OURS.match(text) and is_watching:
            check_text(text)
        keep(path, content, **more)

    with (
        mock.patch.object(OutStream, "write_as_is", write_and_check),
        mock.patch.object(files, "write_whole", keep_and_check),
    ):
        yield
