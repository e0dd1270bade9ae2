"""The rungs of what the server holds: its models, the one used by default, one token of it."""

import shlex
from contextlib import closing

from ollama_cli.errors import ModelNotFoundError, NotFoundError, OllamaCliError, ProtocolError
from ollama_cli.names import find, nearest
from ollama_cli.services.ladder.patient import Patient

_SOME = 5
_EXAMPLE = "llama3.2"


def models(patient: Patient) -> str:
    """List the installed models."""
    names = [model.name for model in patient.case.client.list_models()]
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
        patient.model = found
        return f"{found}, as none is set"
    names = [model.name for model in patient.case.client.list_models()]
    known = find(wanted, names)
    if known is None:
        raise _missing(wanted, names)
    patient.model = known
    return known


def token(patient: Patient) -> str:
    """Let the model write one token."""
    asked = [{"role": "user", "content": "hi"}]
    client = patient.case.client
    with closing(client.chat(patient.model, asked, options={"num_predict": 1})) as events:
        if next(iter(events), None) is None:
            raise ProtocolError("the model wrote nothing")
    return f"{patient.model} writes"


def _missing(wanted: str, names: list[str]) -> OllamaCliError:
    error = ModelNotFoundError.not_installed(wanted)
    near = nearest(wanted, names)
    pull = f"`ollama-cli models pull {shlex.quote(wanted)}`"
    error.hint = f"get it: {pull}" + (f"; or is it {' or '.join(near)}?" if near else "")
    return error
