"""The exit codes as the help lists them; each class of errors holds its own code."""

from typing import Final, NamedTuple


class ExitCode(NamedTuple):
    """One row of the table of exit codes: `code`, its `name`, and `when` it is used."""

    code: str
    name: str
    when: str


EXIT_CODES: Final = (
    ExitCode("0", "ok", 'done, also "nothing to do"'),
    ExitCode("1", "failure", "anything not listed below, an error of ours"),
    ExitCode("2", "usage", "bad flag or argument, a confirmation that cannot be asked"),
    ExitCode("3", "unreachable", "no connection could be made: DNS, refused, TLS, no route"),
    ExitCode("4", "not found", "a model or a file that you named; an unknown model or tag"),
    ExitCode("5", "server", "the server failed, was cut off, or cannot be understood"),
    ExitCode("6", "auth", "401, 403, sign-in needed"),
    ExitCode("7", "timeout", "nothing came in time, or `health --wait` ran out"),
    ExitCode("8", "too long", "the input exceeds the context window"),
    ExitCode(
        "9",
        "invalid output",
        "the answer does not fit `--schema`, or has no code to `--extract`; with `--strict`: "
        "it was cut or filtered",
    ),
    ExitCode("10", "config", "unreadable or invalid setting, file or address"),
    ExitCode("11", "partial", "some of several items failed, or all for different reasons"),
    ExitCode("12", "no", 'the command worked and the answer is "no"'),
    ExitCode("13", "refused", "a policy forbids it"),
    ExitCode("126", "cannot run", "`env` or `tap -- COMMAND`: the command cannot be run"),
    ExitCode("127", "no command", "`env` or `tap -- COMMAND`: there is no such command"),
    ExitCode("129", "hung up", "SIGHUP: the terminal was closed"),
    ExitCode("130", "interrupted", "Ctrl-C; partial text stays on stdout"),
    ExitCode("141", "pipe closed", "the reader of stdout went away"),
    ExitCode("143", "terminated", "SIGTERM"),
)
