"""The process that runs the functions of a Python file: requests are lines on stdin.

It is started as a script and imports nothing of ours. What the functions print goes to stderr. At
the end of its input it ends, and all that it started with it, also in the middle of a call.
"""

import asyncio
import collections.abc
import contextlib
import enum
import importlib.util
import inspect
import json
import os
import queue
import re
import signal
import sys
import threading
import traceback
import types
import typing
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath
from typing import Any, Final

_SIMPLE: Final[dict[Any, str]] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
    list: "array",
    tuple: "array",
    set: "array",
    frozenset: "array",
    dict: "object",
}
_LISTS: Final = (list, tuple, set, frozenset, collections.abc.Sequence, collections.abc.Iterable)
_MAPPINGS: Final = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_UNIONS: Final = (typing.Union, types.UnionType)
_MAKES: Final = (tuple, set, frozenset)
_ARGUMENT: Final = re.compile(r"^\s*(?::param\s+)?\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.+)$")
_HEADER: Final = re.compile(
    r"^\s*(args|arguments|parameters|returns?|raises|yields|examples?):?$", re.IGNORECASE
)
_LONGEST: Final = 8 << 20  # characters, each at most 12 bytes in a reply


def main(path: str) -> None:
    """Load the file, tell its tools, and answer requests until the end of input."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the functions print
    requests = os.fdopen(os.dup(0), "rb")
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123  a descriptor is wanted
        os.dup2(nothing.fileno(), 0)

    def reply(value: object) -> None:
        sys.stdout.flush()
        replies.write(json.dumps(value) + "\n")
        replies.flush()

    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=lambda: _listen(requests, waiting), daemon=True).start()
    try:
        functions = load(path)
        tools = {name: describe(each) for name, each in functions.items()}
    except BaseException as error:  # noqa: BLE001  whatever it raises is told
        traceback.print_exc()
        reply({"error": _words(error)})
        return
    reply({"tools": tools})
    while True:
        request = json.loads(waiting.get())
        try:
            text = answer(functions[request["name"]], request["arguments"])
            reply({"ok": True, **_kept(text)})
        except BaseException as error:  # noqa: BLE001  likewise
            traceback.print_exc()
            reply({"ok": False, **_kept(_words(error))})


def load(path: str) -> dict[str, Callable[..., Any]]:
    """Run a file; return its public functions that have annotations and a docstring."""
    place = Path(path).resolve()
    sys.path.insert(0, str(place.parent))
    name = place.stem if place.stem not in sys.modules else f"{place.stem}_tools"
    spec = importlib.util.spec_from_file_location(name, place)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    public = getattr(module, "__all__", None)
    functions = {
        key: value
        for key, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == name
        and (not key.startswith("_") if public is None else key in public)
        and (value.__doc__ or "").strip()
    }
    return {key: value for key, value in functions.items() if _is_annotated(value)}


def _is_annotated(function: types.FunctionType) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except NameError:  # since Python 3.14 annotations are read late, and some names are never there
        code = function.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        function.__annotations__ = dict.fromkeys(names, object)
        return True
    return all(each.annotation is not each.empty for each in parameters)


def describe(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the description of a function and the JSON Schema of its arguments."""
    about, told = read_docstring(inspect.getdoc(function) or "")
    properties: dict[str, Any] = {}
    required: list[str] = []
    for name, kind, parameter in _parameters(function):
        schema = schema_of(kind)
        if name in told:
            schema.setdefault("description", told[name])
        if parameter.default is inspect.Parameter.empty:
            required.append(name)
        elif parameter.default is not None and _is_plain(parameter.default):
            schema["default"] = parameter.default
        properties[name] = schema
    parameters = {"type": "object", "properties": properties, "required": required}
    return {"description": about, "parameters": {**parameters, "additionalProperties": False}}


def answer(function: Callable[..., Any], arguments: dict[str, Any]) -> str:
    """Call a function, and return what it returns as text: JSON unless it is one."""
    given = {
        name: convert(kind, arguments[name])
        for name, kind, _ in _parameters(function)
        if name in arguments
    }
    bound = inspect.signature(function).bind_partial()
    bound.apply_defaults()
    bound.arguments |= given
    found = function(*bound.args, **bound.kwargs)
    if inspect.iscoroutine(found):
        found = asyncio.run(found)
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, default=str)


def read_docstring(text: str) -> tuple[str, dict[str, str]]:
    """Split a docstring into what the function does, and what it says of each argument."""
    about: list[str] = []
    told: dict[str, str] = {}
    is_about = True
    for line in text.splitlines():
        if _HEADER.match(line) or line.lstrip().startswith(":"):
            is_about = False
        if is_about:
            about.append(line)
        elif (match := _ARGUMENT.match(line)) and not _HEADER.match(line):
            told.setdefault(match[1], match[2].strip())
    return "\n".join(about).strip(), told


def schema_of(kind: Any) -> dict[str, Any]:
    """Return the JSON Schema of an annotation; an empty one for what it has no words for."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        texts = [each for each in inner[1:] if isinstance(each, str)]
        return schema_of(inner[0]) | ({"description": texts[0]} if texts else {})
    if origin is typing.Literal:
        return _enumerated(list(inner))
    if origin in _UNIONS:
        return {"anyOf": [schema_of(each) for each in inner]}
    return _schema_of_container(origin, inner) if origin else _schema_of_type(kind)


def _schema_of_container(origin: Any, inner: tuple[Any, ...]) -> dict[str, Any]:
    if origin in _LISTS:
        items = {each for each in inner if each is not Ellipsis}
        return {"type": "array", "items": schema_of(items.pop()) if len(items) == 1 else {}}
    if origin in _MAPPINGS:
        return {"type": "object", "additionalProperties": schema_of(inner[1])}
    return {}


def _schema_of_type(kind: Any) -> dict[str, Any]:
    if not isinstance(kind, type):
        return {"type": "null"} if kind is None else {}
    if issubclass(kind, enum.Enum):
        return _enumerated([each.value for each in kind])
    name = "string" if issubclass(kind, PurePath) else _SIMPLE.get(kind)
    return {"type": name} if name else {}


def convert(kind: Any, value: Any) -> Any:
    """Make of a JSON value what an annotation promises to its function."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return convert(inner[0], value)
    if origin in _UNIONS:
        others = [each for each in inner if each is not type(None)]
        return convert(others[0], value) if len(others) == 1 and value is not None else value
    if isinstance(value, list):
        items = [each for each in inner if each is not Ellipsis]
        made = [convert(items[0], each) for each in value] if len(items) == 1 else value
        make = origin or kind
        return make(made) if make in _MAKES else made
    if isinstance(kind, type) and issubclass(kind, enum.Enum | PurePath):
        return kind(value)
    is_number = kind in {int, float} and not isinstance(value, bool)
    return kind(value) if is_number and isinstance(value, int | float) else value


def _parameters(function: Callable[..., Any]) -> Iterator[tuple[str, Any, inspect.Parameter]]:
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except Exception:  # noqa: BLE001  names that are known to type checkers alone
        hints = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind not in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
            own = parameter.annotation
            yield name, hints.get(name, Any if isinstance(own, str) else own), parameter


def _enumerated(values: list[Any]) -> dict[str, Any]:
    kinds = {_SIMPLE.get(type(each)) for each in values}
    (kind,) = kinds if len(kinds) == 1 else (None,)
    return ({"type": kind} if kind else {}) | {"enum": values}


def _is_plain(value: Any) -> bool:
    with contextlib.suppress(TypeError, ValueError):
        json.dumps(value, allow_nan=False)
        return not isinstance(value, enum.Enum)
    return False


def _kept(text: str) -> dict[str, Any]:
    """Return the beginning of a text, and the size of the whole if that is longer."""
    if len(text) <= _LONGEST:
        return {"text": text}
    return {"text": text[:_LONGEST], "size": len(text.encode("utf-8", "surrogatepass"))}


def _words(error: BaseException) -> str:
    words = str(error).strip()
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _listen(requests: typing.BinaryIO, waiting: "queue.SimpleQueue[bytes]") -> None:
    for line in requests:
        waiting.put(line)
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])
