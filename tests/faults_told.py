"""What `doctor` may say is wrong, read from its source, for the page that explains it."""

import ast
from collections.abc import Iterator
from typing import Final

from documentation import ROOT

_DOCTOR: Final = ROOT / "ollama_cli/features/doctor"
ANY: Final = "…"


def sentences(module: str) -> set[str]:
    """List what a module of `doctor` calls the matter, with `…` where a run fills something in."""
    tree = ast.parse((_DOCTOR / f"{module}.py").read_text(encoding="utf-8"))
    return {said for node in _messages(tree) for said in _written(node)}


def _messages(tree: ast.AST) -> Iterator[ast.expr]:
    """Find the first argument of each error that is made, and what is put into `message`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name.endswith("Error"):
                yield first
            case ast.Assign(targets=[ast.Name(id="message")], value=value):
                yield value
            case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id="message"), _])], value=value):
                assert isinstance(value, ast.Tuple)
                yield value.elts[0]


def _shown(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    is_quoted = isinstance(part, ast.FormattedValue) and part.conversion == ord("r")
    return f"'{ANY}'" if is_quoted else ANY


def _written(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(said)):
            yield said
        case ast.JoinedStr(values=parts):
            yield "".join(map(_shown, parts))
        case ast.Call(func=ast.Attribute(attr="unresolved")):
            yield "no such host name: …"
        case _:  # a name: what is in it was found where it was put
            return
