"""The command-line client for local language models that people and scripts can trust."""

from ollama_cli.__version__ import __version__

# Not from typing, which alone would double the time of `--version`; type checkers know the name.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from ollama_cli.config.loading import client_options, load_settings
    from ollama_cli.config.settings import Settings
    from ollama_cli.errors import (
        AuthError,
        ConfigError,
        DigestError,
        InterruptError,
        InvalidOutputError,
        ModelNotFoundError,
        NoCommandError,
        NotFoundError,
        OllamaCliError,
        OtherApiError,
        OutputError,
        PartialError,
        ProtocolError,
        PullError,
        RefusedError,
        ServerError,
        StalledError,
        StreamCutError,
        TimedOutError,
        ToolLimitError,
        TooLongError,
        UnaskedError,
        UnreachableError,
        UnrunnableError,
        UsageError,
    )
    from ollama_cli.features.library import OllamaClient
    from ollama_cli.features.mcp.client import McpClient
    from ollama_cli.features.pull.follow import follow
    from ollama_cli.services.anthropic import AnthropicClient
    from ollama_cli.services.openai import OpenAIClient
    from ollama_cli.services.provider import Provider
    from ollama_cli.types.answer_events import ChatEvent, Done, Text, Thinking, ToolCall
    from ollama_cli.types.answers import Answer, Embeddings
    from ollama_cli.types.health import Health
    from ollama_cli.types.messages import Message, Role
    from ollama_cli.types.model_details import Capabilities, ModelDetails, RunningModel
    from ollama_cli.types.model_names import same_model
    from ollama_cli.types.models import ModelSummary
    from ollama_cli.types.pull_events import (
        ChunkProgress,
        Error,
        Expected,
        PullEvent,
        Restart,
        Status,
        Success,
    )
    from ollama_cli.types.timeouts import Timeouts
    from ollama_cli.types.urls import (
        base_url_to_host_root,
        is_openai_compatible_base_url,
        parse_host,
    )
    from ollama_cli.ui.progress.bars import BarsReporter
    from ollama_cli.ui.progress.choose import choose
    from ollama_cli.ui.progress.jsonl import JsonLinesReporter
    from ollama_cli.ui.progress.lines import LinesReporter
    from ollama_cli.ui.progress.log import LoggingReporter
    from ollama_cli.ui.progress.reporter import PullProgressReporter, SilentReporter
    from ollama_cli.ui.progress.stats import PullSnapshot, PullStats
    from ollama_cli.wire.pull import pull_events_from_value

# Resolved when asked for (PEP 562), so that `--version` loads nothing that it does not print.
_PLACES = {
    "Answer": "types.answers",
    "AnthropicClient": "services.anthropic",
    "AuthError": "errors",
    "BarsReporter": "ui.progress.bars",
    "Capabilities": "types.model_details",
    "ChatEvent": "types.answer_events",
    "ChunkProgress": "types.pull_events",
    "ConfigError": "errors",
    "DigestError": "errors",
    "Done": "types.answer_events",
    "Embeddings": "types.answers",
    "Error": "types.pull_events",
    "Expected": "types.pull_events",
    "Health": "types.health",
    "InterruptError": "errors",
    "InvalidOutputError": "errors",
    "JsonLinesReporter": "ui.progress.jsonl",
    "LinesReporter": "ui.progress.lines",
    "LoggingReporter": "ui.progress.log",
    "McpClient": "features.mcp.client",
    "Message": "types.messages",
    "ModelDetails": "types.model_details",
    "ModelNotFoundError": "errors",
    "ModelSummary": "types.models",
    "NoCommandError": "errors",
    "NotFoundError": "errors",
    "OllamaCliError": "errors",
    "OllamaClient": "features.library",
    "OpenAIClient": "services.openai",
    "OtherApiError": "errors",
    "OutputError": "errors",
    "PartialError": "errors",
    "ProtocolError": "errors",
    "Provider": "services.provider",
    "PullError": "errors",
    "PullEvent": "types.pull_events",
    "PullProgressReporter": "ui.progress.reporter",
    "PullSnapshot": "ui.progress.stats",
    "PullStats": "ui.progress.stats",
    "RefusedError": "errors",
    "Restart": "types.pull_events",
    "Role": "types.messages",
    "RunningModel": "types.model_details",
    "ServerError": "errors",
    "Settings": "config.settings",
    "SilentReporter": "ui.progress.reporter",
    "StalledError": "errors",
    "Status": "types.pull_events",
    "StreamCutError": "errors",
    "Success": "types.pull_events",
    "Text": "types.answer_events",
    "Thinking": "types.answer_events",
    "TimedOutError": "errors",
    "Timeouts": "types.timeouts",
    "TooLongError": "errors",
    "ToolCall": "types.answer_events",
    "ToolLimitError": "errors",
    "UnaskedError": "errors",
    "UnreachableError": "errors",
    "UnrunnableError": "errors",
    "UsageError": "errors",
    "base_url_to_host_root": "types.urls",
    "choose": "ui.progress.choose",
    "client_options": "config.loading",
    "follow": "features.pull.follow",
    "is_openai_compatible_base_url": "types.urls",
    "load_settings": "config.loading",
    "parse_host": "types.urls",
    "pull_events_from_value": "wire.pull",
    "same_model": "types.model_names",
}

__all__ = [
    "Answer",
    "AnthropicClient",
    "AuthError",
    "BarsReporter",
    "Capabilities",
    "ChatEvent",
    "ChunkProgress",
    "ConfigError",
    "DigestError",
    "Done",
    "Embeddings",
    "Error",
    "Expected",
    "Health",
    "InterruptError",
    "InvalidOutputError",
    "JsonLinesReporter",
    "LinesReporter",
    "LoggingReporter",
    "McpClient",
    "Message",
    "ModelDetails",
    "ModelNotFoundError",
    "ModelSummary",
    "NoCommandError",
    "NotFoundError",
    "OllamaCliError",
    "OllamaClient",
    "OpenAIClient",
    "OtherApiError",
    "OutputError",
    "PartialError",
    "ProtocolError",
    "Provider",
    "PullError",
    "PullEvent",
    "PullProgressReporter",
    "PullSnapshot",
    "PullStats",
    "RefusedError",
    "Restart",
    "Role",
    "RunningModel",
    "ServerError",
    "Settings",
    "SilentReporter",
    "StalledError",
    "Status",
    "StreamCutError",
    "Success",
    "Text",
    "Thinking",
    "TimedOutError",
    "Timeouts",
    "TooLongError",
    "ToolCall",
    "ToolLimitError",
    "UnaskedError",
    "UnreachableError",
    "UnrunnableError",
    "UsageError",
    "__version__",
    "base_url_to_host_root",
    "choose",
    "client_options",
    "follow",
    "is_openai_compatible_base_url",
    "load_settings",
    "parse_host",
    "pull_events_from_value",
    "same_model",
]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  `--version` needs none of it: 1 ms

    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
