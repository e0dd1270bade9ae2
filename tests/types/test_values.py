"""What is public is what the standard library knows as frozen dataclasses, or is a tuple."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from ollama_cli import Capabilities, ChunkProgress, Error, Health, Status, Success, Timeouts
from ollama_cli.types.answer_events import Done, Text, Thinking, ToolCall
from ollama_cli.types.answers import Answer, Embeddings, Timings, Usage
from ollama_cli.types.manifests import Manifest, ManifestLayer
from ollama_cli.types.model_details import ModelDetails, RunningModel
from ollama_cli.types.models import ModelSummary
from ollama_cli.types.pull_events import Expected, Layer, Phase, Restart
from ollama_cli.types.values import dataclass
from ollama_cli.ui.progress.stats import LayerSnapshot, PullSnapshot

HASHABLE = [
    Status("pulling manifest"),
    ChunkProgress("sha256:a", 10, 5),
    Success(),
    Error("no space"),
    Layer("sha256:a", 10),
    Expected((Layer("sha256:a", 10),)),
    Restart(1, "cut", 0.5),
    Text("hi"),
    Thinking("hm"),
    Usage(1, 2),
    Timings(0.5),
    Embeddings("m", ((1.0, 2.0),)),
    ModelSummary("m", capabilities=("vision",)),
    RunningModel("m"),
    Capabilities(("tools",), 4096),
    ManifestLayer("sha256:a", 10),
    Manifest("sha256:b", (ManifestLayer("sha256:a", 10),)),
    Health(connected=True, base_url="http://h"),
    Timeouts(),
    PullSnapshot(5, 10, 0.5, None, None, (LayerSnapshot("sha256:a", 5, 10, done=False),)),
]
OTHERS = [ToolCall("f", {"a": 1}), Done(Answer("m", "hi")), ModelDetails("m")]


@pytest.mark.parametrize("value", [*HASHABLE, *OTHERS], ids=lambda value: type(value).__name__)
def test_a_public_value_is_a_frozen_dataclass(value: object) -> None:
    assert dataclasses.is_dataclass(value)
    assert not isinstance(value, type)
    fields = dataclasses.fields(value)
    assert dataclasses.asdict(value).keys() == {field.name for field in fields}
    other = dataclasses.replace(value)
    assert other == value
    assert other is not value
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301  our own bytes
    for name in ("new", *(field.name for field in fields)):
        with pytest.raises((AttributeError, TypeError)):
            setattr(value, name, None)


@pytest.mark.parametrize("value", HASHABLE, ids=lambda value: type(value).__name__)
def test_it_is_hashable_where_all_it_holds_is(value: object) -> None:
    assert hash(value) == hash(pickle.loads(pickle.dumps(value)))  # noqa: S301  our own bytes


def test_it_differs_by_its_fields_and_by_its_kind() -> None:
    assert Status("a") != Status("b")
    others: list[object] = [Thinking("a"), ("a",), "a"]
    assert Text("a") not in others


def test_defaults_that_can_change_are_made_anew() -> None:
    first, second = ToolCall("f"), ToolCall("f")
    first.arguments["a"] = 1
    assert second.arguments == {}


def test_a_class_is_a_dataclass_before_its_first_value_is_made() -> None:
    @dataclass(frozen=True)
    class Point:
        x: int
        y: int = 0
        names: list[str] = dataclasses.field(default_factory=list)

    assert dataclasses.is_dataclass(Point)
    assert [each.name for each in dataclasses.fields(Point)] == ["x", "y", "names"]
    assert Point.__match_args__ == ("x", "y", "names")
    unmade = copy.copy(Point.__new__(Point))
    assert repr(Point(1)) == f"{Point.__qualname__}(x=1, y=0, names=[])"
    assert list(inspect.signature(Point).parameters) == ["x", "y", "names"]
    assert Point(1).names is not Point(1).names
    assert type(unmade) is Point
    make: Callable[..., Point] = Point
    for wrong in ([], [1, 2, [], 4]):
        with pytest.raises(TypeError, match="positional argument"):
            make(*wrong)
    with pytest.raises(dataclasses.FrozenInstanceError):
        del Point(1).x


def test_the_first_values_may_be_made_by_many_threads_at_once() -> None:
    @dataclass(frozen=True)
    class Point:
        x: int
        y: int = 2

    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(Point, range(200)))
    assert made == [Point(number, 2) for number in range(200)]


def test_a_status_that_a_user_makes_knows_its_phase() -> None:
    assert Status("verifying sha256 digest").phase is Phase.VERIFYING
    changed = dataclasses.replace(Status("waiting"), text="writing manifest")
    assert changed.phase is Phase.WRITING
    assert dataclasses.asdict(changed) == {"text": "writing manifest"}


def test_a_value_that_could_be_changed_is_no_value() -> None:
    with pytest.raises(TypeError, match="values are frozen"):
        dataclass(frozen=False)
