"""What to show a server that wants to know who asks."""

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.doctor.target import ANYBODY, Target


def complete(target: Target, error: OllamaCliError, challenge: str = "") -> OllamaCliError:
    """Say which key a refused request was shown, and give the command that names the right one."""
    case = target.case
    if page := getattr(error, "sign_in", ""):
        return error.with_facts(hint=f"sign in: `ollama signin`, or open {page}")
    shown = f"; it was shown the key from {case.key}" if case.key else ""
    if challenge.lower().startswith("basic"):
        command = target.set_address(target.url().replace("://", ANYBODY))
        return error.with_facts(aside=shown, hint=f"name yourself: {command}")
    if case.key_variable:
        command = target.export(case.key_variable, "KEY")
        return error.with_facts(aside=shown, hint=f"give the key of this server: {command}")
    command = target.again(changed={"--api-key-env": "NAME"})
    hint = f"name the variable that holds the key of this server: {command}"
    return error.with_facts(aside=shown, hint=hint)
