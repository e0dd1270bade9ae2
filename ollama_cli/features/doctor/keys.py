"""What to show a server that wants to know who asks."""

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.doctor.target import ANYBODY, Patient


def complete(patient: Patient, error: OllamaCliError, challenge: str = "") -> None:
    """Say which key a refused request was shown, and give the command that names the right one."""
    case = patient.case
    if error.hint and error.hint.startswith("open "):
        error.hint = f"sign in: `ollama signin`, or {error.hint}"
        return
    if case.key:
        error.message += f"; it was shown the key from {case.key}"
    if challenge.lower().startswith("basic"):
        error.hint = f"name yourself: {patient.set_address(patient.url().replace('://', ANYBODY))}"
    elif case.key_variable:
        error.hint = f"give the key of this server: {patient.export(case.key_variable, 'KEY')}"
    else:
        command = patient.again(changed={"--api-key-env": "NAME"})
        error.hint = f"name the variable that holds the key of this server: {command}"
