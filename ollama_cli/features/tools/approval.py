"""Who says that a tool may be run: patterns, a mode, and the user."""

import signal
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from ollama_cli.errors import InterruptError
from ollama_cli.features.tools.offers import Offer, written
from ollama_cli.features.tools.options import Mode
from ollama_cli.types.text import unhidden
from ollama_cli.ui.prompter import Prompter

_DENIED: Final = "refused: the settings deny this tool"
_REFUSED: Final = "refused: nobody has allowed this call"
_DECLINED: Final = "refused: the user did not allow this call"


class Approval:
    """Decide for each call; nothing that a server says of its tools counts.

    `deny` wins over all, `allow` needs no question; else the `mode` decides.
    """

    def __init__(
        self, prompter: Prompter, mode: Mode, allow: Sequence[str], deny: Sequence[str]
    ) -> None:
        self._prompter = prompter
        self._mode = mode
        self._allow = allow
        self._deny = deny
        self._session: set[str] = set()

    def refusal(self, offer: Offer, arguments: Mapping[str, Any]) -> str:
        """Return what a model is told of a call that is not run; empty for one that may be.

        InterruptError if the user ends the run.
        """
        if _fits(offer.label, self._deny):
            return _DENIED
        if self._mode == "always" or _fits(offer.label, self._allow):
            return ""
        if self._mode == "never":
            return _REFUSED
        if not self._prompter.can_ask():
            self._prompter.warn(
                "calls of tools are refused, as there is nobody to ask:"
                " --tools-approve always allows them, or allow in [tools] of the settings",
                about="tools are refused",
            )
            return _REFUSED
        return "" if offer.label in self._session else self._ask(offer, arguments)

    def _ask(self, offer: Offer, arguments: Mapping[str, Any]) -> str:
        shown = unhidden(f"{offer.label} {written(arguments)}")
        while True:
            question = f"run {shown}? [y: once, a: always, n: no, q: quit] "
            reply = self._prompter.ask(question, fresh=True)
            match "n" if reply is None else reply.strip().lower():
                case "y" | "yes":
                    return ""
                case "a":
                    self._session.add(offer.label)
                    return ""
                case "n" | "no":
                    return _DECLINED
                case "q":
                    raise InterruptError(signal.SIGINT)


def _fits(label: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(label, pattern) for pattern in patterns)
