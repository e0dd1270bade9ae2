"""Hints for a server that asks for a key or a password."""

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.doctor.target import USERINFO_PLACEHOLDER, Target


def with_key_hint(target: Target, error: OllamaCliError, challenge: str = "") -> OllamaCliError:
    """Add to an error which key was sent, and the command that sets the right one."""
    case = target.case
    if page := getattr(error, "sign_in", ""):
        return error.with_facts(hint=f"sign in: `ollama signin`, or open {page}")
    shown = f"; it was shown the key from {case.key}" if case.key else ""
    if challenge.lower().startswith("basic"):
        command = target.address_command(target.url().replace("://", USERINFO_PLACEHOLDER))
        return error.with_facts(aside=shown, hint=f"name yourself: {command}")
    if case.key_variable:
        command = target.export_command(case.key_variable, "KEY")
        return error.with_facts(aside=shown, hint=f"give the key of this server: {command}")
    command = target.own_command(changed={"--api-key-env": "NAME"})
    hint = f"name the variable that holds the key of this server: {command}"
    return error.with_facts(aside=shown, hint=hint)
