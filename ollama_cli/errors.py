"""What can go wrong, drawn once; each class carries its exit code.

OllamaCliError                 1  failure
├── DigestError                   a model came that is not the one that was asked for
├── OutputError                   what is to be told cannot be written
├── UsageError                 2  usage
├── UnreachableError           3  unreachable
├── NotFoundError              4  not found
│   ├── ModelNotFoundError
│   └── UnaskedError              no registry can be asked about the model
├── ServerError                5  server
│   ├── OtherApiError             the server shows that it does not speak what was asked in
│   ├── ProtocolError             what came cannot be read, or its end is missing
│   ├── StreamCutError            the connection broke in mid-answer
│   ├── StalledError              a pull stood still for too long
│   └── PullError                 the server says that a pull failed (4 if the model is unknown)
├── AuthError                  6  auth
├── TimedOutError              7  timeout
├── TooLongError               8  too long
├── InvalidOutputError         9  invalid output
├── ConfigError               10  config
├── PartialError              11  partial
├── RefusedError              13  refused
├── UnrunnableError          126  cannot run
└── NoCommandError           127  no command

Code 12 ("no") is an answer, not an error. InterruptError stands apart, beside KeyboardInterrupt:
it ends the process by a signal's code, and no `except Exception` may swallow it.
"""

from typing import Final, Self, TypeVar

LIBRARY: Final = "https://ollama.com/library"
E = TypeVar("E", bound="OllamaCliError")
RESUMES: Final = "run the same command again: it resumes where it stopped"


class OllamaCliError(Exception):
    """An expected failure: one sentence for people, one hint, one code for scripts.

    It carries facts, and the sentence is made of them: `what` happened, at which `address` (who
    set that is its `origin`), the `rest` of the sentence, the `reason`, and an `aside` that others
    found out. `retry_after` is how many seconds the server asked to be left alone, where it did.
    Nobody changes an error: who knows one more fact makes another error by `with_facts`. One that
    `is_explained` has all that its run knows.
    """

    exit_code: int = 1
    code: str = "failure"
    origin: str | None = None
    aside: str = ""
    is_explained = False
    retry_after: float | None = None

    def __init__(
        self,
        what: str,
        *,
        address: str | None = None,
        rest: str = "",
        reason: str = "",
        hint: str | None = None,
        http_status: int | None = None,
    ) -> None:
        super().__init__(what)
        self.what: Final = what
        self.address: Final = address
        self.rest: Final = rest
        self.reason: Final = reason
        self.hint: Final = hint
        self.http_status: Final = http_status

    def __str__(self) -> str:
        return self.message

    @property
    def message(self) -> str:
        """Make the sentence."""
        origin = f" (from {self.origin})" if self.origin else ""
        place = f" at {self.address}{origin}" if self.address else ""
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.what}{place}{self.rest}{reason}{self.aside}"

    def with_facts(self, **facts: object) -> Self:
        """Make the same error, raised at the same place, with other facts, by their attributes."""
        other = type(self).__new__(type(self), *self.args)
        vars(other).update(vars(self) | facts)
        if self.__cause__ is not None:
            other.__cause__ = self.__cause__
        return other.with_traceback(self.__traceback__)

    def as_kind(self, kind: type[E]) -> E:
        """Make an error of another kind of the same facts."""
        return kind(
            self.what,
            address=self.address,
            rest=self.rest,
            reason=self.reason,
            hint=self.hint,
            http_status=self.http_status,
        ).with_facts(origin=self.origin, aside=self.aside, retry_after=self.retry_after)

    def as_dict(self) -> dict[str, object]:
        """Give the error as programs read it."""
        return {
            "code": self.code,
            "exit": self.exit_code,
            "message": self.message,
            "hint": self.hint,
            "http_status": self.http_status,
        }


class DigestError(OllamaCliError):
    """A model was pulled whose digest is not the one that was asked for."""

    code = "digest_mismatch"


class OutputError(OllamaCliError):
    """A stream of ours cannot be written, as on a full disk: nothing more can be told."""

    code = "output"


class UsageError(OllamaCliError):
    """A flag or an argument that cannot be used, or a question that cannot be asked."""

    exit_code = 2
    code = "usage"


class UnreachableError(OllamaCliError):
    """No connection could be made: DNS, refused, TLS handshake, no route.

    `models` are those that the server had when it was last seen, `age` seconds ago.
    """

    exit_code = 3
    code = "unreachable"
    models: tuple[str, ...] = ()
    age: float = 0.0


class NotFoundError(OllamaCliError):
    """A file, a key or another thing that the user named is not there."""

    exit_code = 4
    code = "not_found"


class ModelNotFoundError(NotFoundError):
    """The server, or the registry behind it, does not know the model, `model` if it was named.

    `is_unknown` tells that no registry knows it either, but `cloud_name` may be known there;
    `or_else` is another way to get it than to pull it, in words.
    """

    code = "model_not_found"
    model: str | None = None
    is_unknown = False
    cloud_name: str | None = None
    or_else: str = ""

    @classmethod
    def not_installed(cls, model: str, rest: str = "") -> Self:
        """Make the error for a model that the server's list does not hold."""
        return cls(f"model {model!r} is not installed", rest=rest).with_facts(model=model)


class UnaskedError(NotFoundError):
    """No registry can be asked about a model: it comes from elsewhere, or none shall be asked."""

    code = "unasked"


class ServerError(OllamaCliError):
    """The server answered with an error."""

    exit_code = 5
    code = "server"


class ProtocolError(ServerError):
    """What the server sent cannot be read, or it ended without its end marker."""

    code = "protocol"


class OtherApiError(ServerError):
    """The answer shows that this server does not speak the API that it was asked in.

    `is_named` where the sentence names the kind of server that is there instead.
    """

    code = "other_api"
    is_named = False


class StreamCutError(ServerError):
    """The connection broke while an answer was under way."""

    code = "stream_cut"


class StalledError(ServerError):
    """The server still held the connection, and a pull got on no more."""

    code = "stalled"


class PullError(ServerError):
    """The server reported that a pull failed; exit code 4 where the model or tag is unknown."""

    code = "pull_failed"

    model: str | None = None

    def __init__(
        self, what: str, *, reason: str = "", hint: str | None = None, unknown: bool = False
    ) -> None:
        super().__init__(what, reason=reason, hint=hint)
        self.is_unknown = unknown
        if unknown:
            self.exit_code = ModelNotFoundError.exit_code
            self.code = ModelNotFoundError.code


class AuthError(OllamaCliError):
    """The server wants a sign-in, or forbids the request (HTTP 401, 403).

    Maybe it `wants_key`; `sign_in` is the page for a sign-in, where the server names one.
    """

    exit_code = 6
    code = "auth"
    wants_key = False
    sign_in: str = ""


class TimedOutError(OllamaCliError):
    """Nothing came within the time that a phase may take; `connecting` was the phase, or not."""

    exit_code = 7
    code = "timeout"
    connecting = False


class TooLongError(OllamaCliError):
    """The input exceeds the model's context window."""

    exit_code = 8
    code = "too_long"


class InvalidOutputError(OllamaCliError):
    """The answer does not satisfy the JSON schema that was asked for."""

    exit_code = 9
    code = "invalid_output"


class ConfigError(OllamaCliError):
    """A setting, a file of settings or an address cannot be used."""

    exit_code = 10
    code = "config"


class PartialError(OllamaCliError):
    """Some of several items failed, or all of them for different reasons."""

    exit_code = 11
    code = "partial"


class RefusedError(OllamaCliError):
    """A policy forbids it: a model that is not allowed, an address that a strange folder set."""

    exit_code = 13
    code = "refused"


class UnrunnableError(OllamaCliError):
    """A command that `env` was to run is there and cannot be run; the code is that of shells."""

    exit_code = 126
    code = "cannot_run"


class NoCommandError(OllamaCliError):
    """There is no command as `env` was to run; the code is that of shells."""

    exit_code = 127
    code = "no_command"


class InterruptError(BaseException):
    """A signal asked the process to end (SIGTERM); `exit_code` is 128 + its number."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.exit_code = 128 + signal_number
