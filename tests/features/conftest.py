"""A folder without settings for every runtime, and nothing of it left behind."""

import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand in a folder without `.env`, and leave the collector and the log as they were."""
    monkeypatch.chdir(tmp_path)
    log = logging.getLogger("ollama_cli")
    kept = (log.handlers, log.level, log.propagate)
    yield
    log.handlers, log.level, log.propagate = kept
    gc.unfreeze()
