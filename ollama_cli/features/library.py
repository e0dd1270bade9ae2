"""The client that other programs import: the service, with what the commands read and pull."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Self, Unpack

from ollama_cli.errors import ModelNotFoundError, PullError
from ollama_cli.services import ollama
from ollama_cli.types import model_names

if TYPE_CHECKING:
    from ollama_cli.config.settings import Settings
    from ollama_cli.services.connection import ClientOptions
    from ollama_cli.ui.progress.reporter import PullProgressReporter


class OllamaClient(ollama.OllamaClient):
    """Speaks to one Ollama server; the constructor touches no network.

    `base_url` is any address of the server, with or without `/v1`; it may carry `user:password@`.
    Without one, the settings name the server, its key and its limits, as for the commands. Every
    method raises OllamaCliError or one of its children, and nothing else.
    """

    def __init__(self, base_url: str | None = None, **options: "Unpack[ClientOptions]") -> None:
        if base_url is None:
            base_url, options = _settled(None, options)
        super().__init__(base_url, **options)

    def __repr__(self) -> str:
        return f"OllamaClient({self.base_url!r})"

    @classmethod
    def from_settings(
        cls, settings: "Settings | None" = None, **options: "Unpack[ClientOptions]"
    ) -> Self:
        """Make a client of the server that the settings name; those of the user if none are given.

        `options` win over what the settings say. Raises what `load_settings` raises.
        """
        address, options = _settled(settings, options)
        return cls(address, **options)

    @classmethod
    def connect(cls, base_url: str | None = None, **options: "Unpack[ClientOptions]") -> Self:
        """Make a client and verify that a server answers; raises what `version` raises."""
        client = cls(base_url, **options)
        client.version()
        return client

    def ensure_ready(
        self,
        model: str,
        auto_pull: bool = False,  # noqa: FBT002  as other clients have it
        *,
        reporter: "PullProgressReporter | None" = None,
    ) -> None:
        """Verify that the server answers and has the model; with `auto_pull` it is pulled if not.

        The pull heals itself, as that of the commands does, and is shown by the `reporter`.
        ModelNotFoundError if the model is missing and may not be pulled, or is unknown; UsageError
        for what is no name of a model.
        """
        model = model_names.checked_grammar(model)
        if self.has_model(model):
            return
        if not auto_pull:
            raise ModelNotFoundError.not_installed(model).with_facts(
                hint=f"auto_pull=True gets it, and so does `ollama-cli models pull {model}`"
            )
        from ollama_cli.features.pull.follow import follow  # noqa: PLC0415  a pull alone: 3 ms
        from ollama_cli.features.pull.retry import Patience, heal  # noqa: PLC0415  likewise: 3 ms
        from ollama_cli.ui.progress.reporter import SilentReporter  # noqa: PLC0415  likewise: 1 ms

        patience = Patience()
        begin = partial(self.pull, model, join=True, patience=patience.answer_timeout)
        try:
            follow(heal(begin, patience, model=model), reporter or SilentReporter())
        except PullError as error:
            if not error.is_unknown:
                raise
            unknown = error.as_kind(ModelNotFoundError).with_facts(model=model, is_unknown=True)
            raise unknown from error


def _settled(
    settings: "Settings | None", options: Mapping[str, Any]
) -> "tuple[str, ClientOptions]":
    """Return the address and the options of a client; given options win over the settings."""
    from ollama_cli.config import loading  # noqa: PLC0415  for settings alone: 9 ms

    settings = loading.load_settings() if settings is None else settings
    settled: Any = {**loading.client_options(settings), **options}
    return settings.host, settled
