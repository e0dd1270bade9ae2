"""The names of the installed models, fetched so quickly that a shell can wait for them."""

from collections.abc import Mapping

from ollama_cli.errors import ServerError
from ollama_cli.transport.quick_get import quick_get
from ollama_cli.wire import decoding, ollama as wire


def installed_names(
    host: str,
    *,
    seconds: float,
    environ: Mapping[str, str],
    ca_file: str | None,
    headers: Mapping[str, str],
) -> list[str] | None:
    """Ask a server for its models' names within `seconds`; None if no list came in time."""
    answer = quick_get(
        host, "/api/tags", seconds=seconds, environ=environ, ca_file=ca_file, headers=headers
    )
    if answer is None:
        return None
    try:
        return [model.name for model in wire.parse_tags(decoding.document(answer))]
    except ServerError:
        return None
