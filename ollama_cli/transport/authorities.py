"""The certificates of those whom TLS trusts: a file or a folder that the settings name, or ours."""

import ssl
from typing import Final

from requests.adapters import DEFAULT_CA_BUNDLE_PATH

from ollama_cli.errors import ConfigError

_HINT: Final = "name a PEM file, or none; what is set: `ollama-cli config show`"


def context(ca_file: str | None) -> ssl.SSLContext:
    """Make a context that trusts them; ConfigError for certificates that cannot be read.

    Its `address` is the path, so that the origin of that can be told.
    """
    place = ca_file or str(DEFAULT_CA_BUNDLE_PATH)
    try:
        return ssl.create_default_context(cafile=place)
    except IsADirectoryError:
        return ssl.create_default_context(capath=place)
    except ssl.SSLError as error:
        raise _unreadable(place, "no certificate in it") from error
    except (OSError, ValueError) as error:
        raise _unreadable(place, getattr(error, "strerror", None) or str(error)) from error


def _unreadable(place: str, reason: str) -> ConfigError:
    return ConfigError(
        "cannot read the certificates", address=place, reason=reason.lower(), hint=_HINT
    )
