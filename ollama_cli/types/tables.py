"""Tables as values: what stands in them, and where else it is found."""

from collections.abc import Mapping, Sequence

from ollama_cli.types.values import dataclass


@dataclass(frozen=True)
class Table:
    """A table for people: `columns` are titles, each with the field of JSON that it shows.

    The columns in `spare` are left out first where the terminal is too narrow; with `wraps` none
    is, and the last one is wrapped.
    """

    columns: Mapping[str, str]
    rows: Sequence[Sequence[str]]
    spare: Sequence[str] = ()
    wraps: bool = False
