"""All errors as a tree; each class carries its exit code.

OllamaCliError                 1  failure
├── DigestError                   the pulled model is not the one that was asked for
├── OutputError                   the output cannot be written
├── UsageError                 2  usage
├── UnreachableError           3  unreachable
├── NotFoundError              4  not found
│   ├── ModelNotFoundError
│   └── UnaskedError              no registry can be asked about the model
├── ServerError                5  server
│   ├── OtherApiError             the server does not speak the API of the request
│   ├── ProtocolError             the answer cannot be read, or its end is missing
│   ├── StreamCutError            the connection broke in the middle of an answer
│   ├── StalledError              a pull made no progress for too long
│   ├── ToolLimitError            a model called tools without an end
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

Code 12 ("no") is an answer, not an error. Outside the tree, InterruptError is a BaseException like
KeyboardInterrupt: no `except Exception` catches it, and its exit code is that of a signal.
"""

from typing import Final, Self, TypeVar

from ollama_cli.types.text import sentence, well_formed

LIBRARY: Final = "https://ollama.com/library"
_NOTE: Final = "hint: "
E = TypeVar("E", bound="OllamaCliError")
RESUMES: Final = "run the same command again: it resumes where it stopped"


class OllamaCliError(Exception):
    """An expected failure: one sentence for people, one hint, one code for scripts.

    The sentence is built from the fields: `what` happened, at which `address` (its `origin` is the
    source that set it), the `rest` of the sentence, the `reason`, and an `aside` that was found out
    later. `retry_after` is the pause that the server asked for, in seconds, if it did. Errors are
    not changed: `with_facts` makes a copy with more facts. `is_explained` marks an error that holds
    all facts that its run knows.
    """

    exit_code: int = 1
    code: str = "failure"
    origin: str | None = None
    aside: str = ""
    is_explained = False
    retry_after: float | None = None

    def __init__(
        self,
        message: str,
        *,
        address: str | None = None,
        rest: str = "",
        reason: str = "",
        hint: str | None = None,
        http_status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.what: Final = message
        self.address: Final = address
        self.rest: Final = rest
        self.reason: Final = reason
        self.hint: Final = hint
        self.http_status: Final = http_status
        self._note_hint()

    def __str__(self) -> str:
        return self.message

    @property
    def message(self) -> str:
        """Build the sentence."""
        origin = f" (from {self.origin})" if self.origin else ""
        place = f" at {self.address}{origin}" if self.address else ""
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.what}{place}{self.rest}{reason}{self.aside}"

    def with_facts(self, **facts: object) -> Self:
        """Make a copy of the error, with the same traceback, and set these attributes of it."""
        other = type(self).__new__(type(self), *self.args)
        vars(other).update(vars(self) | facts)
        other._note_hint()  # noqa: SLF001  of the same class
        if self.__cause__ is not None:
            other.__cause__ = self.__cause__
        return other.with_traceback(self.__traceback__)

    def _note_hint(self) -> None:
        """Have the hint stand below a traceback, for programs that do not catch the error."""
        others = [each for each in getattr(self, "__notes__", ()) if not each.startswith(_NOTE)]
        self.__notes__ = [*others, f"{_NOTE}{self.hint}"] if self.hint else others

    def as_kind(self, kind: type[E]) -> E:
        """Make an error of another class with the same facts."""
        return kind(
            self.what,
            address=self.address,
            rest=self.rest,
            reason=self.reason,
            hint=self.hint,
            http_status=self.http_status,
        ).with_facts(origin=self.origin, aside=self.aside, retry_after=self.retry_after)

    def as_dict(self) -> dict[str, object]:
        """Return the error as the JSON object that programs read."""
        return {
            "code": self.code,
            "exit": self.exit_code,
            "message": well_formed(sentence(self.message)),
            "hint": well_formed(sentence(self.hint)) if self.hint else self.hint,
            "http_status": self.http_status,
        }


class DigestError(OllamaCliError):
    """The digest of the pulled model is not the one that was asked for."""

    code = "digest_mismatch"


class OutputError(OllamaCliError):
    """An output stream cannot be written, as on a full disk: nothing more can be shown."""

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
    """The server, or the registry behind it, does not know the model; `model` is its name, if any.

    `is_unknown` means that no registry knows it either, but may know `cloud_name`; `or_else` says
    how to get the model without a pull.
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
    """No registry can be asked about a model: the settings forbid it, or it is from elsewhere."""

    code = "unasked"


class ServerError(OllamaCliError):
    """The server answered with an error."""

    exit_code = 5
    code = "server"


class ProtocolError(ServerError):
    """What the server sent cannot be read, or it ended without its end marker."""

    code = "protocol"


class OtherApiError(ServerError):
    """The answer shows that this server does not speak the API of the request.

    `is_named` is true if the sentence names the kind of server that is there instead.
    """

    code = "other_api"
    is_named = False


class StreamCutError(ServerError):
    """The connection broke in the middle of an answer."""

    code = "stream_cut"


class StalledError(ServerError):
    """A pull made no progress, though the connection was still open."""

    code = "stalled"


class ToolLimitError(ServerError):
    """A model called tools more often than the limits allow."""

    code = "tool_limit"


class PullError(ServerError):
    """The server reported that a pull failed; exit code 4 if the model or tag is unknown."""

    code = "pull_failed"

    model: str | None = None

    def __init__(
        self, message: str, *, reason: str = "", hint: str | None = None, unknown: bool = False
    ) -> None:
        super().__init__(message, reason=reason, hint=hint)
        self.is_unknown = unknown
        if unknown:
            self.exit_code = ModelNotFoundError.exit_code
            self.code = ModelNotFoundError.code


class AuthError(OllamaCliError):
    """The server wants a sign-in, or forbids the request (HTTP 401, 403).

    `wants_key` is true if a key may help; `sign_in` is the page for a sign-in, if the server names
    one.
    """

    exit_code = 6
    code = "auth"
    wants_key = False
    sign_in: str = ""


class TimedOutError(OllamaCliError):
    """No data came within the time limit of a phase; `connecting` is true if it was connecting."""

    exit_code = 7
    code = "timeout"
    connecting = False


class TooLongError(OllamaCliError):
    """The input exceeds the model's context window.

    It `needs` so many tokens, and the window `holds` so many, where the server tells.
    """

    exit_code = 8
    code = "too_long"
    needs: int | None = None
    holds: int | None = None

    @property
    def message(self) -> str:
        """Build the sentence: of the numbers, if they are known, else of the server's words."""
        if self.needs is None or self.holds is None:
            return super().message
        return f"the prompt needs {self.needs:,} tokens, the context holds {self.holds:,}"


class InvalidOutputError(OllamaCliError):
    """The answer is not what was asked for: it was cut or filtered, and nothing else will do."""

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
    """A policy forbids it: a model that is not allowed, an address from an untrusted folder."""

    exit_code = 13
    code = "refused"


class UnrunnableError(OllamaCliError):
    """The command that `env` or `tap` is to run exists and cannot be run; as with shells."""

    exit_code = 126
    code = "cannot_run"


class NoCommandError(OllamaCliError):
    """The command that `env` or `tap` is to run does not exist; as with shells."""

    exit_code = 127
    code = "no_command"


class InterruptError(BaseException):
    """A signal asked the process to end (SIGTERM, SIGHUP); `exit_code` is 128 + its number."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.exit_code = 128 + signal_number
