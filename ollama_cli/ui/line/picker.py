"""A list on a terminal that grows shorter as a part of a name is typed."""

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from typing import Any, Final

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import HSplit, Layout, VSplit, Window
from prompt_toolkit.layout.controls import BufferControl, FormattedTextControl
from prompt_toolkit.styles import Style

from ollama_cli.errors import InterruptError
from ollama_cli.system import signals
from ollama_cli.system.signals import SHIELD
from ollama_cli.types.text import one_line
from ollama_cli.ui import motion
from ollama_cli.ui.line.choices import Choice, fits
from ollama_cli.ui.line.edited import stop
from ollama_cli.ui.line.keys import paste_on_one_line
from ollama_cli.ui.line.loop import KeyLoop
from ollama_cli.ui.line.quiet import Quiet
from ollama_cli.ui.line.terminal import Display, Keyboard, colours
from ollama_cli.ui.streams import OutStream

_MOST_ROWS: Final = 10
_OTHER_ROWS: Final = 2
_ESCAPE_SECONDS: Final = 0.1  # within these, Esc is the begin of another key
_STYLE: Final = Style.from_dict({"marked": "bold", "hint": "ansibrightblack"})
_NONE: Final = "  none has that in its name"


class Picker:
    """Some things to choose from, each with a name and what is shown behind that."""

    def __init__(
        self,
        err: OutStream,
        quiet: Quiet,
        environ: Mapping[str, str],
        question: str,
        choices: Sequence[Choice],
    ) -> None:
        self._err, self._quiet, self._choices = err, quiet, choices
        self._marked = 0
        term = environ.get("TERM", "")
        self._buffer = Buffer(multiline=False, on_text_changed=lambda _: self._mark(0))
        ask = Window(FormattedTextControl(f"{question} "), dont_extend_width=True, height=1)
        line = VSplit([ask, Window(BufferControl(self._buffer), height=1)])
        listed = Window(FormattedTextControl(self._shown), dont_extend_height=True)
        self._keyboard = Keyboard(quiet)
        self._app: Application[int | None] = Application(
            layout=Layout(HSplit([line, listed]), focused_element=self._buffer),
            key_bindings=self._bindings(),
            style=_STYLE,
            include_default_pygments_style=False,
            color_depth=colours(err, term),
            erase_when_done=True,
            input=self._keyboard,
            output=Display(err, term),
        )
        self._app.terminal_size_polling_interval = None  # a signal tells of a new size
        self._app.ttimeoutlen = self._app.timeoutlen = _ESCAPE_SECONDS

    def pick(self) -> int | None:
        """Return the place of what was chosen; None if nothing was.

        A signal, also a Ctrl-C, ends it as it ends other waiting.
        """
        with SHIELD, self._quiet.raw(), closing(KeyLoop()) as loop:
            shown = _Shown(self._app)
            motion.begin(shown)
            try:
                found = self._wait(loop)
                signals.raise_again()
            except (EOFError, OSError):  # no more keys, or the terminal itself has gone
                signals.raise_again()
                return None
            finally:
                motion.over(shown)
                clear_typeahead(self._keyboard)
        return found

    def _wait(self, loop: KeyLoop) -> int | None:
        loop.set_exception_handler(self._fail)
        task = loop.create_task(
            self._app.run_async(handle_sigint=False, set_exception_handler=False)
        )
        try:
            return loop.run_until_complete(task)
        except (KeyboardInterrupt, InterruptError):
            if self._app.is_running and not self._app.is_done:
                self._app.exit(result=None)
                loop.run_until_complete(task)  # the screen is as it was before
            raise

    def _fail(self, _: object, told: Mapping[str, Any]) -> None:
        error = told.get("exception") or RuntimeError(told.get("message"))
        if self._app.future and not self._app.future.done():
            self._app.exit(exception=error)

    def _bindings(self) -> KeyBindings:
        found = KeyBindings()
        for keys, step in ((("down", "c-n", "tab"), 1), (("up", "c-p", "s-tab"), -1)):
            for key in keys:
                found.add(key)(self._step(step))
        found.add("pagedown")(lambda _: self._turn(self._rows - 1))
        found.add("pageup")(lambda _: self._turn(1 - self._rows))
        found.add("enter")(lambda _: self._take())
        found.add("c-c", eager=True)(lambda _: signal.raise_signal(signal.SIGINT))
        for key in ("c-d", "escape"):
            found.add(key)(lambda event: event.app.exit(result=None))
        found.add("c-z")(lambda _: stop())
        found.add(Keys.BracketedPaste)(paste_on_one_line)
        return found

    def _step(self, by: int) -> Callable[[KeyPressEvent], None]:
        def act(_: KeyPressEvent) -> None:
            self._mark((self._marked + by) % max(1, len(self._fitting())))

        return act

    def _turn(self, by: int) -> None:
        """Go on by a page, and no further than to the first or the last one."""
        last = len(self._fitting()) - 1
        self._mark(max(0, min(self._marked + by, last)))

    @property
    def _rows(self) -> int:
        """Return how many of a long list there is room for."""
        return max(1, min(_MOST_ROWS, self._err.size.lines - _OTHER_ROWS))

    def _mark(self, row: int) -> None:
        self._marked = row

    def _take(self) -> None:
        fitting = self._fitting()
        if fitting:
            self._app.exit(result=fitting[self._marked])

    def _fitting(self) -> list[int]:
        """Return the places of those with what was typed in their names."""
        return fits(self._choices, self._buffer.text)

    def _shown(self) -> StyleAndTextTuples:
        fitting = self._fitting()
        rows = self._rows
        hidden = len(fitting) - rows
        if hidden > 0 and rows > 1:  # a row tells of the others
            rows, hidden = rows - 1, hidden + 1
        first = max(0, self._marked - rows + 1)
        lines: StyleAndTextTuples = []
        for row, place in enumerate(fitting[first : first + rows], first):
            name, more = self._choices[place]
            style, mark = ("class:marked", ">") if row == self._marked else ("", " ")
            lines += [(style, f"{mark} {one_line(name)}{more}"), ("", "\n")]
        if hidden > 0:
            return [*lines, ("class:hint", f"  and {hidden} more")]
        return lines[:-1] or [("class:hint", _NONE)]


class _Shown:
    """The list, which a stop of the process removes from the screen for a while."""

    def __init__(self, app: Application[int | None]) -> None:
        self._app = app

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Remove it from the screen while the block runs."""
        self._app.renderer.erase()
        yield
        self._app.invalidate()

    def renew(self) -> None:
        """Show it below what others wrote."""
        self._app.renderer.reset()
        self._app.invalidate()

    def close(self) -> None:
        """Do nothing: the list closes itself."""
