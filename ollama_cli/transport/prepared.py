"""Prepared requests: what all requests of one route have in common is prepared once."""

from typing import Final
from urllib.parse import urlsplit

import requests

from ollama_cli.transport import redirects, scopes
from ollama_cli.transport.authorization import HARMLESS

_JSON: Final = "application/json"
MOST_ROUTES: Final = 64


class RequestFactory:
    """Makes the requests of one session, whose headers must not change from now on."""

    def __init__(self, session: requests.Session, root: str) -> None:
        self._session = session
        self._root = root
        self._routes: dict[tuple[str, str], requests.PreparedRequest] = {}

    def request(self, method: str, url: str, data: bytes | None) -> requests.PreparedRequest:
        """Make a request; `data` is JSON. Raises what requests raises for a URL it cannot use."""
        route = self._routes.get((method, url))
        if route is None:
            route = self._prepare(method, url)
            if len(self._routes) < MOST_ROUTES:
                self._routes[method, url] = route
        if data is None:
            return route
        request = requests.PreparedRequest()
        vars(request).update(vars(route))
        request.body = data
        request.headers = route.headers.copy()
        request.headers["Content-Length"] = str(len(data))
        request.headers["Content-Type"] = _JSON
        return request

    def _prepare(self, method: str, url: str) -> requests.PreparedRequest:
        headers: dict[str, str | None] = {}
        if not redirects.same_origin(url, self._root):
            # Only the server that they were given for gets them; None removes one.
            headers = {n: None for n in self._session.headers if n.lower() not in HARMLESS}
        plain, scope = scopes.split(url)
        if scope:
            headers["Host"] = urlsplit(plain).netloc.rpartition("@")[2]
        request = self._session.prepare_request(requests.Request(method, plain, headers=headers))
        request.url = scopes.join(request.url or plain, scope)
        return request
