"""What the SDK raises, as errors of ours."""

from concurrent.futures import CancelledError
from typing import Final

from mcp import MCPError
from mcp_types import CONNECTION_CLOSED

from ollama_cli.errors import OllamaCliError, ProtocolError, ServerError, TimedOutError
from ollama_cli.features.mcp.requests import first_problem
from ollama_cli.features.mcp.wires import Wire
from ollama_cli.types.text import sentence

_SHOWN: Final = 300
_CLOSED: Final = "Connection closed"


def translated(
    error: BaseException, wire: Wire, what: str, *, seconds: float, is_ready: bool
) -> OllamaCliError | None:
    """Make our error of the SDK's, which was raised when a server was asked to do `what`.

    `seconds` is how long it was waited for. None for what is no failure of the server.
    """
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    found = error if isinstance(error, OllamaCliError) else wire.judged(error)
    if found is None and isinstance(error, CancelledError):
        found = wire.ended(is_ready=is_ready)
    if found is None and isinstance(error, TimeoutError):
        found = _silence(wire, what, seconds)
    if found is None and isinstance(error, MCPError):
        found = _refusal(error, wire, what, is_ready=is_ready)
    if found is None and isinstance(error, ValueError | RuntimeError):
        told = sentence(first_problem(error))[:_SHOWN]
        found = ProtocolError(f"{wire.name} sent what is no answer to {what}", reason=told)
    return found


def _refusal(error: MCPError, wire: Wire, what: str, *, is_ready: bool) -> OllamaCliError:
    # By its words: the codes that the SDK takes for its own errors are those of many servers.
    if error.code == CONNECTION_CLOSED and error.message == _CLOSED:
        return wire.ended(is_ready=is_ready)
    return ServerError(f"{wire.name} refused {what}", reason=_first_line(error.message))


def _silence(wire: Wire, what: str, seconds: float) -> OllamaCliError:
    return TimedOutError(
        f"{wire.name} did not answer {what} within {seconds:g} s", reason=wire.noise
    )


def _first_line(text: str) -> str:
    return sentence(text.strip().partition("\n")[0])[:_SHOWN]
