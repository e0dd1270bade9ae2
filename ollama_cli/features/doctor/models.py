"""The rungs of what the server holds: its models, the one used by default, one token of it."""

import shlex
from collections.abc import Iterable
from contextlib import closing
from typing import Final

from ollama_cli.config import policy
from ollama_cli.errors import (
    ModelNotFoundError,
    NotFoundError,
    OllamaCliError,
    ProtocolError,
    RefusedError,
)
from ollama_cli.features.doctor.target import Patient
from ollama_cli.features.models.capabilities import place_of
from ollama_cli.services.kinds import GETS, ServerKind
from ollama_cli.types.model_names import find, nearest, same_model
from ollama_cli.types.models import ModelSummary

_SOME: Final = 5
_EXAMPLE: Final = "llama3.2"


def models(patient: Patient) -> str:
    """List the installed models."""
    patient.models = patient.provider.list_models()
    names = [model.name for model in patient.models]
    if not names:
        raise NotFoundError("no model is installed", hint=_get(patient))
    more = f" and {len(names[_SOME:])} more" if names[_SOME:] else ""
    return f"{len(names)}: {', '.join(names[:_SOME])}{more}"


def default_model(patient: Patient) -> str:
    """Find the model that is used where none is named, and whether it may be used."""
    wanted = patient.case.model
    patient.model = _detected(patient) if wanted is None else _settled(patient, wanted)
    try:
        _keep_at_home(patient)
    except RefusedError as error:
        raise error.with_facts(hint=another(patient)) from error
    return f"{patient.model}, as none is set" if wanted is None else patient.model


def token(patient: Patient) -> str:
    """Let the model write one token."""
    asked = [{"role": "user", "content": "hi"}]
    client = patient.provider
    with closing(client.chat(patient.model, asked, options={"num_predict": 1})) as events:
        if next(iter(events), None) is None:
            raise ProtocolError("the model wrote nothing")
    return f"{patient.model} writes"


def another(patient: Patient) -> str:
    """Tell how to use another model than the one that is named, set or found."""
    told = patient.model or patient.case.model or ""
    others = [each for each in _permitted(patient) if not same_model(each.name, told)]
    try:
        found = patient.provider.detect_model(others) if others else None
    except OllamaCliError:  # what failed before is told: this is but the way out
        found = None
    if found:
        return f"use another one: {patient.setting('model', found)}"
    if patient.model and patient.case.model and patient.server.kind is ServerKind.OLLAMA:
        return f"get it anew: {patient.again(f'models pull {shlex.quote(patient.model)}')}"
    return _get(patient)


def _detected(patient: Patient) -> str:
    able = _permitted(patient)
    found = patient.provider.detect_model(able) if able else None
    if found is None:
        which = "models that the settings allow" if able != patient.models else "installed models"
        raise NotFoundError(f"none of the {which} can chat", hint=_get(patient))
    return found


def _settled(patient: Patient, wanted: str) -> str:
    case = patient.case
    try:
        policy.check_model(wanted, case.allowed_models, local_only=case.local_only)
    except RefusedError as error:
        raise error.with_facts(hint=another(patient)) from error
    names = [model.name for model in patient.models]
    found = find(wanted, names)
    if found is None:
        hint = _missing(patient, wanted, nearest(wanted, names))
        raise ModelNotFoundError.not_installed(wanted).with_facts(hint=hint)
    return found


def _keep_at_home(patient: Patient) -> None:
    """Raise RefusedError for a model that runs elsewhere, where that is ruled out."""
    if not patient.case.local_only:
        return
    known = patient.provider.capabilities(patient.model)
    native = patient.case.native()
    place = place_of(patient.model, known, patient.provider, native)
    policy.check_place(patient.model, place)


def _permitted(patient: Patient) -> list[ModelSummary]:
    case = patient.case
    return policy.permitted(patient.models, case.allowed_models, local_only=case.local_only)


def _missing(patient: Patient, wanted: str, near: Iterable[str]) -> str:
    if patient.server.kind is not ServerKind.OLLAMA:
        return another(patient)
    pull = patient.again(f"models pull {shlex.quote(wanted)}")
    return f"get it: {pull}" + (f"; or is it {' or '.join(near)}?" if near else "")


def _get(patient: Patient) -> str:
    """Tell how the server gets a model that may be used."""
    kind, allowed = patient.server.kind, patient.case.allowed_models
    if kind in GETS:
        return f"get one: `{GETS[kind]}`"
    if kind is not ServerKind.OLLAMA:
        return ""
    named = (each for each in (_EXAMPLE, *allowed) if policy.is_allowed(each, allowed))
    example = next((each for each in named if not set(each) & set("*?[")), "NAME")
    return f"get one: {patient.again(f'models pull {shlex.quote(example)}')}"
