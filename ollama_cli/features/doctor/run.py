"""Run the checks in order, each with its time, until one fails."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final

from ollama_cli.errors import AuthError, OllamaCliError, OtherApiError, TimedOutError
from ollama_cli.features.doctor import keys, models, network, server
from ollama_cli.features.doctor.target import Case, Target
from ollama_cli.types.checks import Check

CHECKS: Final = (
    "address", "dns", "tcp", "tls", "http", "api", "version", "models", "default model", "token",
)  # fmt: skip
_CLIENT_CHECKS: Final = ("models", "default model", "token")  # made with the client of the commands
_LONGER_TIMEOUT: Final = "60"  # than the limit of a step, in seconds
_LOADING_TIMEOUT: Final = "1800"  # more than a model needs to load
Step = Callable[[Target], str]
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


def run(case: Case) -> Iterator[Check]:
    """Yield the result of every check; those after the first failure are skipped."""
    target = Target(case)
    with closing(target.transport):
        yield from _run(target)


def _run(target: Target) -> Iterator[Check]:
    has_failed = False
    for name, step in zip(CHECKS, _STEPS, strict=True):
        reason = "" if has_failed else _reason_to_skip(name, target)
        if has_failed or reason:
            yield Check(name, "skipped", reason)
            continue
        check = _timed(name, step, target)
        has_failed = check.status == "failed"
        yield check


def _reason_to_skip(name: str, target: Target) -> str:
    """Return why a check is not needed; empty if it is needed."""
    if name == "tls" and target.scheme == "http":
        return "not used: the address says http"
    if name == "tls" and target.proxy:
        return "inside the proxy's tunnel, as part of the next step"
    if name == "token" and not target.case.tries_token:
        return "not asked for"
    return ""


def _timed(name: str, step: Step, target: Target) -> Check:
    target.notes = []
    started = time.monotonic()
    try:
        message = step(target)
    except OllamaCliError as error:
        if isinstance(error, AuthError) and name in _CLIENT_CHECKS:
            error = keys.with_key_hint(target, error)
        return Check(
            name,
            "failed",
            error.message,
            seconds=time.monotonic() - started,
            notes=tuple(target.notes),
            hint=_hint_with_command(name, target, error),
            code=error.code,
            exit_code=error.exit_code,
            http_status=error.http_status,
        )
    return Check(
        name,
        "note" if target.notes else "ok",
        message,
        _fact(name, target),
        time.monotonic() - started,
        tuple(target.notes),
    )


def _hint_with_command(name: str, target: Target, error: OllamaCliError) -> str:
    """Return a hint with a command; the hint of the error itself may have none."""
    hint = error.hint or ""
    if "`" in hint and "`-" not in hint:
        return hint
    if isinstance(error, OtherApiError):
        other = "openai" if target.case.api == "auto" else "auto"
        return f"let it be asked otherwise: {target.setting_command('api', other)}"
    if isinstance(error, TimedOutError):
        seconds = _LOADING_TIMEOUT if name == "token" else _LONGER_TIMEOUT
        longer = target.own_command(changed={"--timeout": seconds})
        return f"wait longer: {longer}; if that fails, restart the server"
    if name == "token":
        return models.other_model_hint(target)
    return f"see what is asked and answered: {target.own_command(changed={'-vv': ''})}"


def _fact(name: str, target: Target) -> str | None:
    facts = {
        "address": target.root,
        "api": str(target.server.kind),
        "version": target.server.version,
        "default model": target.model,
    }
    return facts.get(name) or None
