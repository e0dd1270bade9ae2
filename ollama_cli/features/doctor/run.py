"""The run of a diagnosis: one check after the other, each timed, until one fails."""

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
_ASKING: Final = ("models", "default model", "token")  # by the client that the commands use
_LONGER: Final = "60"  # than what bounds a step, in seconds
_LONG: Final = "1800"  # than a model may take to load
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
    """Make every check, up to the first that fails; those after it are skipped."""
    target = Target(case)
    with closing(target.transport):
        yield from _run(target)


def _run(target: Target) -> Iterator[Check]:
    has_failed = False
    for name, step in zip(CHECKS, _STEPS, strict=True):
        reason = "" if has_failed else _omitted(name, target)
        if has_failed or reason:
            yield Check(name, "skipped", reason)
            continue
        check = _timed(name, step, target)
        has_failed = check.status == "failed"
        yield check


def _omitted(name: str, target: Target) -> str:
    """Say why a check is not needed, if it is not."""
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
        if isinstance(error, AuthError) and name in _ASKING:
            error = keys.complete(target, error)
        return Check(
            name,
            "failed",
            error.message,
            seconds=time.monotonic() - started,
            notes=tuple(target.notes),
            hint=_cure(name, target, error),
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


def _cure(name: str, target: Target, error: OllamaCliError) -> str:
    """Give a hint that holds a command, also where the error itself names an option or nothing."""
    hint = error.hint or ""
    if "`" in hint and "`-" not in hint:
        return hint
    if isinstance(error, OtherApiError):
        other = "openai" if target.case.api == "auto" else "auto"
        return f"let it be asked otherwise: {target.setting('api', other)}"
    if isinstance(error, TimedOutError):
        seconds = _LONG if name == "token" else _LONGER
        longer = target.again(changed={"--timeout": seconds})
        return f"wait longer: {longer}; if that fails, restart the server"
    if name == "token":
        return models.another(target)
    return f"see what is asked and answered: {target.again(changed={'-vv': ''})}"


def _fact(name: str, target: Target) -> str | None:
    facts = {
        "address": target.root,
        "api": str(target.server.kind),
        "version": target.server.version,
        "default model": target.model,
    }
    return facts.get(name) or None
