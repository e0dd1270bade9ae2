"""How questions are asked: `/system`, `/set`, `/unset`, `/think`, `/format`."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from ollama_cli.config.parsers import KEYS, RENDERINGS, read_keep_alive, read_switch
from ollama_cli.errors import OllamaCliError, UsageError
from ollama_cli.features.chat.conversation import GO_ON, Conversation, Next
from ollama_cli.features.chat.grammar import quoted_words
from ollama_cli.features.chat.model_options import read_options
from ollama_cli.features.chat.room import AUTO
from ollama_cli.features.models import capabilities
from ollama_cli.features.schema.read import read_format
from ollama_cli.types.answers import Think
from ollama_cli.types.text import visible
from ollama_cli.ui import inputs

OFF: Final = "off"
_LEVELS: Final[Mapping[str, Think]] = {
    "on": True,
    OFF: False,
    "low": "low",
    "medium": "medium",
    "high": "high",
    "max": "max",
}
# How answers are shown and a model is kept; all other keys are options of the model.
SETTABLE: Final = ("stats", "render", "wrap", "keep_alive", "keys")


def system(talk: Conversation, argument: str) -> Next:
    """Show, set or remove the system prompt."""
    if not argument:
        if talk.system is None:
            talk.context.prompter.note("there is no system prompt but the model's own")
        else:
            talk.context.out.line(visible(talk.system))
        return GO_ON
    text = None if argument == OFF else inputs.read_text_or_file(argument, talk.context.stdin)
    talk.recorder.change(system=text)
    talk.recorder.save(talk.tree)
    told = "taken away" if text is None else "set"
    talk.context.prompter.note(f"the system prompt is {told}, from the next question on")
    return GO_ON


def set_(talk: Conversation, argument: str) -> Next:
    """Set an option of the model, or how answers are shown; without any, list them."""
    key, *values = re.split(r"\s*=\s*|\s+", argument, maxsplit=1)
    value = "".join(values).strip()
    if not key:
        _list(talk)
        return GO_ON
    if not value:
        raise UsageError(f"/set {key} takes a value", hint=f"or take it away: /unset {key}")
    if key in SETTABLE:
        _SET[key](talk, value)
        talk.context.prompter.note(f"{key} is {value}")
        return GO_ON
    if (key, value) == ("num_ctx", AUTO):
        talk.auto = True
        others = {name: each for name, each in _options(talk).items() if name != "num_ctx"}
        _set_options(talk, others)
        talk.context.prompter.note("num_ctx is what the next question needs")
        return GO_ON
    values = quoted_words(value) if key == "stop" else [value]
    found, warnings = read_options([f"{key}={each}" for each in values], {})
    for warning in warnings:
        talk.context.prompter.warn(warning)
    _set_options(talk, {**_options(talk), **found})
    loads = key == "num_ctx" and "num_ctx" in found
    talk.auto = talk.auto and not loads
    anew = ": the model is loaded again for the next question" if loads else ""
    talk.context.prompter.note(f"{key} is {told(found[key])}{anew}")
    return GO_ON


def unset(talk: Conversation, argument: str) -> Next:
    """Take away what was set."""
    if not argument:
        raise UsageError("/unset takes the name of an option", hint="what is set: /set")
    if argument in SETTABLE:
        _UNSET[argument](talk)
        talk.context.prompter.note(f"{argument} is as usual")
        return GO_ON
    options = _options(talk)
    if argument not in options:
        raise UsageError(f"{argument} is not set", hint="what is: /set")
    del options[argument]
    _set_options(talk, options)
    talk.context.prompter.note(f"{argument} is up to the model")
    return GO_ON


def think(talk: Conversation, argument: str) -> Next:
    """Have the model think, or not, and its thinking shown, or not."""
    match argument:
        case "":
            now = talk.request.think
            told = next((word for word, level in _LEVELS.items() if level is now), str(now))
            told = "up to the model" if now is None else told
            talk.context.prompter.note(f"thinking is {told}")
        case "show":
            talk.options = talk.options._replace(show_thinking=True, hide_thinking=False)
            talk.context.prompter.note("thinking stays on the screen")
        case "hide":
            talk.options = talk.options._replace(show_thinking=False, hide_thinking=True)
            talk.context.prompter.note("thinking is not shown")
        case _ if argument in _LEVELS:
            level = _LEVELS[argument]
            if level is not False:
                capabilities.check(talk.context, talk.request.model, [capabilities.THINKING])
            talk.set_request(think=level)
            talk.context.prompter.note(f"thinking is {argument}")
        case _:
            known = ", ".join([*_LEVELS, "show", "hide"])
            raise UsageError(f"/think has no {argument!r}", hint=f"it has {known}")
    return GO_ON


def format_(talk: Conversation, argument: str) -> Next:
    """Have JSON written, by a schema if one is named, or text again."""
    if not argument:
        told = "text" if talk.request.format is None else "JSON"
        talk.context.prompter.note(f"answers are {told}")
        return GO_ON
    wanted = None if argument == OFF else argument
    if wanted is not None and talk.tools is not None:
        raise UsageError("tools and a format exclude each other: begin without --tools")
    talk.set_request(format=read_format(wanted, talk.context.stdin))
    talk.options = talk.options._replace(format=wanted)
    talk.context.prompter.note(f"answers are {'text' if wanted is None else 'JSON'} from now on")
    return GO_ON


def _options(talk: Conversation) -> dict[str, Any]:
    return dict(talk.request.options or {})


def _set_options(talk: Conversation, options: dict[str, Any]) -> None:
    talk.set_request(options=options)
    talk.look_back()


def _list(talk: Conversation) -> None:
    options = _options(talk)
    shown = {"stats": "on" if talk.options.stats else OFF, "render": talk.options.render}
    rows = {**options, **shown, "keep_alive": talk.request.keep_alive}
    for key, value in rows.items():
        if value is not None:
            talk.context.out.line(f"{key:<16}{visible(told(value))}")


def told(value: Any) -> str:
    """Return a value as it is typed."""
    if isinstance(value, list):
        return " ".join(json.dumps(each, ensure_ascii=False) for each in value)
    return str(value)


def _set_stats(talk: Conversation, value: str) -> None:
    talk.options = talk.options._replace(stats=_switch("stats", value))


def _set_wrap(talk: Conversation, value: str) -> None:
    talk.options = talk.options._replace(wrap=_switch("wrap", value))


def _set_render(talk: Conversation, value: str) -> None:
    if value not in RENDERINGS:
        raise UsageError(f"render is one of {', '.join(RENDERINGS)}, not {value!r}")
    talk.options = talk.options._replace(render=value)


def _set_keep_alive(talk: Conversation, value: str) -> None:
    try:
        talk.set_request(keep_alive=read_keep_alive(value))
    except OllamaCliError as error:
        raise UsageError(f"keep_alive {value!r} {error.message}") from error


def _switch(key: str, value: str) -> bool:
    try:
        return read_switch(value)
    except OllamaCliError as error:
        raise UsageError(f"{key} is on or off, not {value!r}") from error


def _set_keys(talk: Conversation, value: str) -> None:
    if value not in KEYS:
        raise UsageError(f"keys are {' or '.join(KEYS)}, not {value!r}")
    talk.use_keys(value)


_SET: Final[Mapping[str, Callable[[Conversation, str], None]]] = {
    "stats": _set_stats,
    "render": _set_render,
    "wrap": _set_wrap,
    "keep_alive": _set_keep_alive,
    "keys": _set_keys,
}
_UNSET: Final[Mapping[str, Callable[[Conversation], None]]] = {
    "stats": lambda talk: _set_stats(talk, OFF),
    "render": lambda talk: _set_render(talk, "auto"),
    "wrap": lambda talk: _set_wrap(talk, "on"),
    "keep_alive": lambda talk: talk.set_request(keep_alive=talk.context.settings.keep_alive),
    "keys": lambda talk: talk.use_keys(talk.context.settings.keys),
}
