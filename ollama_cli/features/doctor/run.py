"""Climbing: one rung after the other, each timed, until one fails."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final

from ollama_cli.errors import AuthError, OllamaCliError, OtherApiError, TimedOutError
from ollama_cli.features.doctor import keys, models, network, server
from ollama_cli.features.doctor.target import Case, Patient
from ollama_cli.types.checks import Rung

RUNGS: Final = (
    "address", "dns", "tcp", "tls", "http", "api", "version", "models", "default model", "token",
)  # fmt: skip
_ASKING: Final = ("models", "default model", "token")  # by the client that the commands use
_LONGER: Final = "60"  # than what bounds a step, in seconds
_LONG: Final = "1800"  # than a model may take to load
Step = Callable[[Patient], str]
_STEPS: Final[tuple[Step, ...]] = (
    network.address,
    network.dns,
    network.tcp,
    network.tls,
    server.http,
    server.api,
    server.version,
    models.models,
    models.default_model,
    models.token,
)


def climb(case: Case) -> Iterator[Rung]:
    """Take every rung, up to the first that fails; those above it are skipped."""
    patient = Patient(case)
    with closing(patient.transport):
        yield from _climb(patient)


def _climb(patient: Patient) -> Iterator[Rung]:
    has_failed = False
    for name, step in zip(RUNGS, _STEPS, strict=True):
        reason = "" if has_failed else _omitted(name, patient)
        if has_failed or reason:
            yield Rung(name, "skipped", reason)
            continue
        rung = _taken(name, step, patient)
        has_failed = rung.status == "failed"
        yield rung


def _omitted(name: str, patient: Patient) -> str:
    """Say why a rung is not needed, if it is not."""
    if name == "tls" and patient.scheme == "http":
        return "not used: the address says http"
    if name == "tls" and patient.proxy:
        return "inside the proxy's tunnel, as part of the next step"
    if name == "token" and not patient.case.tries_token:
        return "not asked for"
    return ""


def _taken(name: str, step: Step, patient: Patient) -> Rung:
    patient.notes = []
    started = time.monotonic()
    try:
        message = step(patient)
    except OllamaCliError as error:
        if isinstance(error, AuthError) and name in _ASKING:
            error = keys.complete(patient, error)
        return Rung(
            name,
            "failed",
            error.message,
            seconds=time.monotonic() - started,
            notes=tuple(patient.notes),
            hint=_cure(name, patient, error),
            code=error.code,
            exit_code=error.exit_code,
            http_status=error.http_status,
        )
    return Rung(
        name,
        "note" if patient.notes else "ok",
        message,
        _fact(name, patient),
        time.monotonic() - started,
        tuple(patient.notes),
    )


def _cure(name: str, patient: Patient, error: OllamaCliError) -> str:
    """Give a hint that holds a command, also where the error itself names an option or nothing."""
    hint = error.hint or ""
    if "`" in hint and "`-" not in hint:
        return hint
    if isinstance(error, OtherApiError):
        other = "openai" if patient.case.api == "auto" else "auto"
        return f"let it be asked otherwise: {patient.setting('api', other)}"
    if isinstance(error, TimedOutError):
        seconds = _LONG if name == "token" else _LONGER
        longer = patient.again(changed={"--timeout": seconds})
        return f"wait longer: {longer}; if that fails, restart the server"
    if name == "token":
        return models.another(patient)
    return f"see what is asked and answered: {patient.again(changed={'-vv': ''})}"


def _fact(name: str, patient: Patient) -> str | None:
    facts = {
        "address": patient.root,
        "api": str(patient.server.kind),
        "version": patient.server.version,
        "default model": patient.model,
    }
    return facts.get(name) or None
