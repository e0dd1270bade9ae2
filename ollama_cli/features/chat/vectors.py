"""What `run` does with a model that only makes embeddings."""

import json
import shlex
from http import HTTPStatus
from typing import Final

from ollama_cli.errors import ServerError
from ollama_cli.features.context import Context
from ollama_cli.features.models.capabilities import only_embeds
from ollama_cli.types.requests import EmbedRequest

# Ollama answers 400 to a question that a model cannot take, other servers 501.
_REFUSED: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_IMPLEMENTED})


def show_vector(context: Context, asked: EmbedRequest, text: str, refusal: ServerError) -> None:
    """Write the vector of a text as `ollama run` does: a JSON array in one line.

    Raises the `refusal` of the model to chat if it makes no embeddings, or if the answer should be
    a document.
    """
    if refusal.http_status not in _REFUSED or not only_embeds(context, asked.model):
        raise refusal
    if context.output != "text":
        command = f"ollama-cli embed -m {shlex.quote(asked.model)} -o {context.output}"
        raise refusal.with_facts(hint=f"it makes embeddings: `{command}`")
    for part in context.servers.provider().embedded([text], asked):
        for vector in part.vectors:
            context.out.line(json.dumps(vector))
