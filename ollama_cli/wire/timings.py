"""The durations of a reply."""

from ollama_cli.types.answers import Timings
from ollama_cli.wire import fields


def parse_timings(value: dict[str, object]) -> Timings:
    """Read the durations of a reply, in seconds."""
    return Timings(
        total=fields.seconds(value.get("total_duration")),
        load=fields.seconds(value.get("load_duration")),
        prompt=fields.seconds(value.get("prompt_eval_duration")),
        completion=fields.seconds(value.get("eval_duration")),
    )
