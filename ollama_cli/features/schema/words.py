"""Schemas as people type them: `name, age int, tags [str], colour red|green, note? str: a line`."""

import re
from typing import Any, Final

from ollama_cli.errors import UsageError

TYPES: Final = {
    "str": "string",
    "string": "string",
    "int": "integer",
    "integer": "integer",
    "float": "number",
    "number": "number",
    "bool": "boolean",
    "boolean": "boolean",
}
_RESERVED: Final = frozenset({*TYPES, "null"})
_HINT: Final = "see `ollama-cli help schema-words`"
_QUOTED: Final = r'"[^"\n]*"'
_NAME: Final = re.compile(rf'({_QUOTED}|[^\s,:?|\[\]"]+)(\?)?')
_REST: Final = re.compile(rf'(\s(?:{_QUOTED}|[^":])*)?(?::(.*))?')
_VALUE: Final = re.compile(rf'\s*({_QUOTED}|[^\s|\[\]"]+)\s*(\||$)')
_COMMA: Final = re.compile(rf"(?:{_QUOTED}|[^,\n])*")
_DEEPEST: Final = 20


def schema_of_words(text: str) -> dict[str, Any]:
    """Read words as a schema of an object; UsageError for what cannot be read.

    A field is `NAME[?] [TYPE][: DESCRIPTION]`; fields stand on lines, or between commas. All are
    required but those with `?`; a type is a word, `[TYPE]`, or values with a bar between them.
    Quotes keep commas, bars and blanks together; where there are lines, a description does, too.
    """
    properties: dict[str, Any] = {}
    required: list[str] = []
    for each in _fields(text):
        name, is_optional, schema = _field(each)
        if name in properties:
            raise UsageError(f"the schema names the field {name!r} twice", hint=_HINT)
        properties[name] = schema
        required += [] if is_optional else [name]
    if not properties:
        raise UsageError("the schema is empty", hint=_HINT)
    schema = {"type": "object", "properties": properties}
    return schema | ({"required": required} if required else {})


def _fields(text: str) -> list[str]:
    lines = text.strip().splitlines()
    parts = [
        part
        for line in lines
        for part in ([line] if ":" in line and len(lines) > 1 else _COMMA.findall(line))
    ]
    return [part.strip(" \t,") for part in parts if part.strip(" \t,")]


def _field(text: str) -> tuple[str, bool, dict[str, Any]]:
    found = _NAME.match(text)
    if found is None:
        raise UsageError(f"a field of the schema has no name: {text!r}", hint=_HINT)
    name = _bare(found[1])
    rest = _REST.fullmatch(text, found.end())
    if not name or rest is None:
        raise UsageError(f"{text!r} is no field of a schema", hint=_HINT)
    schema = _type((rest[1] or "").strip(), name, 0)
    said = (rest[2] or "").strip()
    if not rest[1] and _is_type(said):  # as other languages write it: here it would be a text
        hint = (
            f'a type has no colon before it: `{name} {said}`; a description may stand in "quotes"'
        )
        raise UsageError(f"the field {name!r} has a type for its description: {said}", hint=hint)
    if said := _bare(said):
        schema["description"] = said
    return name, found[2] is not None, schema


def _type(text: str, name: str, depth: int) -> dict[str, Any]:
    if not text:
        return {"type": "string"}
    if text in TYPES:
        return {"type": TYPES[text]}
    if text.startswith("[") and text.endswith("]") and depth < _DEEPEST:
        return {"type": "array", "items": _type(text[1:-1].strip(), name, depth + 1)}
    if "|" in text:
        return _choice(text, name)
    near = f"did you mean {_near(text)}?" if _near(text) else _HINT
    raise UsageError(f"the field {name!r} has an unknown type: {text}", hint=near)


def _is_type(text: str) -> bool:
    if "|" in text and not re.search(r'[\s"]', text):
        return True
    while text.startswith("[") and text.endswith("]"):
        text = text[1:-1].strip()
    return text in TYPES


def _choice(text: str, name: str) -> dict[str, Any]:
    parts: list[str] = []
    place = 0
    while place < len(text) or text.endswith("|"):
        found = _VALUE.match(text, place)
        if found is None or found[1] in _RESERVED:
            raise UsageError(
                f"the field {name!r} has no list of values: {text}",
                hint='a value is a word that names no type, or stands in quotes: red|"light blue"',
            )
        parts.append(found[1])
        place = found.end()
        if not found[2]:
            break
    values = [_bare(part) for part in parts]
    if len(set(values)) < len(values):
        raise UsageError(f"the field {name!r} has a value twice: {text}", hint=_HINT)
    if all(re.fullmatch(r"-?\d{1,15}", part) for part in parts):
        return {"type": "integer", "enum": [int(part) for part in parts]}
    return {"type": "string", "enum": values}


def _bare(text: str) -> str:
    is_quoted = len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1]
    return text[1:-1] if is_quoted else text


def _near(text: str) -> str:
    import difflib  # noqa: PLC0415  errors alone: 3 ms

    return next(iter(difflib.get_close_matches(text.lower(), [*TYPES, "[str]"], n=1)), "")
