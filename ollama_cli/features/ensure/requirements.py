"""Files that list the required models of a server, and their lock files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from ollama_cli.errors import ConfigError, UsageError
from ollama_cli.features.ensure.plan import Requirement, normal_digest
from ollama_cli.system import files
from ollama_cli.types import model_names

LOCK: Final = "models.lock"
_SUFFIX: Final = ".lock"
_DIGEST: Final = re.compile(r"(?:sha256:)?[0-9a-f]{64}", re.IGNORECASE)
_KEYS: Final = ("models",)
_FIELDS: Final = tuple(each.name for each in fields(Requirement))
_HEAD: Final = "# written by `ollama-cli models {}`\n"


def parse(data: bytes, file: str) -> tuple[list[Requirement], list[str]]:
    """Parse the models that a file requires; also returns warnings about unknown keys.

    Raises ConfigError, with the file and the key, for invalid content.
    """
    document = files.parse_toml(data, file)
    listed = document.get("models")
    warnings = _unknown_keys(document, _KEYS, file)
    if not isinstance(listed, list):
        problem = "there is no list" if listed is None else "is no list"
        raise ConfigError(
            f"{file}: models: {problem}", hint='write for example: models = ["llama3.2"]'
        )
    required: dict[str, Requirement] = {}
    for index, item in enumerate(listed):
        place = f"{file}: models[{index}]"
        if isinstance(item, Mapping):
            warnings += _unknown_keys(item, _FIELDS, place)
        one = _read(item, place)
        same = required.setdefault(_name_key(one), one)
        if same is one:
            continue
        if same.digest != one.digest:
            raise ConfigError(f"{place}: {one.name} is listed twice, with other digests")
        warnings.append(f"{place}: {one.name} is listed twice")
    return list(required.values()), warnings


def lock_of(file: str) -> Path:
    """Return the lock of a file: `models.lock` for `models.toml` and for standard input."""
    if file == "-":
        return Path(LOCK)
    path = Path(file)
    if not path.name:
        raise UsageError(f"{file!r} names no file, which a lock could stand beside")
    if path.suffix == _SUFFIX:
        raise UsageError(f"{file} is a lock itself", hint="name the file that it locks")
    return path.with_suffix(_SUFFIX)


def format_lock(locked: Mapping[str, str], by: str = "ensure --lock") -> str:
    """Format a lock: the digest of each model, by name; `by` is the command that writes it."""
    models = [{"name": name, "digest": digest} for name, digest in locked.items()]
    return _HEAD.format(by) + files.format_toml({"models": models})


def format_names(names: Sequence[str]) -> str:
    """Format a file that requires models by their names alone."""
    return _HEAD.format("freeze") + files.format_toml({"models": list(names)})


def apply_lock(
    required: Sequence[Requirement], locked: Sequence[Requirement], file: str, lock: str
) -> list[Requirement]:
    """Set the digests of the lock in the models; ConfigError if file and lock differ."""
    result = []
    unused = {_name_key(one): one for one in locked}
    for each in required:
        match = unused.pop(_name_key(each), None)
        if match is None or match.digest is None:
            raise _lock_mismatch(lock, file, f"{each.name} is not locked")
        if each.digest not in {None, match.digest}:
            raise _lock_mismatch(lock, file, f"{each.name} is locked at another digest")
        result.append(replace(each, digest=match.digest))
    for one in unused.values():
        raise _lock_mismatch(lock, file, f"{one.name} is locked and not required")
    return result


def is_digest(text: str) -> bool:
    """Return whether a text is a digest."""
    return _DIGEST.fullmatch(text) is not None


def read_digest(value: object, place: str) -> str | None:
    """Check a digest, which may be None; ConfigError with the place for an invalid one."""
    if value is None:
        return None
    if not isinstance(value, str) or not is_digest(value):
        raise ConfigError(
            f"{place}: {value!r} is no digest: sha256: and 64 hexadecimal digits",
            hint="the digests of what is installed: `ollama-cli models list -o json`",
        )
    return normal_digest(value)


def read_name(value: object, place: str) -> str:
    """Check the name of a model; ConfigError with the place for an invalid one."""
    if not isinstance(value, str) or not model_names.is_valid(value):
        raise ConfigError(f"{place}: {value!r} is no name of a model")
    return value.strip()


def read_flag(value: object, place: str) -> bool:
    """Check a boolean; ConfigError with the place for another value."""
    if not isinstance(value, bool):
        raise ConfigError(f"{place}: {value!r} is neither true nor false")
    return value


def _name_key(required: Requirement) -> str:
    """Return one key for all spellings of a name, for fast lookup."""
    return model_names.shortest(required.name).lower()


def _read(item: Any, place: str) -> Requirement:
    if isinstance(item, str):
        return Requirement(read_name(item, place))
    if not isinstance(item, Mapping):
        raise ConfigError(f"{place}: {item!r} is no name, and no table with a name")
    return Requirement(
        read_name(item.get("name"), f"{place}.name"),
        read_digest(item.get("digest"), f"{place}.digest"),
        read_flag(item.get("insecure", False), f"{place}.insecure"),
    )


def _unknown_keys(table: Mapping[str, Any], known: Sequence[str], place: str) -> list[str]:
    unknown = [key for key in table if key not in known]
    similar = {key: get_close_matches(key, known, n=1) for key in unknown}
    return [
        f"{place}: unknown key {key!r}"
        + (f": did you mean {similar[key][0]}?" if similar[key] else "")
        for key in unknown
    ]


def _lock_mismatch(lock: str, file: str, reason: str) -> ConfigError:
    return ConfigError(
        f"{lock} does not fit {file}: {reason}", hint="write it anew: run it with --lock"
    )
