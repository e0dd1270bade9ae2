"""Each phase has its own patience, and one value may rule them all."""

from dataclasses import astuple

import pytest

from ollama_cli.types.timeouts import Timeouts


def test_the_defaults_are_those_that_the_manual_names() -> None:
    assert astuple(Timeouts()) == (5.0, 2.0, 30.0, 600.0, 120.0, 1800.0)


@pytest.mark.parametrize("seconds", [7.0, 0.0])
def test_one_value_rules_every_phase_but_the_connection(seconds: float) -> None:
    ruled = Timeouts(connect=1).with_overall(seconds)
    assert astuple(ruled) == (1, *[seconds] * 5)


def test_no_value_changes_nothing() -> None:
    timeouts = Timeouts(health=9)
    assert timeouts.with_overall(None) == timeouts


def test_timeouts_cannot_be_changed_in_place() -> None:
    with pytest.raises(AttributeError, match="cannot assign"):
        Timeouts().connect = 1  # type: ignore[misc]  # the point of the test
