"""What keys do on the line, where that is other than what prompt_toolkit has them do."""

from collections.abc import Callable
from typing import Final, NamedTuple

from prompt_toolkit.application.current import get_app
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus, is_searching, vi_navigation_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from ollama_cli.ui.line import graphemes


class Acts(NamedTuple):
    """What the line does at a key that is not for its text alone."""

    enter: Callable[[], None]
    paste: Callable[[str], None]
    interrupt: Callable[[], None]
    leave: Callable[[], None]
    edit: Callable[[], None]
    complete: Callable[[], None]
    stop: Callable[[], None]


def bindings(acts: Acts) -> KeyBindings:
    """Bind keys to acts; while earlier questions are searched, Enter and Ctrl-C are the search's.

    Alt-Enter and Shift-Enter come as Ctrl-J.
    """
    found = KeyBindings()
    is_here = has_focus(DEFAULT_BUFFER) & ~is_searching
    for key, act in (
        ("enter", acts.enter),
        ("c-g", acts.edit),
        ("tab", acts.complete),
        ("c-z", acts.stop),
    ):
        found.add(key, filter=is_here)(_alone(act))
    # At once, where a text is selected too: then others are bound behind it.
    found.add("c-c", filter=is_here, eager=True)(_alone(acts.interrupt))
    found.add("c-d", filter=is_here & ~_has_text)(_alone(acts.leave))
    found.add("c-x", "c-e", filter=is_here)(_alone(acts.edit))
    found.add("v", filter=is_here & vi_navigation_mode & ~_is_waiting)(_alone(acts.edit))
    found.add("c-j", filter=is_here)(lambda event: event.current_buffer.insert_text("\n"))
    found.add(Keys.BracketedPaste, filter=is_here)(lambda event: acts.paste(event.data))
    found.add(Keys.BracketedPaste, filter=is_searching)(paste_on_one_line)
    for names, move in ((("left", "c-b"), _left), (("right", "c-f"), _right)):
        for name in names:
            found.add(name, filter=is_here & ~_is_waiting)(move)
    found.add("backspace", filter=is_here & ~vi_navigation_mode, save_before=_is_first)(_backspace)
    for name in ("delete", "c-d"):
        found.add(name, filter=is_here & _has_text & ~_is_waiting, save_before=_is_first)(_delete)
    return found


@Condition
def _is_waiting() -> bool:
    """Return whether a command of vi waits for what it acts on."""
    state = get_app().vi_state
    return bool(state.operator_func or state.waiting_for_digraph)


@Condition
def _has_text() -> bool:
    return bool(get_app().current_buffer.text)


def _alone(act: Callable[[], None]) -> Callable[[KeyPressEvent], None]:
    return lambda _: act()


def _is_first(event: KeyPressEvent) -> bool:
    return not event.is_repeat


def paste_on_one_line(event: KeyPressEvent) -> None:
    """Insert what was pasted where there is but one line: blanks take the place of its ends."""
    event.current_buffer.insert_text(" ".join(event.data.split()))


def _left(event: KeyPressEvent) -> None:
    for _ in range(event.arg):
        event.current_buffer.cursor_position -= _before(event)


def _right(event: KeyPressEvent) -> None:
    for _ in range(event.arg):
        event.current_buffer.cursor_position += _after(event)


def _backspace(event: KeyPressEvent) -> None:
    buffer = event.current_buffer
    if buffer.selection_state:
        buffer.cut_selection()
        return
    for _ in range(event.arg):
        buffer.delete_before_cursor(_before(event) or 1)  # at its beginning, the line itself


def _delete(event: KeyPressEvent) -> None:
    buffer = event.current_buffer
    if buffer.selection_state:
        event.app.clipboard.set_data(buffer.cut_selection())
        return
    for _ in range(event.arg):
        buffer.delete(_after(event) or 1)


def _before(event: KeyPressEvent) -> int:
    document = event.current_buffer.document
    return graphemes.before(document.current_line, document.cursor_position_col)


def _after(event: KeyPressEvent) -> int:
    document = event.current_buffer.document
    return graphemes.after(document.current_line, document.cursor_position_col)


VI_PATIENCE: Final = 0.05
"""Seconds after which Escape is a key of its own."""
