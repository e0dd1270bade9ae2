"""What an agent can do about an error: it has tools where a user has options and commands."""

import re
from typing import Final

from ollama_cli.errors import (
    ModelNotFoundError,
    OllamaCliError,
    RefusedError,
    TooLongError,
    UnreachableError,
    UsageError,
)

_LIST: Final = "ai_ollama_list_models names the models that may be used"
_ROOM: Final = "--num-ctx"
_USER: Final = "the user"
_WORDS: Final = {
    r"what is installed: `ollama-cli [^`]*models list`": _LIST,
    " with -m": "",
}


def hint_for_agents(error: OllamaCliError) -> str:
    """Return one thing to do for an agent, in words that need no command line."""
    hint = error.hint
    if not hint:
        return _unhinted(error)
    if isinstance(error, TooLongError) and _ROOM in hint:
        return "shorten the input"
    for words, instead in _WORDS.items():
        hint = re.sub(words, instead, hint)
    is_typed = "`" in hint and _USER not in hint
    return f"tell {_USER}: {hint}" if is_typed else hint


def _unhinted(error: OllamaCliError) -> str:
    match error:
        case RefusedError() | ModelNotFoundError():
            return _LIST
        case UsageError():
            return "mend the arguments, and call again"
        case UnreachableError():
            return "tell the user: the model server must be started"
        case _:
            return "ai_ollama_health tells how the server is"
