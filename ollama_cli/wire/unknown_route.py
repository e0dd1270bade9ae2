"""Answers that show that a server does not speak the API that it was asked in."""

import re
from http import HTTPStatus
from typing import Final

from ollama_cli.errors import ProtocolError
from ollama_cli.wire import decoding, fields

_NO_ROUTE: Final = frozenset(
    {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
)
# What routers say; a server that knows the route says something else: which model is missing.
_OF_ROUTERS: Final = (
    r"(?i)(?:unexpected|unknown|invalid|no such|unsupported) (?:endpoint|route|path|url|method)"
    r"|(?:404 )?(?:(?:file|page|route|path|endpoint|resource|url) )?not found\W*$"
    r"|method not allowed|not implemented|cannot (?:get|post) /|no (?:route|handler)"
    r"|the requested (?:url|resource|endpoint)"
)
_LM_STUDIO: Final = rb'\s*\{\s*"error"\s*:\s*"Unexpected endpoint or method'


def is_unknown_route(status: int, body: bytes) -> bool:
    """Tell whether an error answer says that there is no such endpoint, or nothing at all.

    What the server says in words of its own is about the request: a model that is missing.
    """
    if status not in _NO_ROUTE:
        return False
    try:
        document = fields.mapping(decoding.document(body))
    except ProtocolError:
        return True  # plain words and pages come from routers and proxies
    told = document.get("error") or document.get("message") or document.get("detail")
    message = fields.error_text(told)
    return not message or re.match(_OF_ROUTERS, message) is not None


def is_unexpected(beginning: bytes) -> bool:
    """Tell whether a document is LM Studio's for a path it does not know, which comes with 200."""
    # By far the most documents are not: their beginning is looked at without a pattern.
    return b'"Unexpected endpoint' in beginning and re.match(_LM_STUDIO, beginning) is not None
