"""The messages that ollama's `/save` put into a model."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from ollama_cli.errors import NotFoundError
from ollama_cli.features.sessions.imports.found import ROLES, Found, Record
from ollama_cli.features.sessions.imports.tree import Tree
from ollama_cli.types.model_details import ModelDetails
from ollama_cli.types.numbers import finite
from ollama_cli.types.sessions import Message

SOURCE: Final = "ollama-model"


def read(details: ModelDetails, address: str) -> Found:
    """Read the conversation in a model; NotFoundError if it holds none.

    The session goes on with the model that this one was made from: the server puts the messages
    of this one before all others, so that it would read them twice. Times are that of the model.
    """
    place = f"the messages of {details.name}"
    records = Record(details.document, place).mappings("messages")
    time = details.modified_at and Record({"t": details.modified_at}, place).time("t")
    tree, head, system = Tree(place), None, details.system or None
    first = ""
    for number, each in enumerate(records, start=1):
        record = Record(each, f"{place}, number {number}")
        message = Message(
            role=record.one_of("role", ROLES),
            content=record.text("content"),
            thinking=record.text("thinking"),
            tool_calls=tuple(record.mappings("tool_calls")),
            created_at=time or "",
        )
        if message.role == "system" and head is None:
            system = message.content or system
        else:
            head = tree.add(head, message)
            first = first or message.content
    if head is None:
        raise NotFoundError(
            f"no conversation is in {details.name}",
            hint="`/save` in `ollama run` makes a model that holds one",
        )
    parent = details.details.get("parent_model")
    name = f"{address} {details.name} {hashlib.sha256(first.encode()).hexdigest()}"
    found = tree.found(SOURCE, name, head=head, title=None, system=system, created_at=time)
    session = replace(
        found.session,
        model=parent if isinstance(parent, str) and parent else None,
        options=_options(details.parameters),
    )
    return replace(found, session=session)


def _options(parameters: str) -> Mapping[str, Any]:
    """Read the parameters as `/api/show` writes them; what is no value of JSON is left out."""
    options: dict[str, Any] = {}
    for line in parameters.splitlines():
        name, _, text = line.strip().partition(" ")
        try:
            value = json.loads(text, parse_float=finite, parse_constant=finite)
        except (ValueError, RecursionError):
            continue
        if name == "stop":
            options.setdefault(name, []).append(value)
        elif isinstance(value, bool | int | float | str):
            options[name] = value
    return options
