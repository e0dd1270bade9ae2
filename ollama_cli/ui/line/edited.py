"""The line of a terminal that moves its cursor: many lines, pastes, history, completion."""

import os
import signal
from bisect import bisect_right
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Final

from prompt_toolkit import PromptSession
from prompt_toolkit.document import Document
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import History as SessionHistory
from prompt_toolkit.input.typeahead import clear_typeahead, get_typeahead
from prompt_toolkit.key_binding.key_processor import KeyPress
from prompt_toolkit.layout.processors import (
    Processor,
    TabsProcessor,
    Transformation,
    TransformationInput,
)
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.search import stop_search
from prompt_toolkit.styles import Style

from ollama_cli.errors import InterruptError, OllamaCliError
from ollama_cli.system import editors, signals
from ollama_cli.system.signals import SHIELD
from ollama_cli.types.text import one_line
from ollama_cli.ui import cells, motion
from ollama_cli.ui.line import blocks, keys
from ollama_cli.ui.line.chips import Chips
from ollama_cli.ui.line.completion import CommandCompleter, agreed
from ollama_cli.ui.line.line import (
    CONTINUATION,
    HOW_TO_LEAVE,
    History,
    Typed,
    Wishes,
    last_part,
)
from ollama_cli.ui.line.loop import KeyLoop
from ollama_cli.ui.line.quiet import Quiet
from ollama_cli.ui.line.terminal import Display, Keyboard, colours
from ollama_cli.ui.prompter import Prompter
from ollama_cli.ui.sentences import show_error
from ollama_cli.ui.streams import OutStream

_PASTES: Final = ("\r\n", "\r")
_LEAST_ROOM: Final = 12  # columns that what is typed has beside the right prompt
_MOST_ROWS: Final = 6  # of the menu
_OTHER_ROWS: Final = 2
_STYLE: Final = Style.from_dict({"rprompt": "ansibrightblack", "tab": "noinherit"})


class EditedLine:
    """Lines with everything that prompt_toolkit offers; one is open at a time."""

    def __init__(
        self,
        out: OutStream,
        prompter: Prompter,
        quiet: Quiet,
        wishes: Wishes,
    ) -> None:
        self._out, self._prompter, self._quiet, self._wishes = out, prompter, quiet, wishes
        self._chips = Chips()
        self._sent: list[str] = []
        self._right = ""
        self._begins_pasted = self._was_told = False
        self._then: Callable[[str], str] | None = None
        self._loop: KeyLoop | None = None
        term = wishes.environ.get("TERM", "")
        self._keyboard = Keyboard(quiet)
        self._completer = CommandCompleter(wishes.complete)
        self._session: PromptSession[str] = PromptSession(
            multiline=True,
            complete_while_typing=False,
            completer=self._completer,
            history=_Earlier(self._sent, wishes.history),
            key_bindings=keys.bindings(self._acts()),
            prompt_continuation=self._continuation,
            rprompt=self._shown_right,
            input_processors=[_ChipProcessor(self._chips), TabsProcessor(char1=" ", char2=" ")],
            style=_STYLE,
            include_default_pygments_style=False,
            color_depth=colours(out, term),
            input=self._keyboard,
            output=Display(out, term),
        )
        self._app = self._session.app
        self._app.terminal_size_polling_interval = None  # a signal tells of a new size
        self._patience = self._app.ttimeoutlen
        self.use_keys(wishes.keys)
        self._app.before_render += lambda _: self._fit()
        self._buffer = self._session.default_buffer
        self._buffer.on_text_changed += lambda _: self._look_at_text()

    def read(self, prompt: str = "", *, text: str = "", right: str = "") -> Typed:
        """Read what is typed until it is sent, as `Line` says."""
        self._session.message = prompt or self._wishes.prompt
        self._right = "" if self._wishes.is_accessible else one_line(right)
        self._chips.clear()
        self._begins_pasted = self._was_told = False
        with SHIELD, self._quiet.raw():
            sent = self._run(text)
            while self._then:
                sent = self._run(self._then(sent))
        is_pasted, whole = self._begins_pasted, self._chips.whole(sent)
        if whole.strip():
            self._remember(whole)
        found = blocks.typed(sent, is_pasted=is_pasted)
        return found._replace(text=self._chips.whole(found.text))

    def use_keys(self, wanted: str) -> None:
        """Take the keys of `emacs` or `vi` from now on."""
        is_vi = wanted == "vi"
        self._app.editing_mode = EditingMode.VI if is_vi else EditingMode.EMACS
        self._app.ttimeoutlen = keys.VI_PATIENCE if is_vi else self._patience

    def close(self) -> None:
        """Give the terminal back, and forget what was typed ahead."""
        clear_typeahead(self._keyboard)
        self._quiet.close()

    def _run(self, text: str) -> str:
        """Open the line and return what stands in it when it is sent, or left, with chips."""
        self._then, self._app.erase_when_done = None, False
        self._buffer.reset(Document(text))
        self._app.layout.focus(self._buffer)  # also where it was left in the middle of a search
        with closing(KeyLoop()) as loop:
            self._loop = loop
            loop.set_exception_handler(self._fail)
            shown = _Shown(self)
            motion.begin(shown)
            try:
                sent = self._wait(loop)
                signals.raise_again()  # where it came as the line was closing
            except (EOFError, OSError) as error:  # no more keys, or the terminal itself has gone
                signals.raise_again()
                raise EOFError from error
            finally:
                motion.over(shown)
                self._loop = None
            return sent

    def _wait(self, loop: KeyLoop) -> str:
        ahead = [*get_typeahead(self._keyboard), *self._keyboard.keys_ahead()]
        self._app.after_render += self._feed_once(ahead)
        task = loop.create_task(
            self._app.run_async(handle_sigint=False, set_exception_handler=False)
        )
        while True:
            try:
                return loop.run_until_complete(task)
            except KeyboardInterrupt:
                signals.go_on()
                self._soon(self.interrupt)
            except InterruptError:
                self._soon(self._leave)

    def _acts(self) -> keys.Acts:
        return keys.Acts(
            enter=self._enter,
            paste=self._paste,
            interrupt=self.interrupt,
            leave=self._leave,
            edit=lambda: self._leave_for(self._edit),
            complete=self._complete,
            stop=stop,
        )

    def _enter(self) -> None:
        buffer = self._buffer
        if buffer.complete_state and buffer.complete_state.current_completion:
            buffer.complete_state = None  # it is chosen, and not yet sent
        elif blocks.is_open(buffer.text):
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    def _paste(self, data: str) -> None:
        for ending in _PASTES:
            data = data.replace(ending, "\n")
        is_first = not self._buffer.document.text_before_cursor.strip()
        self._buffer.insert_text(self._chips.put(data))
        self._begins_pasted |= is_first and "\n" in data.strip("\n")

    def _complete(self) -> None:
        """Complete as far as all that is possible agrees, then show a menu of it."""
        buffer = self._buffer
        if buffer.complete_state:
            buffer.complete_next()
            return
        part = last_part(buffer.document.text_before_cursor)
        found = self._completer.found(buffer.document)
        common = agreed(found) if found else part
        if len(found) == 1 or (common.startswith(part) and common != part):
            buffer.delete_before_cursor(len(part))
            buffer.insert_text(common)
        elif self._wishes.is_accessible and found:
            self._app.renderer.erase()
            self._prompter.err.line("\n".join(one_line(each) for each in found))
            self._app.invalidate()
        elif found:
            buffer.start_completion()

    def interrupt(self) -> None:
        """Clear the line; say how to leave if it is empty, once."""
        if self._session.layout.is_searching:
            stop_search()
        self._leave_for(self._forget if self._buffer.text else self._tell_how_to_leave)

    def _forget(self, text: str) -> str:
        self._remember(self._chips.whole(text))
        self._chips.clear()
        self._was_told = False
        return ""

    def _tell_how_to_leave(self, text: str) -> str:
        if not self._was_told:
            self._prompter.note(HOW_TO_LEAVE)
        self._was_told = True
        return text

    def _look_at_text(self) -> None:
        if not self._buffer.text.strip():
            self._begins_pasted = False
        else:
            self._was_told = False

    def _leave_for(self, act: Callable[[str], str]) -> None:
        """Close the line, and open it again with what the act makes of its text."""
        self._then, self._app.erase_when_done = act, True
        self._app.exit(result=self._buffer.text)

    def _edit(self, text: str) -> str:
        """Have the text edited; pastes are in full there, and chips again after it."""
        try:
            with motion.ordinary():
                edited = editors.edit(
                    self._chips.whole(text), self._wishes.environ, self._quiet.keys
                )
        except OllamaCliError as error:
            show_error(self._prompter.err, error)
            return text
        return self._chips.folded(edited)

    def _remember(self, text: str) -> None:
        self._sent[:] = [each for each in self._sent if each != text] + [text]

    def _soon(self, act: Callable[[], None]) -> None:
        """Have something done in the loop, as if a key did it."""
        if self._loop:
            self._loop.call_soon_threadsafe(lambda: self._inside(act))

    def _inside(self, act: Callable[[], None]) -> None:
        if self._app.is_running and self._app.context is not None and not self._app.is_done:
            self._app.context.copy().run(act)

    def _leave(self) -> None:
        self._app.exit(exception=EOFError())

    def _fail(self, _: object, told: Mapping[str, Any]) -> None:
        """End the line with what went wrong in it, which asyncio would only report."""
        error = told.get("exception") or RuntimeError(told.get("message"))
        if self._app.future and not self._app.future.done():
            self._app.exit(exception=error)

    def erase(self) -> None:
        """Remove the line from the screen."""
        self._app.renderer.erase()

    def show_again(self, *, is_elsewhere: bool = False) -> None:
        """Show the line where the cursor is now, with what was typed in the meantime."""
        if is_elsewhere:
            self._app.renderer.reset()
        self._app.after_render += self._feed_once(self._keyboard.keys_ahead())
        self._app.invalidate()

    def _feed_once(self, ahead: list[KeyPress]) -> Callable[[object], None]:
        """Return what takes keys that were typed ahead, once the line is there with its history."""

        def feed() -> None:
            self._app.key_processor.feed_multiple(ahead)
            self._app.key_processor.process_keys()

        def after_render(_: object) -> None:
            self._app.after_render -= after_render
            self._soon(feed)

        return after_render

    def _fit(self) -> None:
        """Leave as much room for the menu as the window has."""
        room = self._out.size.lines - _OTHER_ROWS
        self._session.reserve_space_for_menu = max(0, min(_MOST_ROWS, room))

    def _continuation(self, _width: int, _line: int, wraps: int) -> str:
        return "" if wraps or self._wishes.is_accessible else CONTINUATION

    def _shown_right(self) -> str:
        taken = cells.width(f"{self._session.message}{self._right}")
        return self._right if taken + _LEAST_ROOM <= self._out.width else ""


class _Shown:
    """A line that is open, which a stop of the process removes from the screen for a while."""

    def __init__(self, line: EditedLine) -> None:
        self._line = line

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Remove it from the screen while the block runs."""
        self._line.erase()
        yield
        self._line.show_again()

    def renew(self) -> None:
        """Show it below what others wrote."""
        self._line.show_again(is_elsewhere=True)

    def close(self) -> None:
        """Do nothing: the line closes itself."""


class _Earlier(SessionHistory):
    """Earlier questions, looked up each time that a line opens; nothing is kept by it."""

    def __init__(self, sent: list[str], older: History | None) -> None:
        super().__init__()
        self._sent, self._older = sent, older

    async def load(self) -> AsyncGenerator[str, None]:
        """Yield them, the newest first."""
        for each in self.load_history_strings():
            yield each

    def load_history_strings(self) -> Iterable[str]:
        """Return them, the newest first, none twice."""
        return dict.fromkeys([*reversed(self._sent), *(self._older() if self._older else ())])

    def append_string(self, string: str) -> None:
        """Do nothing: the line remembers what is sent, with its pastes."""

    store_string = append_string


class _ChipProcessor(Processor):
    """Show chips by their size."""

    def __init__(self, chips: Chips) -> None:
        self._chips = chips

    def apply_transformation(self, given: TransformationInput) -> Transformation:
        """Put labels in the place of chips; the cursor stands before or behind one."""
        pieces: StyleAndTextTuples = []
        starts, place = [0], 0
        for style, character, *_ in explode_text_fragments(given.fragments):
            text = self._chips.label(character) if self._chips.has(character) else character
            pieces.append((style, text))
            place += len(text)
            starts.append(place)
        if place == len(pieces):
            return Transformation(given.fragments)
        return Transformation(
            pieces,
            source_to_display=lambda source: starts[min(source, len(starts) - 1)],
            display_to_source=lambda display: max(0, bisect_right(starts, display) - 1),
        )


def stop() -> None:
    """Stop as the terminal stops a program at Ctrl-Z: with all that it was started with."""
    if number := getattr(signal, "SIGTSTP", None):
        os.kill(0, number)
