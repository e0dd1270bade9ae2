"""`ollama-cli tap`."""

import os
import signal
from typing import Annotated, Final

import typer

from ollama_cli.config import policy
from ollama_cli.errors import InterruptError, OllamaCliError, OutputError
from ollama_cli.features.context import Context
from ollama_cli.features.tap import filters
from ollama_cli.features.tap.relay import Relay, authorities
from ollama_cli.system import signals
from ollama_cli.system.processes import Program
from ollama_cli.types import threads
from ollama_cli.types.exchanges import Exchange
from ollama_cli.types.urls import openai_path, split_userinfo
from ollama_cli.ui import exchanges, export
from ollama_cli.ui.streams import OutStream, redirect_to_null

_PATIENCE: Final = 2.0
_OWN_HOST: Final = "OLLAMA_CLI_HOST"


def command(
    ctx: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="-- COMMAND ARGS...", help="Run this, and end with it."),
    ] = None,
    listen: Annotated[
        int, typer.Option(min=0, max=65535, metavar="PORT", help="0: any that is free.")
    ] = 0,
    bodies: Annotated[
        bool, typer.Option("--bodies", help="Show prompts and answers, too.")
    ] = False,
    filters_: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="EXPR", help="A field compared: 'status>=400'."),
    ] = None,
) -> None:
    """Show what other programs ask the server, a line each, and how it answers.

    It listens on 127.0.0.1 and passes on every byte as it comes. The first line on stderr is
    `listening on http://127.0.0.1:PORT`; point a program there, or name it as a COMMAND: it is run
    with OLLAMA_HOST, OLLAMA_BASE_URL and OPENAI_BASE_URL set, the lines go to stderr, and the exit
    code is its own (127 there is none, 126 it cannot be run).

    Prompts and answers are not shown without --bodies, and then at most the first 64 KiB and the
    last line of each; keys and cookies never. Nothing is stored. What comes from another machine
    or from a foreign page in a browser is refused.

    Filters compare any field of -o jsonl with = != < <= > >= and must all match; a text may be a
    pattern: 'model=llama*'.

    Examples:
      ollama-cli tap --listen 11435
      ollama-cli tap -- python app.py
      ollama-cli tap --filter 'status>=400' --filter 'path=/api/*'
      ollama-cli tap -o jsonl --bodies > traffic.jsonl
    """
    context: Context = ctx.obj
    test = filters.compile_all(filters_ or ())
    relay = _relay(context, listen, keeps_bodies=bodies)
    try:
        context.err.line(f"listening on {relay.url}")
        context.err.choice = context.out.choice  # the program has stdout
        lines = _Lines(context.err if words else context.out, context.output)
        code = _run(context, words, relay, lines, test)
    finally:
        relay.close()
    raise typer.Exit(code)


class _Lines:
    """Shows exchanges; where a program runs, it does not end because nobody reads them."""

    def __init__(self, out: OutStream, output: str) -> None:
        self._out = out
        self._is_json = output == "jsonl"
        self._is_first = True
        self.outlives_readers = False
        self._has_reader = True

    def show(self, exchange: Exchange) -> None:
        try:
            if self._has_reader:
                self._show(exchange)
        except (BrokenPipeError, OutputError):
            if not self.outlives_readers:
                raise
            self._has_reader = False
            redirect_to_null(self._out.file)  # what is not written yet would fail at the end

    def _show(self, exchange: Exchange) -> None:
        if not self._is_json:
            exchanges.show(self._out, exchange)
            return
        head = export.schema("tap") if self._is_first else {}
        self._is_first = False
        bodies = {
            name: body
            for name in ("request_body", "response_body")
            if (body := getattr(exchange, name)) is not None
        }
        record = {**head, "event": "exchange", **exchange.record, **bodies}
        export.show_line(self._out, record, answer=set(bodies))


def _relay(context: Context, port: int, *, keeps_bodies: bool) -> Relay:
    settings = context.settings
    url, _ = split_userinfo(settings.host)
    if settings.local_only:
        policy.check_host(url)
    try:
        return Relay(
            url,
            port,
            keeps_bodies=keeps_bodies,
            connect_timeout=settings.timeouts.connect,
            tls=authorities(settings.ca_file) if url.startswith("https:") else None,
        )
    except OSError as error:
        raise OllamaCliError(
            f"cannot listen on port {port}: {os.strerror(error.errno or 0).lower()}",
            hint="leave --listen out for a free one",
        ) from error


def _run(
    context: Context, words: list[str] | None, relay: Relay, lines: _Lines, test: filters.Test
) -> int:
    program: Program | None = None
    try:
        relay.start()
        while True:
            try:
                if words and program is None:
                    with signals.SHIELD:  # no program is started that no signal reaches
                        program = _started(words, context, relay)
                        lines.outlives_readers = True
                _show_all(relay, lines, test)
                break
            except KeyboardInterrupt:  # the program may do something else with it
                if program is None:
                    raise
                if not (context.err.is_terminal or context.stdin.is_terminal):
                    program.tell(signal.SIGINT)  # which a terminal sends to both
                signals.go_on()
    except InterruptError as interrupt:
        if program:
            program.end(interrupt.exit_code - 128, _PATIENCE)
        raise
    except BaseException:
        if program:
            program.end(signal.SIGTERM, _PATIENCE)
        raise
    finally:
        relay.close()
        _show_all(relay, lines, test)
    return (program.wait() or 0) if program else 0


def _started(words: list[str], context: Context, relay: Relay) -> Program:
    """Start the program; the relay is closed when it has ended."""
    program = Program(words, _variables(context, relay))

    def wait() -> None:
        program.wait()
        relay.close()

    signals.at_worst(program.kill)
    threads.start(wait)
    return program


def _show_all(relay: Relay, lines: _Lines, test: filters.Test) -> None:
    for exchange in relay.exchanges():
        if test(exchange):
            lines.show(exchange)


def _variables(context: Context, relay: Relay) -> dict[str, str]:
    """Name the relay to the program, also where it is this one."""
    own = {_OWN_HOST: relay.url} if _OWN_HOST in context.environ else {}
    openai = f"{relay.url}{openai_path(context.settings.typed_host)}"
    named = {"OLLAMA_HOST": relay.url, "OLLAMA_BASE_URL": relay.url, "OPENAI_BASE_URL": openai}
    return {**context.environ, **named, **own}
