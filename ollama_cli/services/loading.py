"""A model that is loaded while nobody waits for it: the first answer is then the quicker one."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from ollama_cli.errors import ModelNotFoundError, OllamaCliError
from ollama_cli.transport.deadline import Background

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ollama_cli.services.ollama import OllamaClient


class Loading:
    """Has a server load a model, on a thread of its own, with the `options` of later requests.

    With other options the model would be loaded again. A server that does not speak Ollama's API,
    and a model that the server has run elsewhere, are left alone. With `is_native` it is known that
    it is spoken.
    """

    def __init__(
        self,
        client: OllamaClient,
        model: str,
        *,
        options: Mapping[str, Any] | None,
        keep_alive: str | float | None,
        is_native: bool = False,
    ) -> None:
        def load() -> None:
            if self._may_load(client, model, is_native=is_native):
                client.load(model, options=options, keep_alive=keep_alive)

        self._missing: ModelNotFoundError | None = None
        self._was_looked_for = Event()
        self._work = Background(load)

    def missing(self, seconds: float) -> ModelNotFoundError | None:
        """Return the error that says that the model is not there; waits so long to hear of it."""
        self._was_looked_for.wait(seconds)
        return self._missing

    @property
    def error(self) -> OllamaCliError | None:
        """Return why it failed; None while it lasts, and if it did not."""
        error = self._work.error
        if error is None or isinstance(error, OllamaCliError):
            return error
        raise error

    @property
    def is_over(self) -> bool:
        """Return whether it has ended, in whatever way."""
        return self._work.is_over

    def close(self) -> None:
        """Wait no longer: the connection is closed, and the server may give up."""
        self._work.give_up()

    def _may_load(self, client: OllamaClient, model: str, *, is_native: bool) -> bool:
        try:
            return (is_native or client.speaks_natively()) and not _is_remote(client, model)
        except ModelNotFoundError as error:
            self._missing = error
            raise
        finally:
            self._was_looked_for.set()


def _is_remote(client: OllamaClient, model: str) -> bool:
    try:
        return bool(client.capabilities(model).remote_host)
    except ModelNotFoundError:
        raise
    except OllamaCliError:  # what is wrong, the request itself will tell
        return False
