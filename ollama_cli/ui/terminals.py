"""What terminals can do beyond text, found by the variables that they set.

A terminal that does not know a sequence may print it, or show a percentage as a notification. So
only terminals that are known to understand a sequence get it; inside tmux and screen none is.
"""

from collections.abc import Mapping
from typing import Final

from ollama_cli.types.numbers import whole

# Progress in the tab (OSC 9;4); iTerm2 lists it as feature P, its older versions lack it.
_TAB_PROGRAMS: Final = frozenset({"WezTerm", "ghostty", "mintty"})
_ITERM: Final = "iTerm.app"
_FIRST_VTE: Final = 8000
_OSC_9_PROGRAMS: Final = frozenset({_ITERM, "WezTerm", "ghostty"})
_OSC_777_TERMS: Final = ("foot", "rxvt-unicode")
_OSC_9: Final = "\x1b]9;{}\x1b\\"
_OSC_777: Final = "\x1b]777;notify;ollama-cli;{}\x1b\\"


def shows_tab_progress(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal shows progress in its tab by OSC 9;4."""
    program = environ.get("TERM_PROGRAM", "")
    return not _is_multiplexed(environ) and (
        program in _TAB_PROGRAMS
        or (program == _ITERM and "P" in environ.get("TERM_FEATURES", ""))
        or bool(environ.get("WT_SESSION"))
        or environ.get("ConEmuANSI") == "ON"
        or _vte(environ) >= _FIRST_VTE
    )


def notification(environ: Mapping[str, str]) -> str:
    """Return the format of the sequence that posts a message, empty if none is known."""
    if _is_multiplexed(environ):
        return ""
    if environ.get("TERM_PROGRAM", "") in _OSC_9_PROGRAMS or environ.get("ConEmuANSI") == "ON":
        return _OSC_9
    if _vte(environ) or environ.get("TERM", "").startswith(_OSC_777_TERMS):
        return _OSC_777
    return ""


def _is_multiplexed(environ: Mapping[str, str]) -> bool:
    return environ.get("TERM", "").startswith(("screen", "tmux"))


def _vte(environ: Mapping[str, str]) -> int:
    version = environ.get("VTE_VERSION", "")
    return whole(version) or 0
