"""The arguments of a tool call, as the text that a model wrote."""

import json
from typing import Any, Final

from ollama_cli.errors import ProtocolError
from ollama_cli.types.secrets import start_of

_SHOWN: Final = 80


def parse_arguments(name: str, text: str) -> dict[str, Any]:
    """Read the arguments of a call of the tool `name`; ProtocolError unless an object."""
    try:
        arguments = json.loads(text) if text.strip() else {}
    except (ValueError, RecursionError):
        arguments = None
    if not isinstance(arguments, dict):
        raise ProtocolError(
            f"the model calls the tool {name!r} with arguments that are no JSON object: "
            f"{start_of(text, _SHOWN)!r}",
            hint="try again, or another model: it has written them wrongly",
        )
    return arguments
