"""Tables `[models.NAME]` of the config file: what of `[ollama]` is different for one model."""

import difflib
import json
from collections.abc import Mapping
from typing import Final

from ollama_cli.errors import ConfigError

SECTION: Final = "models"
KEYS: Final = ("temperature", "max_tokens", "num_ctx", "top_p", "system")
Tables = Mapping[str, Mapping[str, tuple[object, str]]]


def read_models(tables: object, path: str) -> tuple[Tables, list[str]]:
    """Return the values of each table, as written and each with its origin; also warnings.

    The warnings are about unknown keys. Raises ConfigError for what is no table; a value is read
    where all settings are.
    """
    if not isinstance(tables, dict):
        raise ConfigError(f"{path}: {SECTION} holds tables, as [{SECTION}.NAME]")
    warnings: list[str] = []
    found: dict[str, dict[str, tuple[object, str]]] = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigError(f"{path}: {SECTION}.{name} is no table")
        place = f"[{SECTION}.{json.dumps(name, ensure_ascii=False)}] in {path}"
        found[name] = {key: (table[key], place) for key in KEYS if key in table}
        warnings += [
            _unknown(name, key, path, is_table=isinstance(table[key], dict))
            for key in table
            if key not in KEYS
        ]
    return found, warnings


def _unknown(name: str, key: str, path: str, *, is_table: bool) -> str:
    place = f"{path}: [{SECTION}.{name}]"
    if is_table:  # TOML reads a dot as the begin of a table within
        return (
            f'{place} has a table {key!r}: a name with a dot is quoted: [{SECTION}."{name}.{key}"]'
        )
    near = difflib.get_close_matches(key, KEYS, n=1)
    return f"{place} has an unknown key {key!r}" + (f": did you mean {near[0]}?" if near else "")
