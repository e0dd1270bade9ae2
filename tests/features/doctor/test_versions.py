"""Versions of servers, however they are written."""

import pytest

from ollama_cli.features.doctor.versions import SINCE, Version, is_development, lacking, parse


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("0.32.15", (0, 32, 15)),
        ("v0.32.15", (0, 32, 15)),
        ("0.32", (0, 32, 0)),
        ("v1.2", (1, 2, 0)),
        ("0.33.0-rc2", (0, 33, 0)),
        ("0.33-rc2", (0, 33, 0)),
        (" 0.5.1+build.7\n", (0, 5, 1)),
        ("0.0.0", (0, 0, 0)),
        ("", None),
        ("main", None),
        ("1", None),
        ("0.32.15.4", None),
        ("0.-1.2", None),
        ("0.32.x", None),
        ("0." + "9" * 5000, None),
        ("\u0661.\u0662.\u0663", (1, 2, 3)),
    ],
)
def test_reading_a_version(text: str, version: Version | None) -> None:
    assert parse(text) == version


def test_a_development_build_lacks_nothing() -> None:
    assert is_development((0, 0, 0))
    assert lacking((0, 0, 0)) == []


def test_what_a_server_is_too_old_for() -> None:
    assert lacking((99, 0, 0)) == []
    assert lacking(max(SINCE.values())) == []
    assert len(lacking((0, 1, 0))) == len(SINCE)
    assert lacking((0, 21, 9)) == ["`--think max` (0.22.0)"]
