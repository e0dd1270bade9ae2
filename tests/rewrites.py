"""Rewritten test files, shared by the processes that collect them.

pytest rewrites the assertions of every test file when it is imported, which takes most of the time
of collecting, and keeps what came of it. Processes that begin together find nothing kept, and all
of them would do all of it: here each does its share first.
"""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from _pytest.assertion.rewrite import AssertionRewritingHook


def share(config: pytest.Config, number: int, count: int) -> None:
    """Rewrite every `count`-th file of what is asked for, from the one with that number on."""
    hooks = [each for each in sys.meta_path if isinstance(each, AssertionRewritingHook)]
    may_not_write = sys.dont_write_bytecode
    sys.dont_write_bytecode = False  # beside the bytecode of what the tests start
    try:
        for path in sorted(set(_asked_for(config)))[number::count]:
            for hook in hooks:  # none with --assert=plain
                _rewrite(path, hook)
    finally:
        sys.dont_write_bytecode = may_not_write


def _asked_for(config: pytest.Config) -> Iterator[Path]:
    for argument in config.args:
        path = config.invocation_params.dir / argument.partition("::")[0]
        yield from path.rglob("test_*.py") if path.is_dir() else [path]


def _rewrite(path: Path, hook: AssertionRewritingHook) -> None:
    """Have one file rewritten and kept, and nothing of it run: its first import finds no way."""
    spec = importlib.util.spec_from_file_location(path.stem, path, loader=hook)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    vars(module)["__builtins__"] = {}
    # What else is wrong with a file is told where it is collected.
    with suppress(ImportError, SyntaxError, OSError):
        hook.exec_module(module)
