"""Plan files: JSON lines, the first one with the number of steps."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from ollama_cli.errors import ConfigError
from ollama_cli.features.ensure.plan import ACTIONS, Step
from ollama_cli.features.ensure.requirements import read_digest, read_flag, read_name
from ollama_cli.system import texts
from ollama_cli.types.model_names import shortest

SCHEMA: Final = "ollama-cli/models-ensure-plan/1"


def format_plan(steps: Sequence[Step]) -> str:
    """Format a plan as JSON lines."""
    lines: list[Mapping[str, Any]] = [{"schema": SCHEMA, "steps": len(steps)}]
    lines += [asdict(step) for step in steps]
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def parse_plan(data: bytes, file: str) -> list[Step]:
    """Parse a plan; ConfigError with file and line for one that is invalid or incomplete."""
    lines = [line for line in texts.decode(data, file).text.split("\n") if line.strip()]
    objects = [_object(line, f"{file}:{number}") for number, line in enumerate(lines, 1)]
    head, *rest = objects or [{}]
    if head.get("schema") != SCHEMA:
        raise ConfigError(
            f"{file} is no plan", hint=f"make one: `ollama-cli models ensure --plan {file}`"
        )
    steps = [_step(line, f"{file}:{number}") for number, line in enumerate(rest, 2)]
    if head.get("steps") != len(steps):
        raise ConfigError(f"{file} is not whole: {len(steps)} steps of {head.get('steps')}")
    if len({shortest(step.model).lower() for step in steps}) < len(steps):
        raise ConfigError(f"{file} names a model twice")
    return steps


def _object(line: str, place: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{place}: is no JSON") from error
    if not isinstance(value, Mapping):
        raise ConfigError(f"{place}: is no JSON object")
    return value


def _step(line: Mapping[str, Any], place: str) -> Step:
    action = line.get("action")
    if action not in ACTIONS:
        raise ConfigError(f"{place}: action: {action!r} is neither pull nor remove")
    return Step(
        action,
        read_name(line.get("model"), f"{place}: model"),
        read_digest(line.get("installed"), f"{place}: installed"),
        read_digest(line.get("digest"), f"{place}: digest"),
        read_flag(line.get("insecure", False), f"{place}: insecure"),
    )
