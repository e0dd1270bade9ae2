"""The steps of a connection, one at a time, to find out which one fails."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from ollama_cli.transport import authorities
from ollama_cli.types import threads

State: TypeAlias = Literal["open", "refused", "silent", "unroutable"]
Fault: TypeAlias = Literal["", "plain", "untrusted", "expired", "name", "silent", "other"]
_FIRST_BYTES: Final = 4096
_REQUEST: Final = b"GET / HTTP/1.0\r\n\r\n"
_EXPIRED: Final = frozenset({9, 10})  # OpenSSL's X509_V_ERR_…: not yet valid, has expired
_WRONG_NAME: Final = frozenset({62, 64})  # of a host, of an IP address
_UNKNOWN_ISSUER: Final = frozenset({2, 18, 19, 20, 21})
_NO_CHECK_TIME: Final = 0x200000  # OpenSSL's X509_V_FLAG_NO_CHECK_TIME
_PLAIN: Final = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST")


class Attempt(NamedTuple):
    """The result of connecting to one address; `words` are the system's reason."""

    address: str
    state: State
    words: str = ""


class Handshake(NamedTuple):
    """The result of a TLS handshake: `protocol` is `TLSv1.3`, or `fault` is what went wrong.

    `names` are those of a certificate for another name, `until` is when a certificate expired;
    `also` is the second fault of an untrusted certificate, which would be left if it were trusted.
    """

    protocol: str
    fault: Fault = ""
    words: str = ""
    names: tuple[str, ...] = ()
    until: str = ""
    also: Fault = ""


def look_up(host: str, port: int, seconds: float) -> tuple[str, ...]:
    """Find the addresses of a host in the order in which they are tried.

    Raises what the resolver raises, and TimeoutError if it does not answer within `seconds`.
    """
    found: list[tuple[str, ...]] = []
    errors: list[OSError | UnicodeError] = []

    def ask() -> None:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            errors.append(error)
        else:
            found.append(tuple(dict.fromkeys(_scoped(info[4]) for info in infos)))

    # On a thread, as nothing else bounds the look-up of a name; the process may end before it.
    threads.start(ask).join(seconds)
    if errors:
        raise errors[0]
    if not found:
        raise TimeoutError
    return found[0]


def _scoped(place: tuple[Any, ...]) -> str:
    """Return the address of a socket with its scope, without which nothing link-local is found."""
    address, scope = str(place[0]), place[3] if len(place) > len(("host", "port")) else 0
    if not scope or "%" in address:
        return address
    try:
        return f"{address}%{socket.if_indextoname(scope)}"
    except OSError:  # there is no such interface, which connecting tells better
        return f"{address}%{scope}"


def connect(address: str, port: int, seconds: float) -> Attempt:
    """Connect to an address and close the connection again."""
    try:
        socket.create_connection((address, port), seconds).close()
    except ConnectionRefusedError as error:
        return Attempt(address, "refused", _words(error))
    except TimeoutError:
        return Attempt(address, "silent", "nothing answers")
    except OSError as error:
        return Attempt(address, "unroutable", _words(error))
    return Attempt(address, "open")


def first_bytes(address: str, port: int, seconds: float) -> bytes:
    """Send a plain HTTP request; return the first bytes of the answer, empty if none comes."""
    try:
        with socket.create_connection((address, port), seconds) as connection:
            connection.sendall(_REQUEST)
            return connection.recv(_FIRST_BYTES)
    except OSError:  # a closed connection is no answer
        return b""


def speaks_http(address: str, port: int, seconds: float) -> bool:
    """Return whether plain HTTP is spoken at a port."""
    return first_bytes(address, port, seconds).startswith(b"HTTP/")


def speaks_tls(address: str, port: int, seconds: float) -> bool:
    """Return whether TLS is spoken at a port, whoever the certificate is for."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return not _handshake(context, "localhost", address, port, seconds).fault


def secure(
    host: str, address: str, port: int, seconds: float, ca_file: str | None, *, verify: bool = True
) -> Handshake:
    """Make a TLS handshake as requests would; ConfigError for certificates that cannot be read."""
    context = authorities.context(ca_file)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    found = _handshake(context, host, address, port, seconds)
    if found.fault == "untrusted":
        return found._replace(also=_other_fault(host, address, port, seconds))
    if found.fault == "name":
        context.check_hostname = False
        names = _certificate(context, host, address, port, seconds).get("subjectAltName", ())
        return found._replace(names=tuple(name for _, name in names))
    if found.fault == "expired":
        context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
        until = _certificate(context, host, address, port, seconds).get("notAfter", "")
        return found._replace(until=until)
    return found


def _other_fault(host: str, address: str, port: int, seconds: float) -> Fault:
    """Return what is wrong with a certificate besides that it is not trusted."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with _wrapped(context, host, address, port, seconds) as secured:
            certificate = secured.getpeercert(binary_form=True)
        trusting = ssl.create_default_context(cadata=certificate or b"")
    except (OSError, ValueError):  # it cannot be fetched: no more is known of it
        return ""
    trusting.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    fault = _handshake(trusting, host, address, port, seconds).fault
    return fault if fault in {"expired", "name"} else ""


@contextmanager
def _wrapped(
    context: ssl.SSLContext, host: str, address: str, port: int, seconds: float
) -> Iterator[ssl.SSLSocket]:
    with (
        socket.create_connection((address, port), seconds) as plain,
        context.wrap_socket(plain, server_hostname=host.partition("%")[0]) as secured,
    ):
        yield secured


def _handshake(
    context: ssl.SSLContext, host: str, address: str, port: int, seconds: float
) -> Handshake:
    try:
        with _wrapped(context, host, address, port, seconds) as secured:
            return Handshake(secured.version() or "TLS")
    except ssl.SSLCertVerificationError as error:
        return Handshake("", _fault_of(error.verify_code), error.verify_message)
    except TimeoutError:
        return Handshake("", "silent", "nothing is said")
    except ssl.SSLError as error:
        fault: Fault = "plain" if error.reason in _PLAIN else "other"
        return Handshake("", fault, (error.reason or str(error)).lower().replace("_", " "))
    except OSError as error:
        return Handshake("", "other", _words(error))


def _fault_of(code: int) -> Fault:
    if code in _EXPIRED:
        return "expired"
    if code in _WRONG_NAME:
        return "name"
    return "untrusted" if code in _UNKNOWN_ISSUER else "other"


def _certificate(
    context: ssl.SSLContext, host: str, address: str, port: int, seconds: float
) -> dict[str, Any]:
    """Read a certificate with one check less; empty if another check fails."""
    try:
        with _wrapped(context, host, address, port, seconds) as secured:
            return dict(secured.getpeercert() or {})
    except OSError:
        return {}


def _words(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).lower()
