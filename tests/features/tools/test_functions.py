"""Functions of a file: which are tools, what their schemas say, and what becomes of values."""

import enum
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Optional

import pytest

from ollama_cli.errors import ConfigError, UnreachableError
from ollama_cli.features.tools import runner
from ollama_cli.features.tools.functions import FunctionFile
from ollama_cli.features.tools.offers import Outcome

ENVIRON = {"PATH": "/usr/bin:/bin"}


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@pytest.mark.parametrize(
    ("kind", "schema"),
    [
        (str, {"type": "string"}),
        (int, {"type": "integer"}),
        (float, {"type": "number"}),
        (bool, {"type": "boolean"}),
        (None, {"type": "null"}),
        (Path, {"type": "string"}),
        (Any, {}),
        (object, {}),
        (list, {"type": "array"}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (tuple[str, ...], {"type": "array", "items": {"type": "string"}}),
        (tuple[str, int], {"type": "array", "items": {}}),
        (Sequence[str], {"type": "array", "items": {"type": "string"}}),
        (dict, {"type": "object"}),
        (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (Mapping[str, Any], {"type": "object", "additionalProperties": {}}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Literal["a", 1], {"enum": ["a", 1]}),
        (Colour, {"type": "string", "enum": ["red", "blue"]}),
        (int | None, {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        (Optional[str], {"anyOf": [{"type": "string"}, {"type": "null"}]}),  # noqa: UP045  as older code has it
        (Annotated[int, "how many"], {"type": "integer", "description": "how many"}),
        (complex, {}),
    ],
)
def test_annotations_are_schemas(kind: Any, schema: Mapping[str, Any]) -> None:
    assert runner.schema_of(kind) == schema


@pytest.mark.parametrize(
    ("kind", "value", "made"),
    [
        (int, 3.0, 3),
        (float, 3, 3.0),
        (bool, True, True),
        (Path, "a/b", Path("a/b")),
        (Colour, "red", Colour.RED),
        (Colour | None, "red", Colour.RED),
        (Colour | None, None, None),
        (list[Colour], ["blue"], [Colour.BLUE]),
        (tuple[int, ...], [1, 2], (1, 2)),
        (set[str], ["a", "a"], {"a"}),
        (Annotated[Path, "where"], "x", Path("x")),
        (Sequence[Path], ["x"], [Path("x")]),
        (int | str, "x", "x"),
        (Any, [1], [1]),
    ],
)
def test_values_are_what_annotations_promise(kind: Any, value: Any, made: Any) -> None:
    found = runner.convert(kind, value)
    assert (found, type(found)) == (made, type(made))


def test_a_docstring_tells_of_the_function_and_its_arguments() -> None:
    google = (
        "Tell it.\n\nMore of it.\n\nArgs:\n    a (int): first\n    b: second\n\nReturns:\n    all"
    )
    assert runner.read_docstring(google) == (
        "Tell it.\n\nMore of it.",
        {"a": "first", "b": "second"},
    )
    assert runner.read_docstring("Do.\n\n:param x: what\n:returns: that") == ("Do.", {"x": "what"})
    assert runner.read_docstring("Note: this stays.") == ("Note: this stays.", {})


def test_a_file_is_loaded_and_its_functions_described_and_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "inside_kit.py"
    path.write_text(
        "import enum\nclass C(enum.Enum):\n    A = 'a'\n"
        'def f(a: "Missing", b: int = 1, c: C = C.A) -> object:\n'
        '    """F.\n\n    :param b: how many\n    """\n    return [a, b, c.value]\n'
        'async def g(x: float) -> str:\n    """G."""\n    return str(x)\n'
        'def bare(a) -> int:\n    """Bare."""\n'
    )
    monkeypatch.setattr(sys, "path", list(sys.path))
    found = runner.load(str(path))
    del sys.modules["inside_kit"]
    assert list(found) == ["f", "g"]
    assert runner.describe(found["f"]) == {
        "description": "F.",
        "parameters": {
            "type": "object",
            "properties": {
                "a": {},
                "b": {"type": "integer", "description": "how many", "default": 1},
                "c": {"type": "string", "enum": ["a"]},
            },
            "required": ["a"],
            "additionalProperties": False,
        },
    }
    assert runner.answer(found["f"], {"a": None, "c": "a"}) == '[null, 1, "a"]'
    assert runner.answer(found["g"], {"x": 1}) == "1.0"
    with pytest.raises(ImportError):
        runner.load(str(tmp_path / "no_python.txt"))


def started(folder: Path, source: str, seconds: float | None = 20.0) -> FunctionFile:
    path = folder / "kit.py"
    path.write_text(source)
    found = FunctionFile(str(path), ENVIRON, seconds=seconds)
    found.start()
    return found


def called(tools: FunctionFile, name: str, **arguments: Any) -> Outcome:
    (offer,) = [each for each in tools.offers if each.name == name]
    return tools.call(offer, arguments)


def test_public_functions_with_annotations_and_docstrings(tmp_path: Path) -> None:
    (tmp_path / "friend.py").write_text('def shared(a: int) -> int:\n    """Shared."""\n')
    tools = started(
        tmp_path,
        "from __future__ import annotations\n"
        "from friend import shared\n"
        "import asyncio\n"
        'def one(a: int, *rest: int, b: str = "x", **more: int) -> str:\n'
        '    """One.\n\n    Args:\n        a: the first\n    """\n'
        "    return f'{a}{b}{rest}{more}'\n"
        'async def two(a: list[str] | None = None) -> object:\n    """Two."""\n'
        "    await asyncio.sleep(0)\n    return {'a': a, 'path': asyncio.__name__}\n"
        'def _hidden(a: int) -> int:\n    """Hidden."""\n'
        "def silent(a: int) -> int:\n    return a\n"
        'def bare(a) -> int:\n    """Bare."""\n'
        'class Kind:\n    """No function."""\n'
        'if __name__ == "__main__":\n    raise SystemExit("not run")\n',
    )
    try:
        assert [each.name for each in tools.offers] == ["one", "two"]
        one, two = tools.offers
        assert (one.description, one.label) == ("One.", "kit.one")
        assert one.parameters["properties"] == {
            "a": {"type": "integer", "description": "the first"},
            "b": {"type": "string", "default": "x"},
        }
        assert (one.parameters["required"], two.parameters["required"]) == (["a"], [])
        assert called(tools, "one", a=1, b="é") == Outcome(ok=True, text="1é(){}")
        assert called(tools, "two").text == '{"a": null, "path": "asyncio"}'
    finally:
        tools.close()


def test_arguments_reach_a_function_however_it_takes_them(tmp_path: Path) -> None:
    tools = started(
        tmp_path,
        "import functools\n"
        "def traced(f):\n"
        "    @functools.wraps(f)\n"
        "    def inner(*args, **more):\n"
        "        return [f(*args, **more)]\n"
        "    return inner\n"
        "@traced\n"
        "def f(a: int, b: int = 2, /, c: int = 3, *rest: int, d: int = 4, **more: int) -> object:\n"
        '    """F."""\n    return [a, b, c, rest, d, more]\n',
    )
    assert called(tools, "f", a=1).text == "[[1, 2, 3, [], 4, {}]]"
    assert called(tools, "f", a=1, c=5).text == "[[1, 2, 5, [], 4, {}]]"
    assert called(tools, "f", d=6, b=7, a=8).text == "[[8, 7, 3, [], 6, {}]]"
    tools.close()


def test_annotations_that_name_nothing_say_nothing(tmp_path: Path) -> None:
    tools = started(
        tmp_path,
        "from __future__ import annotations\n"
        'def f(a: Missing, *, b: int) -> Missing:\n    """F."""\n    return [a, b]\n',
    )
    assert tools.offers[0].parameters["properties"]["a"] == {}
    assert called(tools, "f", a=[1], b=2).text == "[[1], 2]"
    tools.close()


def test_a_file_may_say_what_is_public(tmp_path: Path) -> None:
    tools = started(
        tmp_path,
        '__all__ = ["_a"]\ndef _a() -> str:\n    """A."""\n    return "a"\n'
        'def b() -> str:\n    """B."""\n    return "b"\n',
    )
    tools.close()
    assert [each.tool for each in tools.offers] == ["_a"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("raise KeyError('x')", "KeyError: 'x'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("return 1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_what_a_function_raises_is_told_and_it_lives_on(
    tmp_path: Path, body: str, text: str
) -> None:
    tools = started(tmp_path, f'def f() -> object:\n    """F."""\n    {body}\n')
    assert called(tools, "f") == Outcome(ok=False, text=text)
    assert called(tools, "f") == Outcome(ok=False, text=text)
    tools.close()
    assert "Traceback (most recent call last):" in tools.told()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("return None", "null"),
        ("return 'a\\nb'", "a\nb"),
        ("return {'é': (1, 2.5)}", '{"é": [1, 2.5]}'),
        ("return __import__('pathlib').Path('x')", '"x"'),
        ("return '\\ud800'", "\ud800"),
        ("return 'a' * 3_000_000", "a" * 3_000_000),
    ],
)
def test_what_a_function_returns_is_text_or_json(tmp_path: Path, body: str, text: str) -> None:
    tools = started(tmp_path, f'def f() -> object:\n    """F."""\n    {body}\n')
    assert called(tools, "f") == Outcome(ok=True, text=text)
    tools.close()


def test_the_beginning_of_a_giant_result_is_kept(tmp_path: Path) -> None:
    body = "return '\\x00' * 9_000_000"
    tools = started(tmp_path, f'def f() -> str:\n    """F."""\n    {body}\n')
    found = called(tools, "f")
    tools.close()
    assert (found.ok, len(found.text), found.size) == (True, 8 << 20, 9_000_000)


def test_nothing_of_a_function_reaches_the_protocol(tmp_path: Path) -> None:
    tools = started(
        tmp_path,
        "import os, sys\nprint('at import')\ndef f() -> str:\n"
        '    """F."""\n    print("x")\n    os.write(1, b"y\\n")\n    sys.stdout.write("z\\n")\n'
        "    return repr(sys.stdin.read())\n",
    )
    assert called(tools, "f") == Outcome(ok=True, text="''")
    tools.close()
    assert sorted(tools.told()) == ["at import", "x", "y", "z"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module_at_all", "ModuleNotFoundError"),
        ("raise SystemExit(2)", "SystemExit: 2"),
        ("import os; os._exit(4)", "it ended"),
        ("def f(:", "SyntaxError"),
    ],
)
def test_a_file_that_does_not_start(tmp_path: Path, source: str, reason: str) -> None:
    with pytest.raises(UnreachableError, match=r"kit\.py does not start: .*" + reason):
        started(tmp_path, source)


def test_a_file_without_tools(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no tools"):
        started(tmp_path, "x = 1\n")


def test_the_runner_ends_with_its_input_in_the_middle_of_a_call(tmp_path: Path) -> None:
    path = tmp_path / "kit.py"
    path.write_text(
        'import time\ndef f() -> str:\n    """F."""\n    time.sleep(600)\n    return ""\n'
    )
    process = subprocess.Popen(
        [sys.executable, "-P", runner.__file__, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    process.stdin.write(b'{"name": "f", "arguments": {}}\n')
    process.stdin.flush()
    begin = time.monotonic()
    process.stdin.close()
    with process:
        process.wait(30)
    assert time.monotonic() - begin < 30
