"""Model options (`-O key=value`), with types by name, as the server refuses a wrong type.

Those that are settings, too, have the bounds of the settings.
"""

import difflib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ollama_cli.config.settings import SETTINGS
from ollama_cli.errors import ConfigError, UsageError
from ollama_cli.types.numbers import finite

_BOOLEANS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def _read_bool(text: str) -> bool:
    return _BOOLEANS[text.lower()]


def _read_int(text: str) -> int:
    return int(text.replace("_", ""))


_INTEGERS: Final = (
    "num_ctx num_batch num_gpu main_gpu num_thread draft_num_predict num_keep seed num_predict"
    " top_k repeat_last_n"
)
_NUMBERS: Final = (
    "temperature top_p min_p typical_p repeat_penalty presence_penalty frequency_penalty"
)
_READERS: Final[Mapping[str, tuple[Callable[[str], Any], str]]] = {
    **dict.fromkeys(_INTEGERS.split(), (_read_int, "a whole number")),
    **dict.fromkeys(_NUMBERS.split(), (finite, "a number")),
    "use_mmap": (_read_bool, "true or false"),
    "stop": (str, "text"),
}

NAMES: Final = tuple(_READERS)

_AS_SETTINGS: Final[Mapping[str, str]] = {
    "temperature": "temperature",
    "top_p": "top_p",
    "num_ctx": "num_ctx",
    "num_predict": "max_tokens",
}
# What Ollama once read as: until the context is full.
_FILLS: Final = ("num_predict", -2)
# What the setting of that name takes, and its option does not.
_AUTO: Final = ("num_ctx", "auto")
# What these are called elsewhere, also in our own settings.
_ELSEWHERE: Final[Mapping[str, str]] = {
    "max_tokens": "num_predict",
    "n_predict": "num_predict",
    "n_ctx": "num_ctx",
    "context_length": "num_ctx",
}


def read_options(
    pairs: Iterable[str], shortcuts: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Read `key=value` pairs, then the given shortcuts; returns (options, warnings).

    A repeated `stop` adds another stop text. UsageError for a pair without `=` or a value of the
    wrong type, or out of its bounds; an unknown name is passed on, with a warning that names the
    nearest known one.
    """
    options: dict[str, Any] = {}
    warnings: list[str] = []
    stops: list[str] = []
    for pair in pairs:
        name, equals, text = pair.partition("=")
        name = name.strip()
        if not equals or not name:
            raise UsageError(
                f"an option is written key=value, not {pair!r}",
                hint=f"type `-O {name if name in NAMES else 'temperature'}=…`",
            )
        if name == "stop":
            stops.append(text)
        elif name in _READERS:
            options[name] = _read(name, text)
        else:
            options[name] = _parse_unknown(text)
            warnings.append(_unknown_warning(name))
    given = {name: value for name, value in shortcuts.items() if value is not None}
    stops += given.pop("stop", [])
    options |= {name: _finite(name, value) for name, value in given.items()}
    if "" in stops:  # it is part of any text: the answer would end at once
        raise UsageError("option stop takes text, not ''")
    return options | ({"stop": stops} if stops else {}), warnings


def _read(name: str, text: str) -> Any:
    read, kind = _READERS[name]
    try:
        value = read(text.strip())
    except (ValueError, KeyError) as error:
        is_auto = (name, text.strip()) == _AUTO
        hint = "auto has an option of its own: `--num-ctx auto`" if is_auto else None
        raise UsageError(f"option {name} takes {kind}, not {text!r}", hint=hint) from error
    if name in _AS_SETTINGS and (name, value) != _FILLS:
        try:
            SETTINGS[_AS_SETTINGS[name]].read(value)
        except ConfigError as error:
            raise UsageError(f"option {name} = {text.strip()} {error.message}") from error
    return value


def _finite(name: str, value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"option {name} takes a number, not {value}")
    return value


def _parse_unknown(text: str) -> Any:
    try:
        return json.loads(text, parse_float=finite, parse_constant=finite)
    except (ValueError, RecursionError):
        return text


def _unknown_warning(name: str) -> str:
    meant = _ELSEWHERE.get(name)
    similar = [meant] if meant else difflib.get_close_matches(name, _READERS, n=1)
    suggestion = f": did you mean {similar[0]}?" if similar else ""
    return f"unknown option {name!r}{suggestion} (servers ignore what they do not know)"
