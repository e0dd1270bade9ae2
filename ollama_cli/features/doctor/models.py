"""The checks of the models: the installed ones, the default one, and one token of it."""

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
from ollama_cli.features.doctor.target import Target
from ollama_cli.features.models.capabilities import remote_host_of
from ollama_cli.services.kinds import ADD_COMMANDS, ServerKind
from ollama_cli.types.model_names import find, nearest, same_model
from ollama_cli.types.models import ModelSummary, named_by_id

_MOST_LISTED: Final = 5
_EXAMPLE_MODEL: Final = "llama3.2"


def models(target: Target) -> str:
    """List the installed models."""
    target.models = target.provider.list_models()
    names = [model.name for model in target.models]
    if not names:
        raise NotFoundError("no model is installed", hint=_install_hint(target))
    more = f" and {len(names[_MOST_LISTED:])} more" if names[_MOST_LISTED:] else ""
    return f"{len(names)}: {', '.join(names[:_MOST_LISTED])}{more}"


def default_model(target: Target) -> str:
    """Find the default model, and check that the settings allow it."""
    wanted = target.case.model
    target.model = _detect(target) if wanted is None else _resolve(target, wanted)
    try:
        _refuse_remote(target)
    except RefusedError as error:
        raise error.with_facts(hint=other_model_hint(target)) from error
    return f"{target.model}, as none is set" if wanted is None else target.model


def token(target: Target) -> str:
    """Let the model write one token."""
    messages = [{"role": "user", "content": "hi"}]
    client = target.provider
    with closing(client.chat(target.model, messages, options={"num_predict": 1})) as events:
        if next(iter(events), None) is None:
            raise ProtocolError("the model wrote nothing")
    return f"{target.model} writes"


def other_model_hint(target: Target) -> str:
    """Return the hint to use a model other than the one that is named, set or found."""
    current = target.model or target.case.model or ""
    others = [each for each in _permitted(target) if not same_model(each.name, current)]
    try:
        found = target.provider.detect_model(others) if others else None
    except OllamaCliError:  # the first failure is the one to report
        found = None
    if found:
        return f"use another one: {target.setting_command('model', found)}"
    if target.model and target.case.model and target.server.kind is ServerKind.OLLAMA:
        return f"get it anew: {target.own_command(f'models pull {shlex.quote(target.model)}')}"
    return _install_hint(target)


def _detect(target: Target) -> str:
    allowed = _permitted(target)
    found = target.provider.detect_model(allowed) if allowed else None
    if found is None:
        which = "models that the settings allow" if allowed != target.models else "installed models"
        raise NotFoundError(f"none of the {which} can chat", hint=_install_hint(target))
    return found


def _resolve(target: Target, wanted: str) -> str:
    case = target.case
    try:
        policy.check_model(wanted, case.allowed_models, local_only=case.local_only)
    except RefusedError as error:
        raise error.with_facts(hint=other_model_hint(target)) from error
    names = [model.name for model in target.models]
    found = find(wanted, names)
    if found is None:
        hint = _not_installed_hint(target, wanted, nearest(wanted, names))
        raise ModelNotFoundError.not_installed(wanted).with_facts(hint=hint)
    return found


def _refuse_remote(target: Target) -> None:
    """Raise RefusedError for a model that runs elsewhere, under local_only."""
    if not target.case.local_only:
        return
    known = target.provider.capabilities(target.model)
    native = target.case.native()
    place = remote_host_of(target.model, known, target.provider, native)
    policy.check_place(target.model, place)


def _permitted(target: Target) -> list[ModelSummary]:
    case = target.case
    return policy.permitted(target.models, case.allowed_models, local_only=case.local_only)


def _not_installed_hint(target: Target, wanted: str, near: Iterable[str]) -> str:
    if target.server.kind is not ServerKind.OLLAMA:
        return other_model_hint(target)
    if named := named_by_id(wanted, target.models):
        return f"that is the ID of {named[0]}: {target.setting_command('model', named[0])}"
    pull = target.own_command(f"models pull {shlex.quote(wanted)}")
    return f"get it: {pull}" + (f"; or is it {' or '.join(near)}?" if near else "")


def _install_hint(target: Target) -> str:
    """Return the hint that installs a model which the settings allow."""
    kind, allowed = target.server.kind, target.case.allowed_models
    if kind in ADD_COMMANDS:
        return f"get one: `{ADD_COMMANDS[kind]}`"
    if kind is not ServerKind.OLLAMA:
        return ""
    named = (each for each in (_EXAMPLE_MODEL, *allowed) if policy.is_allowed(each, allowed))
    example = next((each for each in named if not set(each) & set("*?[")), "NAME")
    return f"get one: {target.own_command(f'models pull {shlex.quote(example)}')}"
