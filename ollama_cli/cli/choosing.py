"""What `--fields`, `--jq` and `--line` choose of a command's JSON, judged before it runs."""

from collections.abc import Mapping, Sequence
from typing import Final

from ollama_cli.cli.table import Entry
from ollama_cli.errors import UsageError
from ollama_cli.ui.fields import choices, names
from ollama_cli.ui.fields.jq_filter import Filter
from ollama_cli.ui.fields.names import Names
from ollama_cli.ui.streams import Choice

_JSON: Final = ("json", "jsonl")
# What their text is, is no table of anything.
_STREAMS: Final = ("chat", "generate", "tap")
# Lists that CSV has in columns of their own, which are numbered.
_NUMBERED: Final[Mapping[str, str]] = {"embed": "d*"}


def choose(entry: Entry, path: str, output: str, given: Mapping[str, object]) -> tuple[Choice, str]:
    """Return what was chosen, and the format in which the command is to print.

    `given` are the options by name: `fields`, `jq` and `line`. Raises UsageError for names that
    there are not, a filter that cannot be read, and for what does not go together.
    """
    _check_output(entry, output, given)
    printed = output if output in {*_JSON, "csv"} else _first(entry)
    known = _names(entry, printed)
    if "line" in given:
        if len(given) > 1:
            raise UsageError("--line is a form of its own: leave out --fields and --jq")
        text = str(given["line"])
        found = {name: _find(name, known, path, entry) for name in choices.places(text)}
        return choices.Line(text, known, found), printed
    as_table = output == "text" and "jq" not in given
    chosen = None
    if (typed := given.get("fields")) is not None:
        fields = _read(typed, known, path, entry)
        chosen = choices.Fields(fields, known, as_table=as_table)
    if "jq" in given:
        return choices.Filtered(Filter(str(given["jq"])), chosen), printed
    assert chosen is not None  # noqa: S101  one of the three was given
    return chosen, printed


def _first(entry: Entry) -> str:
    return next(each for each in _JSON if each in entry.outputs)


def _names(entry: Entry, output: str) -> Names:
    known = names.of(entry.schema, entry.items, output)
    if output == "csv" and entry.schema in _NUMBERED:
        known = known._replace(paths=(*known.paths, _NUMBERED[entry.schema]))
    return known


def _read(typed: object, known: Names, path: str, entry: Entry) -> list[str]:
    assert isinstance(typed, Sequence)  # noqa: S101  the option is repeatable
    split = [name for text in typed for name in text.split(",")]
    return list(dict.fromkeys(_find(name, known, path, entry) for name in split))


def _find(name: str, known: Names, path: str, entry: Entry) -> str:
    """Return a name as the JSON has it; for one of another format the error says of which."""
    try:
        return names.find(name, known, path)
    except UsageError as error:
        for output in (each for each in _JSON if each in entry.outputs):
            other = names.of(entry.schema, entry.items, output)
            if names.is_told(name.strip(), names.listed(other)):
                raise error.with_facts(hint=f"it is a field of -o {output}") from error
        raise


def _check_output(entry: Entry, output: str, given: Mapping[str, object]) -> None:
    option = f"--{next(iter(given))}"
    if output == "csv" and set(given) != {"fields"}:
        option = "--line" if "line" in given else "--jq"
        raise UsageError(f"{option} is for JSON, and -o csv is none", hint="leave out -o csv")
    if output not in {"text", "csv", *_JSON}:
        raise UsageError(
            f"{option} does not go with -o {output}", hint=f"leave out -o {output}, or use -o json"
        )
    if output == "text" and entry.schema in _STREAMS and set(given) == {"fields"}:
        formats = " and ".join(f"-o {each}" for each in _JSON if each in entry.outputs)
        raise UsageError("this text has no fields", hint=f"--fields is for {formats}")
