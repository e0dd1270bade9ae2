"""The language in which faults are written, and whose turn it is."""

import pytest

from ollama_cli.demo import FAULTS, DemoServer
from ollama_cli.demo.script import ANSWERS, FORMATTED, KINDS, REGISTRY, Fault, Plan, parse

PULL, TAGS, MANIFEST = "/api/pull", "/api/tags", "/v2/library/llama3/manifests/8b"


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("stall", Fault("stall")),
        ("stall@99%", Fault("stall", percent=99)),
        ("cut@0%", Fault("cut", percent=0)),
        ("error@100%", Fault("error", percent=100)),
        ("reset@33.3%", Fault("reset", percent=33.3)),
        ("cut/64k", Fault("cut", step=64_000)),
        ("cut/64kB", Fault("cut", step=64_000)),
        ("cut/8M", Fault("cut", step=8_000_000)),
        ("cut/2g", Fault("cut", step=2_000_000_000)),
        ("cut/1", Fault("cut", step=1)),
        ("cut/1s", Fault("cut", seconds=1)),
        ("cut/0.5s", Fault("cut", seconds=0.5)),
        ("rollback", Fault("rollback", percent=50)),
        ("trickle", Fault("trickle", percent=0)),
        ("busy", Fault("busy")),
        (" registry-slow ", Fault("registry-slow")),
    ],
)
def test_one_fault(script: str, fault: Fault) -> None:
    assert parse(script) == (fault,)


def test_faults_in_a_row() -> None:
    assert parse("cut@40%, busy,reset/8M") == (
        Fault("cut", percent=40),
        Fault("busy"),
        Fault("reset", step=8_000_000),
    )


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("flood", "unknown fault 'flood'; there are: stall, cut, error, slow, "),
        ("", "unknown fault ''; there are: "),
        ("cut,", "unknown fault ''; there are: "),
        ("CUT", "unknown fault 'CUT'; there are: "),
        ("@40%", "unknown fault ''; there are: "),
        ("cut@140%", "fault 'cut@140%': a place is written cut@40% (0 to 100 percent of the model"),
        ("reset@40", "fault 'reset@40': a place is written reset@40% "),
        ("cut@", "fault 'cut@': a place is written "),
        ("cut/", "fault 'cut/': a place is written "),
        ("cut/0", "fault 'cut/0': a place is written "),
        ("cut/-1", "fault 'cut/-1': a place is written "),
        ("cut/8T", "fault 'cut/8T': a place is written "),
        ("cut/1s/1s", "fault 'cut/1s/1s': a place is written "),
        ("\x1b[2Jcut", "unknown fault '\\x1b[2Jcut'; there are: "),
        ("busy@40%", "fault 'busy@40%': busy takes no place; those that do: stall, cut, error, "),
        ("registry-html/1s", "fault 'registry-html/1s': registry-html takes no place; "),
    ],
)
def test_what_is_no_fault_is_told_with_what_there_is(script: str, told: str) -> None:
    with pytest.raises(ValueError, match="fault") as caught:
        DemoServer(fault=script)
    assert str(caught.value).startswith(told)


def _kinds(plan: Plan, *paths: str) -> list[str | None]:
    drawn = [plan.next_fault(path) for path in paths]
    return [fault.kind if fault else None for fault in drawn]


def test_no_script_is_no_fault() -> None:
    assert _kinds(Plan(None, None), PULL, TAGS, MANIFEST) == [None, None, None]


def test_every_word_is_a_fault_of_what_it_strikes() -> None:
    for word in FAULTS:
        drawn = _kinds(Plan(word, None), PULL, TAGS, MANIFEST)
        strikes = KINDS[word].strikes
        assert (drawn[2] == word) == (strikes == REGISTRY)
        assert (drawn[0] == word) == (strikes not in {REGISTRY, FORMATTED})
        formatted = Plan(word, None).next_fault("/api/chat", has_format=True)
        assert (formatted is not None) == (strikes in {ANSWERS, FORMATTED})


def test_a_place_makes_it_a_fault_of_pulls() -> None:
    plan = Plan("cut@40%", 1)
    assert _kinds(plan, TAGS, MANIFEST, PULL, PULL) == [None, None, "cut", None]
    assert _kinds(Plan("cut", 1), TAGS, PULL) == ["cut", None]


def test_faults_take_turns_for_so_many_answers() -> None:
    plan = Plan("cut@40%,reset@50%", 3)
    assert _kinds(plan, *[PULL] * 5) == ["cut", "reset", "cut", None, None]
    assert _kinds(Plan("cut,busy", None), *[TAGS] * 4) == ["cut", "busy", "cut", "busy"]


def test_a_fault_of_json_waits_for_an_answer_with_a_format() -> None:
    plan = Plan("badjson,cut", 2)
    assert plan.strikes("badjson")
    assert not plan.strikes("nojson")
    assert _kinds(plan, TAGS, PULL) == [None, None]
    drawn = [plan.next_fault("/api/chat", has_format=each) for each in (False, True, False, True)]
    assert [each and each.kind for each in drawn] == [None, "badjson", "cut", None]


def test_a_fault_of_pulls_waits_for_its_turn_and_for_a_pull() -> None:
    plan = Plan("html@50%,html", 2)
    assert _kinds(plan, TAGS, PULL, TAGS, PULL) == [None, "html", "html", None]


def test_the_registry_counts_by_itself() -> None:
    plan = Plan("registry-html,cut@40%", 1)
    assert _kinds(plan, PULL, MANIFEST, MANIFEST, PULL) == ["cut", "registry-html", None, None]
