"""The prompts that have a name, as they are listed."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Final

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.prompts import file, folder
from ollama_cli.types.values import dataclass
from ollama_cli.ui.streams import InStream


@dataclass(frozen=True)
class Listed:
    """One prompt; `problem` says why it cannot be used, None if it can."""

    name: str
    title: str = ""
    description: str = ""
    model: str | None = None
    variables: tuple[str, ...] = ()
    path: str = ""
    problem: str | None = None


FIELDS: Final = tuple(each.name for each in fields(Listed))


def listed(environ: Mapping[str, str]) -> list[Listed]:
    """List all, by name; one that cannot be read is among them, with its problem."""
    return [_listed(name, str(path), environ) for name, path in folder.names(environ).items()]


def _listed(name: str, path: str, environ: Mapping[str, str]) -> Listed:
    try:
        read = file.read(folder.read(path, environ, InStream(None)), name)
    except OllamaCliError as error:
        return Listed(name, path=path, problem=error.message)
    found = read.file
    return Listed(
        name,
        title=found.name,
        description=found.description,
        model=found.model,
        variables=tuple(found.variables),
        path=path,
        problem=f"{name}: {read.problems[0]}" if read.problems else None,
    )
