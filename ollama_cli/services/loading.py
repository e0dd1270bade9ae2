"""A model that is loaded while nobody waits for it: the first answer is then the quicker one."""

from __future__ import annotations

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
            if (is_native or client.speaks_natively()) and not _is_remote(client, model):
                client.load(model, options=options, keep_alive=keep_alive)

        self._work = Background(load)

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


def _is_remote(client: OllamaClient, model: str) -> bool:
    try:
        return bool(client.capabilities(model).remote_host)
    except ModelNotFoundError:
        raise
    except OllamaCliError:  # what is wrong, the request itself will tell
        return False
