"""What is logged of MCP servers: by us with `-v`, by the SDK with `--debug`, else nothing."""

import logging
from typing import Final, TextIO

from ollama_cli.types.secrets import redact
from ollama_cli.types.text import visible

LOG: Final = logging.getLogger("ollama_cli.mcp")
_SDK: Final = logging.getLogger("mcp")
for _each in (LOG, _SDK):  # else Python would write their warnings to stderr
    _each.addHandler(logging.NullHandler())


class _Formatter(logging.Formatter):
    """Hides secrets, and makes visible what controls a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(redact(super().format(record)))


def show(stream: TextIO, *, verbose: bool, debug: bool) -> None:
    """Write to `stream` what servers print beside their messages, and what the SDK has to say."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Formatter("%(message)s"))
    for log, is_shown, level in ((LOG, verbose, logging.INFO), (_SDK, debug, logging.DEBUG)):
        log.handlers = [handler if is_shown else logging.NullHandler()]
        log.propagate = False
        log.setLevel(level)
