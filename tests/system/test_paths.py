"""Where files of ours are kept, and what is said where there is no home."""

from pathlib import Path

import platformdirs
import pytest

from ollama_cli.errors import ConfigError
from ollama_cli.system import paths


def test_each_kind_has_the_folder_that_this_system_has_for_it() -> None:
    assert (
        paths.history_path() == Path(platformdirs.user_state_dir("ollama-cli")) / "history.sqlite3"
    )
    assert paths.log_path("a.log") == Path(platformdirs.user_log_dir("ollama-cli")) / "a.log"
    assert paths.cache_folder() == Path(platformdirs.user_cache_dir("ollama-cli"))


def test_somebody_without_a_home_has_no_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> str:
        raise RuntimeError("could not determine home directory")

    for kind in ("cache", "state", "log", "config"):
        monkeypatch.setattr(platformdirs, f"user_{kind}_dir", nowhere)
    assert paths.cache_folder() is None
    assert paths.history_path() is None
    assert paths.folder("user_config_dir") is None
    with pytest.raises(ConfigError, match="there is no home folder") as failure:
        paths.log_path("a.log")
    assert failure.value.hint == "set HOME to a folder of yours"


@pytest.mark.parametrize("place", ["~/.local/state", "state", "", "./x"])
def test_no_folder_is_below_the_one_that_a_command_happens_to_run_in(
    monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(platformdirs, "user_state_dir", lambda *_, **__: place)
    assert paths.folder("user_state_dir") is None
