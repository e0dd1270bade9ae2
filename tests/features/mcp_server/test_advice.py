"""What an agent is told to do: it has tools where a user has options and commands."""

import pytest

from ollama_cli.errors import (
    ModelNotFoundError,
    OllamaCliError,
    RefusedError,
    ServerError,
    TooLongError,
    UnreachableError,
    UsageError,
)
from ollama_cli.features.mcp_server.advice import hint_for_agents

LIST = "ai_ollama_list_models names the models that may be used"


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (TooLongError("x", hint="give the model more room: `--num-ctx auto`"), "shorten the input"),
        (TooLongError("x", hint="shorten it"), "shorten it"),
        (
            ModelNotFoundError("x", hint="what is installed: `ollama-cli models list`"),
            LIST,
        ),
        (
            ModelNotFoundError("x", hint="what is installed: `ollama-cli --host h models list`"),
            LIST,
        ),
        (ModelNotFoundError("x", hint="did you mean tiny?"), "did you mean tiny?"),
        (
            UsageError("x", hint="choose an embedding model with -m; installed: e"),
            "choose an embedding model; installed: e",
        ),
        (ServerError("x", hint="see `-v`"), "tell the user: see `-v`"),
        (TooLongError("x", hint="the user may set `-x`"), "the user may set `-x`"),
        (UsageError("x"), "mend the arguments, and call again"),
        (RefusedError("x"), LIST),
        (UnreachableError("x"), "tell the user: the model server must be started"),
        (ServerError("x"), "ai_ollama_health tells how the server is"),
    ],
    ids=str,
)
def test_hints_are_for_agents(error: OllamaCliError, hint: str) -> None:
    assert hint_for_agents(error) == hint
