"""The tools that agents see: names, one sentence each, schemas, and what they may do."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from ollama_cli.features.mcp_server import calls
from ollama_cli.features.mcp_server.calls import Outcome
from ollama_cli.features.mcp_server.desk import Desk, Progress
from ollama_cli.features.mcp_server.limits import Limits

Schema = dict[str, Any]
_TEXT: Final[Schema] = {"type": "string"}
_COUNT: Final[Schema] = {"type": ["integer", "null"]}
_SECONDS: Final[Schema] = {"type": ["number", "null"]}
_MAYBE: Final[Schema] = {"type": ["boolean", "null"]}
_MODEL: Final[Schema] = {
    "type": "string",
    "minLength": 1,
    "description": "Name of an installed model; the user's usual one if left out.",
}
_TEMPERATURE: Final[Schema] = {
    "type": "number",
    "minimum": 0,
    "description": "How freely words are chosen; 0 always takes the likeliest.",
}


class Tool(NamedTuple):
    """One tool: `reads` means that it changes nothing; `is_free` the rate counts it not."""

    name: str
    title: str
    description: str
    input_schema: Schema
    output_schema: Schema
    run: Callable[[Desk, Mapping[str, Any], Progress], Outcome]
    reads: bool = True
    destroys: bool = False
    is_free: bool = False


def tools(limits: Limits, *, may_pull: bool, may_delete: bool) -> dict[str, Tool]:
    """Return the tools that are allowed, by name; what is not allowed is not there."""
    found = _reading_tools(limits)
    if may_pull:
        found.append(_PULL)
    if may_delete:
        found.append(_DELETE)
    return {tool.name: tool for tool in found}


def _object(required: str = "", **properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def _result(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _reading_tools(limits: Limits) -> list[Tool]:
    max_tokens = {
        "type": "integer",
        "minimum": 1,
        "maximum": limits.max_tokens,
        "description": "Most tokens of the answer.",
    }
    sampling = {"temperature": _TEMPERATURE, "max_tokens": max_tokens}
    return [
        Tool(
            "ai_ollama_generate",
            "Complete a prompt",
            "Has a local model answer one prompt, and returns its text.",
            _object(
                "prompt",
                model=_MODEL,
                prompt={"type": "string", "description": "What the model is to answer."},
                system={"type": "string", "description": "How the model is to behave."},
                **sampling,
            ),
            _ANSWER,
            calls.generate,
        ),
        Tool(
            "ai_ollama_chat",
            "Continue a conversation",
            "Has a local model answer a conversation, and returns its text.",
            _object("messages", model=_MODEL, messages=_MESSAGES, **sampling),
            _ANSWER,
            calls.chat,
        ),
        _LIST,
        _EMBED,
        _SHOW,
        _HEALTH,
        _COUNT_TOKENS,
    ]


_MESSAGES: Final[Schema] = {
    "type": "array",
    "minItems": 1,
    "description": "The conversation so far, the oldest message first.",
    "items": _object(
        "role content",
        role={"type": "string", "enum": ["system", "user", "assistant"]},
        content=_TEXT,
    ),
}
_USAGE: Final = _result(prompt_tokens=_COUNT, completion_tokens=_COUNT)
_TIMINGS: Final = _result(total=_SECONDS, load=_SECONDS, prompt=_SECONDS, completion=_SECONDS)
_ANSWER: Final = _result(
    model=_TEXT,
    text=_TEXT,
    thinking=_TEXT,
    done_reason={"type": ["string", "null"]},
    complete={"type": "boolean"},
    cut={"type": ["string", "null"]},
    usage=_USAGE,
    timings=_TIMINGS,
    truncated=_MAYBE,
)
_LIST: Final = Tool(
    "ai_ollama_list_models",
    "List models",
    "Lists the installed models that may be used.",
    _object(),
    _result(models={"type": "array", "items": _result(name=_TEXT)}),
    calls.list_models,
    is_free=True,
)
_EMBED: Final = Tool(
    "ai_ollama_embed",
    "Embed texts",
    "Turns texts into vectors, one each and in order.",
    _object(
        "input",
        model=_MODEL,
        input={
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "minLength": 1},
            "description": "The texts.",
        },
    ),
    _result(
        model=_TEXT,
        dimensions={"type": "integer"},
        embeddings={"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
        usage=_USAGE,
        timings=_TIMINGS,
        truncated=_MAYBE,
    ),
    calls.embed,
)
_SHOW: Final = Tool(
    "ai_ollama_show_model",
    "Describe a model",
    "Shows what a model is: its family, size, context, parameters, template and licence.",
    _object(model=_MODEL),
    _result(name=_TEXT),
    calls.show_model,
)
_HEALTH: Final = Tool(
    "ai_ollama_health",
    "Check the server",
    "Checks whether the model server answers.",
    _object(),
    _result(connected={"type": "boolean"}, base_url=_TEXT, version={"type": ["string", "null"]}),
    calls.health,
)
_COUNT_TOKENS: Final = Tool(
    "ai_ollama_count_tokens",
    "Count tokens",
    "Counts the tokens of a text as a model reads it; exact is false for a guess.",
    _object("text", model=_MODEL, text={"type": "string", "description": "The text to count."}),
    _result(model=_TEXT, tokens={"type": "integer"}, exact={"type": "boolean"}),
    calls.count_tokens,
)
_NAMED: Final[Schema] = {"type": "string", "minLength": 1, "description": "Name of the model."}
_PULL: Final = Tool(
    "ai_ollama_pull",
    "Download a model",
    "Downloads a model to the server, which may take long and fill the disk.",
    _object("model", model=_NAMED),
    _result(models={"type": "array", "items": _result(model=_TEXT, status=_TEXT)}),
    calls.pull,
    reads=False,
)
_DELETE: Final = Tool(
    "ai_ollama_delete",
    "Remove a model",
    "Removes an installed model from the server for good.",
    _object("model", model=_NAMED),
    _result(model=_TEXT, removed={"type": "boolean"}),
    calls.delete,
    reads=False,
    destroys=True,
)
