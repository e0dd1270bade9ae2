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


def test_somebody_without_a_home_is_an_error_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*_: object, **__: object) -> str:
        raise RuntimeError("could not determine home directory")

    monkeypatch.setattr(platformdirs, "user_cache_dir", nowhere)
    with pytest.raises(ConfigError, match="there is no home folder") as failure:
        paths.cache_folder()
    assert failure.value.hint == "set HOME to a folder"


def test_no_history_is_kept_in_the_folder_that_a_command_happens_to_run_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platformdirs, "user_state_dir", lambda *_, **__: "~/.local/state")
    with pytest.raises(ConfigError, match="cannot keep a history in"):
        paths.history_path()
