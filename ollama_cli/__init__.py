"""The command-line client for local language models that people and scripts can trust."""

# Not from typing, which alone would double the time of `--version`; type checkers know the name.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from ollama_cli.errors import OllamaCliError as OllamaCliError
    from ollama_cli.services import (
        OllamaClient as OllamaClient,
        OpenAIClient as OpenAIClient,
        Provider as Provider,
    )
    from ollama_cli.types.health import Health as Health
    from ollama_cli.types.model_names import same_model as same_model
    from ollama_cli.types.models import Capabilities as Capabilities
    from ollama_cli.types.pull_events import (
        ChunkProgress as ChunkProgress,
        Error as Error,
        Status as Status,
        Success as Success,
    )
    from ollama_cli.types.timeouts import Timeouts as Timeouts
    from ollama_cli.types.urls import (
        base_url_to_host_root as base_url_to_host_root,
        is_openai_compatible_base_url as is_openai_compatible_base_url,
        parse_host as parse_host,
    )
    from ollama_cli.ui.progress import (
        BarsReporter as BarsReporter,
        JsonLinesReporter as JsonLinesReporter,
        LinesReporter as LinesReporter,
        PullProgressReporter as PullProgressReporter,
        SilentReporter as SilentReporter,
        choose as choose,
        follow as follow,
    )
    from ollama_cli.ui.progress.stats import PullSnapshot as PullSnapshot, PullStats as PullStats
    from ollama_cli.wire.pull import pull_events_from_value as pull_events_from_value

__version__ = "0.1.0"

# Resolved when asked for (PEP 562), so that `--version` loads nothing that it does not print.
_PLACES = {
    "BarsReporter": "ui.progress",
    "Capabilities": "types.models",
    "ChunkProgress": "types.pull_events",
    "Error": "types.pull_events",
    "Health": "types.health",
    "JsonLinesReporter": "ui.progress",
    "LinesReporter": "ui.progress",
    "OllamaCliError": "errors",
    "OllamaClient": "services",
    "OpenAIClient": "services",
    "Provider": "services",
    "PullProgressReporter": "ui.progress",
    "PullSnapshot": "ui.progress.stats",
    "PullStats": "ui.progress.stats",
    "SilentReporter": "ui.progress",
    "Status": "types.pull_events",
    "Success": "types.pull_events",
    "Timeouts": "types.timeouts",
    "base_url_to_host_root": "types.urls",
    "choose": "ui.progress",
    "follow": "ui.progress",
    "is_openai_compatible_base_url": "types.urls",
    "parse_host": "types.urls",
    "pull_events_from_value": "wire.pull",
    "same_model": "types.model_names",
}

__all__ = [
    "BarsReporter",
    "Capabilities",
    "ChunkProgress",
    "Error",
    "Health",
    "JsonLinesReporter",
    "LinesReporter",
    "OllamaCliError",
    "OllamaClient",
    "OpenAIClient",
    "Provider",
    "PullProgressReporter",
    "PullSnapshot",
    "PullStats",
    "SilentReporter",
    "Status",
    "Success",
    "Timeouts",
    "__version__",
    "base_url_to_host_root",
    "choose",
    "follow",
    "is_openai_compatible_base_url",
    "parse_host",
    "pull_events_from_value",
    "same_model",
]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  `--version` needs none of it

    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
