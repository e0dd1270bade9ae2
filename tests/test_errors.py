"""The family of errors is drawn once, and every member has its code."""

import inspect
import re
import signal

import pytest

from ollama_cli import errors
from ollama_cli.cli.exit_codes import EXIT_CODES, ExitCode
from ollama_cli.errors import (
    InterruptError,
    ModelNotFoundError,
    OllamaCliError,
    PullError,
    StalledError,
    TimedOutError,
)

FAMILY = [
    member
    for _, member in inspect.getmembers(errors, inspect.isclass)
    if issubclass(member, OllamaCliError)
]
TREE = str(errors.__doc__)


@pytest.mark.parametrize("member", FAMILY)
def test_every_error_says_what_happened_and_ends_in_a_listed_code(
    member: type[OllamaCliError],
) -> None:
    assert str(member.exit_code) in {row.code for row in EXIT_CODES}
    assert member.__name__.endswith("Error")
    error = member("what happened")
    assert (error.message, error.hint, str(error)) == ("what happened", None, "what happened")


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [member.code for member in FAMILY]
    assert len(codes) == len(set(codes)) > 10
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", code) for code in codes)


@pytest.mark.parametrize("member", FAMILY)
def test_every_error_is_drawn_in_the_tree_under_its_parent(member: type[OllamaCliError]) -> None:
    rows = [row for row in TREE.splitlines() if re.search(rf"\b{member.__name__}\b", row)]
    assert rows, f"{member.__name__} is not drawn"
    parent = member.__mro__[1]
    depth = rows[0].index(member.__name__)
    if parent is OllamaCliError:
        assert depth == 4
    if member is OllamaCliError:
        assert depth == 0
    if depth > 4:
        above = TREE[: TREE.index(rows[0])].splitlines()
        drawn_parent = next(row for row in reversed(above) if row.startswith(("├", "└")))
        assert parent.__name__ in drawn_parent
    number = re.search(rf"{member.__name__} +(\d+) ", rows[0])
    if number:
        assert int(number[1]) == member.exit_code


def test_nothing_is_drawn_in_the_tree_that_does_not_exist() -> None:
    drawn = set(re.findall(r"^[│├└─ ]*(\w+Error)\b", TREE, re.MULTILINE))
    assert drawn == {member.__name__ for member in FAMILY}


def test_children_of_the_first_row_have_codes_that_differ() -> None:
    direct = [member for member in FAMILY if member.__mro__[1] is OllamaCliError]
    codes = [member.exit_code for member in direct if member.exit_code != OllamaCliError.exit_code]
    assert sorted(codes) == sorted(set(codes))


def test_the_table_of_exit_codes_is_the_contract() -> None:
    assert {int(row.code): row.name for row in EXIT_CODES} == {
        0: "ok",
        1: "failure",
        2: "usage",
        3: "unreachable",
        4: "not found",
        5: "server",
        6: "auth",
        7: "timeout",
        8: "too long",
        9: "invalid output",
        10: "config",
        11: "partial",
        12: "no",
        13: "refused",
        126: "cannot run",
        127: "no command",
        129: "hung up",
        130: "interrupted",
        141: "pipe closed",
        143: "terminated",
    }
    assert all(isinstance(row, ExitCode) and row.when for row in EXIT_CODES)


def test_a_failed_pull_of_an_unknown_model_counts_as_not_found() -> None:
    known, unknown = PullError("disk full"), PullError("no such tag", unknown=True, hint="look")
    assert (known.exit_code, known.code) == (5, "pull_failed")
    assert (unknown.exit_code, unknown.code, unknown.hint) == (4, "model_not_found", "look")
    assert PullError.exit_code == 5


def test_a_missing_model_names_the_model_and_the_status() -> None:
    error = ModelNotFoundError("model 'm' not found", http_status=404)
    assert (error.model, error.http_status, error.exit_code) == (None, 404, 4)


def test_a_signal_is_no_error_that_somebody_may_swallow() -> None:
    interrupt = InterruptError(signal.SIGTERM)
    assert interrupt.exit_code == 143
    assert not isinstance(interrupt, Exception)


def test_an_error_is_an_object_to_programs() -> None:
    error = ModelNotFoundError("model 'm' not found", hint="pull it", http_status=404)
    assert error.as_dict() == {
        "code": "model_not_found",
        "exit": 4,
        "message": "model 'm' not found",
        "hint": "pull it",
        "http_status": 404,
    }


def test_the_object_holds_no_half_of_a_character() -> None:
    """As `jq` reads no such text."""
    told = OllamaCliError("boo\ud83d", hint="\ude00").as_dict()
    assert (told["message"], told["hint"]) == ("boo\ufffd", "\ufffd")


def test_the_sentence_is_made_of_the_facts() -> None:
    error = OllamaCliError("nobody listens", address="http://h:1", rest=" now", reason="refused")
    assert error.message == str(error) == "nobody listens at http://h:1 now: refused"
    known = error.with_facts(origin="--host", aside=", twice")
    assert known.message == "nobody listens at http://h:1 (from --host) now: refused, twice"
    assert error.message == "nobody listens at http://h:1 now: refused"


@pytest.mark.parametrize("member", FAMILY)
def test_an_error_with_one_more_fact_is_the_same_error_otherwise(
    member: type[OllamaCliError],
) -> None:
    cause = ZeroDivisionError()
    try:
        raise member("what happened", hint="do it again") from cause
    except OllamaCliError as error:
        raised = error
    other = raised.with_facts(origin="--host", is_explained=True)
    assert type(other) is member
    assert other is not raised
    assert (other.message, other.hint, other.exit_code) == (
        "what happened",
        "do it again",
        member.exit_code,
    )
    assert (other.origin, other.is_explained) == ("--host", True)
    assert (raised.origin, raised.is_explained) == (None, False)
    assert other.__cause__ is cause
    assert other.__traceback__ is raised.__traceback__


def test_an_error_of_another_kind_has_the_same_facts() -> None:
    error = StalledError("no byte came", address="http://h:1", hint="again", http_status=200)
    other = error.with_facts(origin="--host", retry_after=3.0).as_kind(TimedOutError)
    assert type(other) is TimedOutError
    assert other.exit_code == 7
    assert other.message == "no byte came at http://h:1 (from --host)"
    assert (other.hint, other.http_status, other.retry_after) == ("again", 200, 3.0)


def test_the_hint_stands_below_a_traceback_as_it_is_now() -> None:
    error = OllamaCliError("no", hint="do this")
    error.add_note("of the caller")
    assert error.with_facts(hint="do that").__notes__ == ["of the caller", "hint: do that"]
    assert error.with_facts(hint=None).__notes__ == ["of the caller"]
    assert error.__notes__ == ["hint: do this", "of the caller"]
    assert OllamaCliError("no").__notes__ == []


def test_nobody_edits_an_error_that_was_made() -> None:
    """A checker refuses it: the facts are Final, and the sentence is a property."""
    error = OllamaCliError("what happened")
    with pytest.raises(AttributeError):
        setattr(error, "message", "something else")  # noqa: B010  what a checker refuses
