"""A server of this machine that is not running: started where that is wanted, and waited for."""

import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final, NamedTuple

from ollama_cli import services
from ollama_cli.config import sources
from ollama_cli.errors import OllamaCliError, TimedOutError, UnreachableError
from ollama_cli.system import processes
from ollama_cli.system.processes import ServerProcess
from ollama_cli.types.timeouts import Timeouts
from ollama_cli.types.urls import host_of, is_loopback
from ollama_cli.ui.spinner import Spinner

if TYPE_CHECKING:
    from ollama_cli.features.context import Runtime

PATIENCE: Final = 30.0
_LOOK: Final = 0.1
_SILENCE: Final = 5.0


class Address(NamedTuple):
    """Where a server of this machine listens."""

    host: str
    port: int
    authority: str


def address_of(url: str) -> Address | None:
    """Read the address at which `ollama serve` could be started; None where it cannot."""
    scheme, _, authority = url.partition("://")
    port = authority.rpartition(":")[2]
    if scheme != "http" or "@" in authority or not port.isdigit() or not is_loopback(host_of(url)):
        return None
    return Address(host_of(url), int(port), authority)


def attend(cli: "Runtime", patience: float = PATIENCE) -> None:
    """Start the server where nobody listens and `auto_start` wants it; return when it answers.

    Raises UnreachableError if it ends instead, TimedOutError after `patience` seconds.
    """
    address, program = address_of(cli.settings.host), processes.find(cli.environ)
    if not address or not program or not processes.is_refused(address.host, address.port):
        return
    url = f"http://{address.authority}"
    if cli.settings.auto_start == "ask" and not cli.confirm(
        f"no server answers at {url}: start `ollama serve` there?", flag=""
    ):
        return
    log = sources.log_path(f"ollama-serve-{address.port}.log")
    cli.note(f"starting `ollama serve` at {url}; it stays when this is done, and its log is {log}")
    process = ServerProcess(program, address.authority, log, cli.environ)
    shown = cli.err.motion and not cli.flags.quiet
    with Spinner(cli.err, "waiting for ollama serve") if shown else nullcontext():
        _wait(process, url, patience)


def _wait(process: ServerProcess, url: str, patience: float) -> None:
    end = time.monotonic() + patience
    limits = Timeouts(metadata=min(patience, _SILENCE))  # of one question
    with services.OllamaClient(url, timeouts=limits) as client:
        while True:
            has_ended = process.has_ended()  # before asking: another one may answer in its place
            try:
                client.version()
            except OllamaCliError as error:
                if has_ended:
                    raise UnreachableError(
                        f"`ollama serve` ended before it answered: {process.last_words()}",
                        hint=f"read its log: {process.log}",
                    ) from error
                if time.monotonic() >= end:
                    raise TimedOutError(
                        f"`ollama serve` did not answer within {patience:g} s: {error.message}",
                        hint=f"it may need longer; its log: {process.log}",
                    ) from error
            else:
                return
            time.sleep(_LOOK)
