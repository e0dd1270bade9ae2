"""Readers of the values of settings, from any source; ConfigError says what is wrong."""

import math
import os
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ollama_cli.errors import ConfigError, UsageError
from ollama_cli.types import measures, model_names
from ollama_cli.types.secrets import keep_secret
from ollama_cli.types.text import is_utf8
from ollama_cli.types.urls import base_url_to_host_root, parse_host

RENDERINGS: Final = ("auto", "markdown", "plain")
KEYS: Final = ("emacs", "vi")
APIS: Final = ("auto", "native", "openai", "anthropic")
CONSENTS: Final = ("ask", "never", "always")
_LONGEST: Final = 1e9  # about 30 years; the clocks of some systems end beyond it
_MOST_TOKENS: Final = 2**31 - 1
_DURATION: Final = r"-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+"


def read_text(value: object) -> str:
    """Read a setting that is a line of text."""
    text = read_path(value)
    if not is_utf8(text):
        raise ConfigError("is no UTF-8 in every part")
    return text


def read_path(value: object) -> str:
    """Read a setting that is the path of a file; the system may have such that are no UTF-8."""
    if not isinstance(value, str) or not value.strip():
        raise ConfigError("is empty" if isinstance(value, str) else "is no text")
    return value.strip()


def read_model(value: object) -> str:
    """Read the name of a model: `/v1` knows names with spaces, but none of the cloud."""
    text = read_text(value)
    if not text.isprintable() or model_names.is_cloud(text):
        return model_names.checked(text)
    return text


def read_authority(value: object) -> str:
    """Read a path of certificates; of several folders (SSL_CERT_DIR) the first that is there."""
    path = read_path(value)
    if os.pathsep in path and not os.path.lexists(path):
        return next(filter(os.path.isdir, path.split(os.pathsep)), path)
    return path


def read_pager(value: object) -> str:
    """Read the command of a pager; an empty one means none."""
    return "" if value == "" else read_text(value)


def read_variable(value: object) -> str:
    """Read the name of a variable; what is none may be the key itself, and is never shown."""
    text = read_text(value)
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        keep_secret(text)
        raise ConfigError("is no name of a variable: put the key into one, and name that")
    return text


def read_seconds(value: object) -> float:
    """Read a number of seconds, 0 or more."""
    number = _number(value)
    if not 0 <= number <= _LONGEST:
        raise ConfigError("is no number of seconds, 0 or more")
    return number


def read_keep_alive(value: object) -> str | float:
    """Read how long a model stays loaded: seconds, or a duration such as 10m; -1 is for ever."""
    if isinstance(value, str) and re.fullmatch(_DURATION, value.strip()):
        return value.strip()
    number = _number(value)
    if not math.isfinite(number):
        raise ConfigError("is no duration such as 10m, 1h30m, 300 (seconds) or -1 (for ever)")
    return number


def read_age(value: object) -> str:
    """Read an age such as 90d."""
    text = read_text(value)
    try:
        measures.read_age(text)
    except UsageError as error:
        raise ConfigError("is no age such as 90d, 12h or 2w") from error
    return text


def read_cache(value: object) -> bool | str:
    """Read whether answers are cached: a yes or no, or the age that they may have, such as 1h."""
    try:
        return read_switch(value)
    except ConfigError:
        pass
    try:
        return read_age(value)
    except ConfigError as error:
        raise ConfigError("is neither true nor false, and no age such as 1h or 30d") from error


def read_day(value: object) -> str:
    """Read a day such as 2023-06-01, also as TOML writes it."""
    text = str(value).strip()
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ConfigError("is no day such as 2023-06-01")
    return text


def read_num_ctx(value: object) -> str | int:
    """Read the size of a context: a number of tokens, 1 or more, or `auto`."""
    if isinstance(value, str) and value.strip().lower() == "auto":
        return "auto"
    number = _number(value)
    if not 1 <= number <= _MOST_TOKENS or number != int(number):
        raise ConfigError("is no number of tokens, 1 or more, and not auto")
    return int(number)


def read_max_tokens(value: object) -> int:
    """Read the most that may be written: a number of tokens, 1 or more, or -1 for no limit."""
    number = _number(value)
    if not (1 <= number <= _MOST_TOKENS or number == -1) or number != int(number):
        raise ConfigError("is no number of tokens, 1 or more, and not -1 (no limit)")
    return int(number)


def between(least: float, most: float) -> Callable[[object], float]:
    """Return a reader of a number in this range."""

    def read(value: object) -> float:
        number = _number(value)
        if not least <= number <= most:
            raise ConfigError(f"is no number from {least:g} to {most:g}")
        return number

    return read


def read_system(value: object) -> str:
    """Read a system prompt; no file is read for it. An empty one stands for none."""
    if value == "":
        return ""
    text = read_text(value)
    if text.startswith("@"):
        raise ConfigError("is no text but the name of a file: write what is in it")
    return text


class OneOf:
    """Read one of some words."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self.words = words

    def __call__(self, value: object) -> str:
        """Return the word; ConfigError for another."""
        if value not in self.words:
            raise ConfigError(f"is none of {', '.join(self.words)}")
        return str(value)


def read_switch(value: object) -> bool:
    """Read a yes or no: true or false, on or off, yes or no, 1 or 0."""
    words = {"true": True, "on": True, "yes": True, "1": True}
    words |= {"false": False, "off": False, "no": False, "0": False}
    found = words.get(str(value).strip().lower())
    if found is None:
        raise ConfigError("is neither true nor false")
    return found


def read_presence(value: object) -> bool:
    """Read what other programs take for a yes, too: every word but a no is one."""
    try:
        return read_switch(value)
    except ConfigError:
        return True


def read_host(value: object) -> str:
    """Read the server's address as Ollama reads OLLAMA_HOST."""
    return parse_host(read_text(value))


def read_retries(value: object) -> float:
    """Read how often to try again: a whole number, 0 or more, or `inf`."""
    number = math.inf if value == "inf" else _number(value)
    if not number >= 0 or (math.isfinite(number) and number != int(number)):
        raise ConfigError("is no whole number, 0 or more, and not inf")
    return number


def read_registry(value: object) -> str:
    """Read the address of a registry, or `none`."""
    text = read_text(value)
    if text.lower() == "none":
        return "none"
    return base_url_to_host_root(text if "://" in text else f"https://{text}")


def read_patterns(value: object) -> tuple[str, ...]:
    """Read patterns of names: a list of texts, or one text with commas between them."""
    parts = value.split(",") if isinstance(value, str) else value
    if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
        raise ConfigError("is no list of texts")
    patterns = tuple(part.strip() for part in parts if part.strip())
    if parts and not patterns:  # no pattern at all would allow everything
        raise ConfigError("holds no pattern")
    return patterns


def _number(value: object) -> float:
    """Read a number, also one in quotes; NaN for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan


_SWITCH: Final = ("true", "false")
_WORDS: Final[Mapping[Callable[[Any], Any], tuple[str, ...]]] = {
    read_switch: _SWITCH,
    read_presence: _SWITCH,
    read_cache: _SWITCH,
    read_num_ctx: ("auto",),
    read_retries: ("inf",),
    read_registry: ("none",),
}


def words_of(read: Callable[[Any], Any]) -> tuple[str, ...]:
    """Return the words that a reader takes, as far as they can be listed."""
    return read.words if isinstance(read, OneOf) else _WORDS.get(read, ())
