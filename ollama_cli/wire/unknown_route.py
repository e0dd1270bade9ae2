"""Answers that show that a server does not speak the API of the request."""

import re
from http import HTTPStatus
from typing import Final

from ollama_cli.errors import ProtocolError
from ollama_cli.wire import decoding, fields

_NO_ROUTE: Final = frozenset(
    {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
)
# Texts of routers; a server that knows the route says something else: which model is missing.
_ROUTER_TEXTS: Final = (
    r"(?i)(?:unexpected|unknown|invalid|no such|unsupported) (?:endpoint|route|path|url|method)"
    r"|(?:404 )?(?:(?:file|page|route|path|endpoint|resource|url) )?not found\W*$"
    r"|method not allowed|not implemented|cannot (?:get|post) /|no (?:route|handler)"
    r"|the requested (?:url|resource|endpoint)"
)
_LM_STUDIO: Final = rb'\s*\{\s*"error"\s*:\s*"Unexpected endpoint or method'


def is_unknown_route(status: int, body: bytes) -> bool:
    """Return whether an error answer says that there is no such endpoint, or says nothing.

    Any other text of the server is about the request, such as a missing model.
    """
    if status not in _NO_ROUTE:
        return False
    try:
        document = fields.mapping(decoding.document(body))
    except ProtocolError:
        return True  # plain words and pages come from routers and proxies
    error = document.get("error") or document.get("message") or document.get("detail")
    message = fields.error_text(error)
    return not message or re.match(_ROUTER_TEXTS, message) is not None


def is_lm_studio_refusal(beginning: bytes) -> bool:
    """Return whether a document is LM Studio's answer to an unknown path, which has status 200."""
    # Nearly all documents are not: a plain search comes first, as it is cheaper than the pattern.
    return b'"Unexpected endpoint' in beginning and re.match(_LM_STUDIO, beginning) is not None
