"""Only terminals that are known to understand a sequence get it."""

import pytest

from ollama_cli.ui.terminals import notification, shows_tab_progress


@pytest.mark.parametrize(
    "environ",
    [
        {"WT_SESSION": "c1"},
        {"ConEmuANSI": "ON"},
        {"TERM_PROGRAM": "WezTerm"},
        {"TERM_PROGRAM": "ghostty"},
        {"TERM_PROGRAM": "iTerm.app", "TERM_FEATURES": "T3LrMSc7UUw9Ts3BFGsSyHNoSxFP"},
        {"VTE_VERSION": "8001"},
    ],
)
def test_tabs_that_show_progress(environ: dict[str, str]) -> None:
    assert shows_tab_progress({"TERM": "xterm-256color", **environ})
    assert not shows_tab_progress({"TERM": "tmux-256color", **environ})


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"ConEmuANSI": "OFF"},
        {"TERM_PROGRAM": "Apple_Terminal"},
        {"TERM_PROGRAM": "iTerm.app"},
        {"VTE_VERSION": "7600"},
        {"VTE_VERSION": "new"},
    ],
)
def test_tabs_that_do_not(environ: dict[str, str]) -> None:
    assert not shows_tab_progress({"TERM": "xterm-256color", **environ})


@pytest.mark.parametrize(
    ("environ", "sequence"),
    [
        ({}, ""),
        ({"TERM_PROGRAM": "iTerm.app"}, "\x1b]9;hi\x1b\\"),
        ({"ConEmuANSI": "ON"}, "\x1b]9;hi\x1b\\"),
        ({"VTE_VERSION": "6800"}, "\x1b]777;notify;ollama-cli;hi\x1b\\"),
        ({"TERM": "foot"}, "\x1b]777;notify;ollama-cli;hi\x1b\\"),
        ({"TERM": "screen", "VTE_VERSION": "6800"}, ""),
    ],
)
def test_messages(environ: dict[str, str], sequence: str) -> None:
    assert notification(environ).format("hi") == sequence
