"""What a request for an answer says, checked in the order of the real server."""

import base64
import binascii
import json
import re
import time
from dataclasses import dataclass
from typing import Any, Final

from ollama_cli.demo import keepalive, options
from ollama_cli.demo.answer import Task
from ollama_cli.demo.catalogue import COMPLETION
from ollama_cli.demo.documents import BAD_REQUEST, FAILED, JSON, RefusalError, invalid
from ollama_cli.demo.fields import Fields
from ollama_cli.demo.language import tokenize
from ollama_cli.demo.library import Installed, checked, missing
from ollama_cli.demo.machine import Machine
from ollama_cli.demo.options import Options
from ollama_cli.types import model_names

TOO_LONG: Final = "the input length exceeds the context length"
NO_ROOM: Final = (
    "the prompt is longer than the context length currently available to the model; shorten the "
    "prompt, adjust the context length in settings, or use a model with a longer context length"
)
_NO_IMAGES: Final = "Multimodal data provided, but model does not support multimodal requests."
_LEVELS: Final = ("high", "medium", "low", "max")
_WHO: Final = re.compile(r"\b(?:who|what) are you\b|\byour name\b", re.IGNORECASE)
_MOST_LOGPROBS: Final = 20


@dataclass(frozen=True)
class Call:
    """The fields that generate and chat share."""

    typed: str
    installed: Installed
    keep: float | None
    options: Options
    shape: Any
    truncates: bool
    shifts: bool
    started: int


def installed_as_typed(machine: Machine, name: str) -> Installed:
    """Look a model up in the words of generate and chat: the name as it was typed."""
    installed = machine.library.find(checked(name)) if name else None
    if installed is None:
        raise missing(name)
    return installed


def unloads(wanted: Fields) -> bool:
    """Tell whether `keep_alive` asks to unload."""
    return keepalive.parse(wanted.raw("keep_alive")) == 0


def call(wanted: Fields, installed: Installed, task: str) -> Call:
    """Read and check the shared fields; `task` is the word of the refusal."""
    typed = wanted.text("model")
    started = time.perf_counter_ns()
    keep = keepalive.parse(wanted.raw("keep_alive"))
    if not 0 <= (wanted.whole("top_logprobs") or 0) <= _MOST_LOGPROBS:
        raise RefusalError(BAD_REQUEST, "top_logprobs must be between 0 and 20")
    if installed.model.capability != COMPLETION:
        raise RefusalError(BAD_REQUEST, f'"{typed}" does not support {task}')
    _check_thinking(wanted.raw("think"), typed)
    settled = options.parse(wanted.object("options"))
    shape = _shape(wanted.raw("format"))
    truncates = wanted.flag("truncate", default=True)
    shifts = wanted.flag("shift", default=True)
    return Call(typed, installed, keep, settled, shape, truncates, shifts, started)


def lacks(installed: Installed, ability: str) -> RefusalError:
    """Say that a model has no such ability, with its full name as the server writes it."""
    name = model_names.parse(installed.name)
    full = f"{name.host}/{name.namespace}/{name.model}:{name.tag}" if name else installed.name
    return RefusalError(BAD_REQUEST, f"{full} does not support {ability}")


def check_images(images: list[str]) -> None:
    """Refuse images: broken ones as the decoder does, others because no model here can see."""
    for image in images:
        place = _broken_at(image)
        if place is not None:
            raise RefusalError(BAD_REQUEST, f"illegal base64 data at input byte {place}")
    if images:
        raise invalid(_NO_IMAGES)


def load(machine: Machine, asked: Call) -> int:
    """Load the model, training the word model if this is the first time; give the time."""
    context = asked.options.context(asked.installed.model.context_length)
    machine.memory.load(asked.installed, context, asked.keep)
    machine.language  # noqa: B018  trained here, so that the load is what the load time measures
    return time.perf_counter_ns()


def settle(asked: Call, prompt: list[str], subject: str, *, loaded: int, first: bool) -> Task:
    """Fit the prompt into the context and settle the task."""
    window = asked.options.context(asked.installed.model.context_length)
    if len(prompt) > window:
        if not asked.truncates:
            raise RefusalError(BAD_REQUEST, TOO_LONG)
        if not asked.shifts:
            raise RefusalError(BAD_REQUEST, NO_ROOM)
    kept = prompt[-window:]
    return Task(
        typed=asked.typed,
        installed=asked.installed,
        prompt=kept,
        subject=tokenize(subject),
        options=asked.options,
        shape=asked.shape,
        introduces=first or bool(_WHO.search(subject)),
        room=None if asked.shifts else max(1, window - len(kept)),
        started=asked.started,
        loaded=loaded,
    )


def _check_thinking(think: Any, typed: str) -> None:
    if think in (None, False):
        return
    if think is not True and think not in _LEVELS:
        allowed = ", ".join(f'"{level}"' for level in _LEVELS)
        message = f'invalid think value: "{think}" (must be {allowed}, true, or false)'
        raise RefusalError(BAD_REQUEST, message)
    raise RefusalError(BAD_REQUEST, f'"{typed}" does not support thinking')


def _shape(value: Any) -> Any:
    """Read `format`: nothing, "json" or a schema."""
    if value in (None, ""):
        return None
    if value == "json" or isinstance(value, dict):
        return value
    quoted = json.dumps(json.dumps(value))
    message = f'invalid format: {quoted}; expected "json" or a valid JSON Schema object'
    raise RefusalError(FAILED, message, content_type=JSON)


def _broken_at(image: str) -> int | None:
    """Find where base64 is broken; None where it is whole."""
    wrong = re.search(r"[^A-Za-z0-9+/=\r\n]", image)
    if wrong:
        return wrong.start()
    try:
        base64.b64decode(image)
    except binascii.Error:
        return len(image)
    return None
