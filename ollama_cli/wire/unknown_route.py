"""Answers that show that a server does not speak the API of the request."""

import re
from http import HTTPStatus
from typing import Final

from ollama_cli.errors import ProtocolError
from ollama_cli.wire import decoding, fields, reports

_NO_ROUTE: Final = frozenset(
    {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
)
# Texts of routers; a server that knows the route says something else: which model is missing.
_ROUTER_TEXTS: Final = (
    r"(?i)(?:unexpected|unknown|invalid|no such|unsupported) (?:endpoint|route|path|url|method)"
    r"|(?:404 )?(?:(?:file|page|route|path|endpoint|resource|url) )?not found\W*$"
    r"|method not allowed|not implemented|cannot (?:get|post) /|no (?:route|handler)"
    r"|the requested (?:url|resource|endpoint)"
    r"|(?:endpoint|route|path|url|page|resource)\b.{0,200}\bnot found|page not found: "
)
# AWS API Gateway says this, with 403, of every path that it does not know.
_GATEWAY: Final = "missing authentication token"
_ABOUT_MODELS: Final = r"(?i)\bmodel\b"
_SHORT: Final = 200
_LM_STUDIO: Final = rb'\s*\{\s*"error"\s*:\s*"Unexpected endpoint or method'


def is_unknown_route(status: int, body: bytes) -> bool:
    """Return whether an error answer says that there is no such endpoint, or says nothing.

    Any other text of the server is about the request, such as a missing model.
    """
    if status not in {*_NO_ROUTE, HTTPStatus.FORBIDDEN}:
        return False
    try:
        message = reports.read(fields.mapping(decoding.document(body))).words
    except ProtocolError:
        # Plain words and pages come from routers and proxies, but for those about a model.
        plain = body[:_SHORT].decode("utf-8", "replace")
        is_about_model = len(body) < _SHORT and re.search(_ABOUT_MODELS, plain) is not None
        return status in _NO_ROUTE and not is_about_model
    if status == HTTPStatus.FORBIDDEN:
        return message.lower() == _GATEWAY
    return not message or re.match(_ROUTER_TEXTS, message) is not None


def is_lm_studio_refusal(beginning: bytes) -> bool:
    """Return whether a document is LM Studio's answer to an unknown path, which has status 200."""
    # Nearly all documents are not: a plain search comes first, as it is cheaper than the pattern.
    return b'"Unexpected endpoint' in beginning and re.match(_LM_STUDIO, beginning) is not None
