"""Check the requests of generate and chat, in the order of the real server."""

import base64
import binascii
import json
import re
import time
from dataclasses import dataclass
from typing import Any, Final

from ollama_cli.demo import keepalive, options
from ollama_cli.demo.calls import Call
from ollama_cli.demo.catalogue import THINKING
from ollama_cli.demo.documents import BAD_REQUEST, FAILED, JSON, RefusalError, invalid
from ollama_cli.demo.fields import Fields
from ollama_cli.demo.language import tokenize
from ollama_cli.demo.library import Installed, check_name, not_found
from ollama_cli.demo.machine import Machine
from ollama_cli.demo.options import Options
from ollama_cli.demo.task import Task
from ollama_cli.types import model_names

TOO_LONG: Final = "the input length exceeds the context length"
CONTEXT_FULL: Final = (
    "the prompt is longer than the context length currently available to the model; shorten the "
    "prompt, adjust the context length in settings, or use a model with a longer context length"
)
_NO_IMAGES: Final = "Multimodal data provided, but model does not support multimodal requests."
_THINK_LEVELS: Final = ("high", "medium", "low", "max")
_ASKS_NAME: Final = re.compile(r"\b(?:who|what) are you\b|\byour name\b", re.IGNORECASE)
_MOST_LOGPROBS: Final = 20


@dataclass(frozen=True)
class SharedFields:
    """The fields that generate and chat share."""

    typed: str
    installed: Installed
    keep: float | None
    options: Options
    format: Any
    truncates: bool
    shifts: bool
    started: int
    thinks: bool
    logprobs: int | None = None
    only_renders: bool = False


def find_model(machine: Machine, name: str) -> Installed:
    """Find a model; the error of generate and chat holds the name as it was typed."""
    installed = machine.library.find(check_name(name)) if name else None
    if installed is None:
        raise not_found(name)
    return installed


def asks_to_unload(wanted: Fields) -> bool:
    """Return whether `keep_alive` asks to unload."""
    return keepalive.parse(wanted.raw("keep_alive")) == 0


def read_shared_fields(wanted: Fields, installed: Installed, task: str) -> SharedFields:
    """Read and check the shared fields; a refusal names the `task`."""
    typed = wanted.text("model")
    started = time.perf_counter_ns()
    keep = keepalive.parse(wanted.raw("keep_alive"))
    if not 0 <= (wanted.integer("top_logprobs") or 0) <= _MOST_LOGPROBS:
        raise RefusalError(BAD_REQUEST, "top_logprobs must be between 0 and 20")
    if not installed.model.completes:
        raise RefusalError(BAD_REQUEST, f'"{typed}" does not support {task}')
    thinks = _thinks(wanted.raw("think"), installed, typed)
    model_options = options.parse(wanted.object("options"))
    answer_format = _parse_format(wanted.raw("format"))
    truncates = wanted.flag("truncate", default=True)
    shifts = wanted.flag("shift", default=True)
    top = wanted.integer("top_logprobs") or 0
    return SharedFields(
        typed=typed,
        installed=installed,
        keep=keep,
        options=model_options,
        format=answer_format,
        truncates=truncates,
        shifts=shifts,
        started=started,
        thinks=thinks,
        logprobs=top if wanted.flag("logprobs", default=False) else None,
        only_renders=wanted.flag("_debug_render_only", default=False),
    )


def unsupported(installed: Installed, ability: str) -> RefusalError:
    """Return the error for a missing ability, with the full name of the model."""
    name = model_names.parse(installed.name)
    full = f"{name.host}/{name.namespace}/{name.model}:{name.tag}" if name else installed.name
    return RefusalError(BAD_REQUEST, f"{full} does not support {ability}")


def check_images(images: list[str]) -> None:
    """Refuse images: invalid base64 with its own error, others as no demo model has vision."""
    for image in images:
        place = _invalid_base64_at(image)
        if place is not None:
            raise RefusalError(BAD_REQUEST, f"illegal base64 data at input byte {place}")
    if images:
        raise invalid(_NO_IMAGES)


def load(machine: Machine, shared: SharedFields) -> int:
    """Load the model, and train the word model the first time; return the time in ns."""
    context = shared.options.context(shared.installed.model.context_length)
    machine.memory.load(shared.installed, context, shared.keep)
    machine.language  # noqa: B018  trained here, so that the load time includes it
    return time.perf_counter_ns()


def make_task(
    shared: SharedFields,
    prompt: list[str],
    subject: str,
    *,
    loaded: int,
    first: bool = False,
    call: Call | None = None,
    results: str = "",
) -> Task:
    """Fit the prompt into the context window and return the task."""
    window = shared.options.context(shared.installed.model.context_length)
    if len(prompt) > window and not shared.only_renders:
        if not shared.truncates:
            raise RefusalError(BAD_REQUEST, TOO_LONG)
        if not shared.shifts:
            raise RefusalError(BAD_REQUEST, CONTEXT_FULL)
    kept = prompt[-window:]
    return Task(
        typed=shared.typed,
        installed=shared.installed,
        prompt=kept,
        subject=tokenize(subject),
        options=shared.options,
        format=shared.format,
        introduces=first or bool(_ASKS_NAME.search(subject)),
        tokens_left=None if shared.shifts else max(1, window - len(kept)),
        started=shared.started,
        loaded=loaded,
        logprobs=shared.logprobs,
        rendered="".join(prompt) if shared.only_renders else None,
        thinks=shared.thinks,
        call=call,
        results=results,
    )


def _thinks(think: Any, installed: Installed, typed: str) -> bool:
    """Return whether the model thinks first: as it is asked to, without a word if it can."""
    can = THINKING in installed.model.capabilities
    if think in (None, False):
        return can and think is None
    if think is not True and think not in _THINK_LEVELS:
        allowed = ", ".join(f'"{level}"' for level in _THINK_LEVELS)
        message = f'invalid think value: "{think}" (must be {allowed}, true, or false)'
        raise RefusalError(BAD_REQUEST, message)
    if not can:
        raise RefusalError(BAD_REQUEST, f'"{typed}" does not support thinking')
    return True


def _parse_format(value: Any) -> Any:
    """Parse `format`: nothing, "json" or a schema."""
    if value in (None, ""):
        return None
    if value == "json" or isinstance(value, dict):
        return value
    quoted = json.dumps(json.dumps(value))
    message = f'invalid format: {quoted}; expected "json" or a valid JSON Schema object'
    raise RefusalError(FAILED, message, content_type=JSON)


def _invalid_base64_at(image: str) -> int | None:
    """Return the position of the first error in base64; None if it is valid."""
    wrong = re.search(r"[^A-Za-z0-9+/=\r\n]", image)
    if wrong:
        return wrong.start()
    try:
        base64.b64decode(image)
    except binascii.Error:
        return len(image)
    return None
