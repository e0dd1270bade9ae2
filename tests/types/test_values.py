"""Frozen values behave as frozen dataclasses do."""

import copy
import pickle

import pytest

from ollama_cli.types.values import Value, as_dict, field, fields, replace


class Point(Value):
    """A value with a default."""

    x: int
    y: int = 0


class Other(Value):
    """Another kind with the same fields."""

    x: int
    y: int = 0


class Bag(Value):
    """A value whose default is made anew."""

    things: dict[str, int] = field(default_factory=dict)


def test_fields_are_given_by_place_or_by_name() -> None:
    assert Point(1, 2) == Point(y=2, x=1)
    assert (Point(1).x, Point(1).y) == (1, 0)


@pytest.mark.parametrize(
    ("places", "names"), [((), {}), ((1, 2, 3), {}), ((1,), {"z": 2}), ((1,), {"x": 2})]
)
def test_what_does_not_fit_is_a_type_error(places: tuple[int, ...], names: dict[str, int]) -> None:
    with pytest.raises(TypeError):
        Point(*places, **names)


def test_a_field_cannot_be_set_removed_or_added() -> None:
    point = Point(1)
    with pytest.raises(AttributeError, match="Point is frozen: x cannot be set"):
        point.x = 2  # type: ignore[misc]  # the point of the test
    with pytest.raises(AttributeError, match="frozen"):
        del point.y
    with pytest.raises(AttributeError, match="frozen"):
        point.z = 1  # type: ignore[assignment]  # the point of the test
    assert not hasattr(point, "__dict__")


def test_values_of_one_kind_with_equal_fields_are_equal() -> None:
    assert Point(1, 2) == Point(1, 2)
    assert Point(1, 2) != Point(1, 3)
    assert Point(1, 2) != Other(1, 2)
    assert Point(1, 2) != (1, 2)


def test_equal_values_are_one_key() -> None:
    assert {Point(1), Point(1, 0), Other(1)} == {Point(1), Other(1)}
    with pytest.raises(TypeError):
        hash(Bag())


def test_a_default_that_can_change_is_made_anew() -> None:
    first, second = Bag(), Bag()
    first.things["a"] = 1
    assert second.things == {}
    assert Bag({"b": 2}).things == {"b": 2}


def test_a_value_shows_its_fields() -> None:
    assert repr(Point(1, y=2)) == "Point(x=1, y=2)"


def test_a_value_matches_by_place() -> None:
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)


def test_a_value_is_copied_and_pickled() -> None:
    pickled = pickle.dumps(Point(1))
    assert pickle.loads(pickled) == Point(1)  # noqa: S301  our own bytes
    assert copy.deepcopy(Bag({"a": 1})) == Bag({"a": 1})


def test_fields_are_listed_and_replaced_by_name() -> None:
    assert fields(Point) == fields(Point(1)) == ("x", "y")
    assert as_dict(Point(1)) == {"x": 1, "y": 0}
    assert replace(Point(1, 2), y=3) == Point(1, 3)
    with pytest.raises(TypeError):
        replace(Point(1), z=1)
