"""Runtimes on streams in memory, with fake clients that know some models."""

import io
from typing import Any

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.context import Context, Flags
from ollama_cli.types.models import ModelSummary
from ollama_cli.ui.streams import InStream, OutStream

NOWHERE = "http://127.0.0.1:9"


def runtime(
    flags: Flags | None = None,
    *,
    typed: bytes | None = None,
    terminal: bool = False,
    environ: dict[str, str] | None = None,
) -> Context:
    file = None if typed is None else io.BytesIO(typed)
    return Context(
        flags=flags or Flags(),
        out=OutStream(io.StringIO()),
        err=OutStream(io.StringIO(), is_terminal=terminal),
        stdin=InStream(file, is_terminal=terminal),
        environ={"OLLAMA_CLI_REGISTRY": "none"} if environ is None else environ,
    )


def at(url: str, **flags: Any) -> Context:
    return runtime(Flags(settings={"host": url}, **flags))


def told(cli: Context) -> str:
    assert isinstance(cli.err.file, io.StringIO)
    return cli.err.file.getvalue()


class FakeClient:
    """A server with some models, or with an error in their place."""

    base_url = "http://h:11434"
    provider_type = "ollama"
    is_ollama = False
    told_version = None
    lacks_version = False
    closed = False

    def __init__(self, *installed: str, error: OllamaCliError | None = None) -> None:
        self.installed = installed
        self.error = error

    def list_models(self) -> list[ModelSummary]:
        if self.error:
            raise self.error
        return [ModelSummary(name=name) for name in self.installed]

    def speaks_natively(self) -> bool:
        return True

    def detect_model(self, among: list[ModelSummary] | None = None) -> str | None:
        return next((name for name in self._names(among) if "embed" not in name), None)

    def detect_embedding_model(self, among: list[ModelSummary] | None = None) -> str | None:
        return next((name for name in self._names(among) if "embed" in name), None)

    def _names(self, among: list[ModelSummary] | None) -> list[str]:
        models = self.list_models() if among is None else among
        return [model.name for model in models]

    def close(self) -> None:
        self.closed = True


def with_models(
    *installed: str, flags: Flags | None = None, error: OllamaCliError | None = None
) -> Context:
    cli = runtime(flags)
    vars(cli.servers)["_client"] = FakeClient(*installed, error=error)
    return cli
