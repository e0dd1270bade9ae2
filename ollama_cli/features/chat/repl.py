"""The loop of a conversation: a line is read, what it says is done, and so on."""

from typing import Final

from ollama_cli.features.chat import commands
from ollama_cli.features.chat.conversation import GO_ON, Conversation, Reader
from ollama_cli.features.chat.tree import Exchange
from ollama_cli.features.context import Context
from ollama_cli.system import signals
from ollama_cli.system.signals import SHIELD
from ollama_cli.types.text import visible
from ollama_cli.ui.line.line import PROMPT, SPOKEN_PROMPT, Line
from ollama_cli.ui.streams import OutStream
from ollama_cli.ui.wrap import wrapped

_MOST_LINES: Final = 12


def run(talk: Conversation, line: Line, first: str | None = None) -> None:
    """Ask and answer until `/exit` or the end of input; `first` is asked before a line is read.

    No Ctrl-C ends it; a signal that ends the program passes through.
    """
    with SHIELD:
        signals.outlive_ctrl_c()
        talk.read = _reader(talk, line)
        talk.use_keys = line.use_keys
        talk.context.prompter.report(talk.header)
        show_last(talk)
        step = GO_ON if first is None else commands.take(talk, first, is_block=True)
        try:
            while not step.leaves:
                typed = line.read(text=step.text, right=talk.right)
                step = commands.take(talk, typed.text, is_block=typed.is_block)
        except EOFError:
            pass
        finally:
            talk.recorder.save_rest(talk.tree)
            signals.forget_ctrl_c()  # who left, left: it came just before


def show_last(talk: Conversation) -> None:
    """Show the last exchange of a session that goes on, dim."""
    for exchange in talk.tree.exchanges[-1:]:
        for text in _shown(exchange, talk.context):
            talk.context.err.line(f"\x1b[2m{text}\x1b[22m" if talk.context.err.colour else text)


def _shown(exchange: Exchange, context: Context) -> list[str]:
    is_spoken = context.settings.accessible
    prompt = SPOKEN_PROMPT if is_spoken else PROMPT
    found = _start(f"{prompt}{exchange.question.message.content}", context.err)
    if exchange.answer is not None:
        found += ["model:"] if is_spoken else []
        found += _start(exchange.answer.message.content, context.err)
    return found


def _start(text: str, out: OutStream) -> list[str]:
    """Return the first lines of a text, and how many more there are."""
    lines = wrapped(visible(text.strip("\n")), out).split("\n")
    more = len(lines) - _MOST_LINES
    return lines if more <= 0 else [*lines[:_MOST_LINES], f"… ({more} more lines)"]


def _reader(talk: Conversation, line: Line) -> Reader:
    """Return what asks: a short answer is no line, which Up would bring back."""

    def read(prompt: str, text: str) -> str | None:
        if not text:
            return talk.context.prompter.ask(prompt)
        try:
            return line.read(prompt, text=text).text
        except EOFError:
            return None

    return read
