"""An empty store of sessions."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ollama_cli.features.sessions.store import SessionStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "data" / "sessions.db"


@pytest.fixture
def store(path: Path) -> Iterator[SessionStore]:
    with closing(SessionStore(path)) as opened:
        yield opened
