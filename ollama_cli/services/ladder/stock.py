"""The rungs of what the server holds: its models, the one used by default, one token of it."""

import shlex
from contextlib import closing

from ollama_cli.errors import (
    ModelNotFoundError,
    NotFoundError,
    OllamaCliError,
    ProtocolError,
    RefusedError,
)
from ollama_cli.names import find, nearest, same_model
from ollama_cli.services.ladder.patient import Patient

_SOME = 5
_EXAMPLE = "llama3.2"


def models(patient: Patient) -> str:
    """List the installed models."""
    patient.models = patient.case.client.list_models()
    names = [model.name for model in patient.models]
    if not names:
        raise NotFoundError(
            "no model is installed", hint=f"get one: `ollama-cli models pull {_EXAMPLE}`"
        )
    more = ", …" if names[_SOME:] else ""
    return f"{len(names)}: {', '.join(names[:_SOME])}{more}"


def default_model(patient: Patient) -> str:
    """Find the model that is used where none is named."""
    wanted = patient.case.model
    if wanted is None:
        found = patient.case.client.detect_model()
        if found is None:
            raise NotFoundError(
                "none of the installed models can chat",
                hint=f"get one that can: `ollama-cli models pull {_EXAMPLE}`",
            )
        told = f"{found}, as none is set"
    else:
        names = [model.name for model in patient.models]
        found = told = find(wanted, names) or ""
        if not found:
            raise _missing(wanted, names)
    _keep_at_home(patient, found)
    patient.model = found
    return told


def token(patient: Patient) -> str:
    """Let the model write one token."""
    asked = [{"role": "user", "content": "hi"}]
    client = patient.case.client
    with closing(client.chat(patient.model, asked, options={"num_predict": 1})) as events:
        if next(iter(events), None) is None:
            raise ProtocolError("the model wrote nothing")
    return f"{patient.model} writes"


def _keep_at_home(patient: Patient, name: str) -> None:
    """Raise RefusedError for a model that runs elsewhere, where that is ruled out."""
    model = next((each for each in patient.models if same_model(each.name, name)), None)
    is_cloud = name.lower().endswith((":cloud", "-cloud"))
    if patient.case.local_only and (is_cloud or (model is not None and model.is_remote)):
        raise RefusedError(
            f"{name} runs on another host, and local_only is set",
            hint="set one that runs here: `ollama-cli config set model NAME`",
        )


def _missing(wanted: str, names: list[str]) -> OllamaCliError:
    error = ModelNotFoundError.not_installed(wanted)
    near = nearest(wanted, names)
    pull = f"`ollama-cli models pull {shlex.quote(wanted)}`"
    error.hint = f"get it: {pull}" + (f"; or is it {' or '.join(near)}?" if near else "")
    return error
