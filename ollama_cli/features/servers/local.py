"""Start a local server that is not running, if that is wanted, and wait for it."""

import time
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Final, NamedTuple

from ollama_cli.config.settings import Settings
from ollama_cli.errors import OllamaCliError, TimedOutError, UnreachableError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.system import paths, processes
from ollama_cli.system.processes import ServerProcess
from ollama_cli.types.timeouts import Timeouts
from ollama_cli.types.urls import host_of, is_loopback
from ollama_cli.ui.prompter import Prompter
from ollama_cli.ui.spinner import Spinner

START_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.1
_ANSWER_SECONDS: Final = 5.0


class Address(NamedTuple):
    """The address of a server on this machine."""

    host: str
    port: int
    authority: str


def address_of(url: str) -> Address | None:
    """Parse the address at which `ollama serve` can be started; None if it cannot."""
    scheme, _, authority = url.partition("://")
    port = authority.rpartition(":")[2]
    if scheme != "http" or "@" in authority or not port.isdigit() or not is_loopback(host_of(url)):
        return None
    return Address(host_of(url), int(port), authority)


def start_if_needed(
    settings: Settings,
    prompter: Prompter,
    environ: Mapping[str, str],
    patience: float = START_SECONDS,
) -> None:
    """Start the server if no program listens and `auto_start` allows it; return when it answers.

    Raises UnreachableError if it ends before that, TimedOutError after `patience` seconds.
    """
    address, program = address_of(settings.host), processes.find(environ)
    if not address or not program or not processes.is_refused(address.host, address.port):
        return
    url = f"http://{address.authority}"
    if settings.auto_start == "ask" and not prompter.confirm(
        f"no server answers at {url}: start `ollama serve` there?", flag=""
    ):
        return
    log = paths.log_path(f"ollama-serve-{address.port}.log")
    prompter.note(
        f"starting `ollama serve` at {url}; it stays when this is done, and its log is {log}"
    )
    process = ServerProcess(program, address.authority, log, environ)
    shown = prompter.err.motion and not prompter.quiet and not settings.accessible
    with Spinner(prompter.err, "waiting for ollama serve") if shown else nullcontext():
        _wait(process, url, patience)


def _wait(process: ServerProcess, url: str, patience: float) -> None:
    end = time.monotonic() + patience
    limits = Timeouts(metadata=min(patience, _ANSWER_SECONDS))  # of one request
    with OllamaClient(url, timeouts=limits) as client:
        while True:
            has_ended = process.has_ended()  # checked first: another server may answer
            try:
                client.version()
            except OllamaCliError as error:
                if has_ended:
                    raise UnreachableError(
                        "`ollama serve` ended before it answered",
                        reason=process.last_line(),
                        hint=f"read its log: {process.log}",
                    ) from error
                if time.monotonic() >= end:
                    raise TimedOutError(
                        f"`ollama serve` did not answer within {patience:g} s",
                        reason=error.message,
                        hint=f"it may need longer; its log: {process.log}",
                    ) from error
            else:
                return
            time.sleep(_POLL_SECONDS)
