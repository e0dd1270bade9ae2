"""What a model is told of tools, and which names they have."""

from typing import Any

import pytest

from ollama_cli.errors import ConfigError
from ollama_cli.features.tools.offers import (
    Offer,
    refuse_collisions,
    wire_name,
    without_booleans,
)


@pytest.mark.parametrize(
    ("schema", "sent"),
    [
        (True, {}),
        ({"properties": {"a": True, "b": False}}, {"properties": {"a": {}, "b": {}}}),
        ({"items": True}, {"items": {}}),
        ({"anyOf": [True, {"items": False}]}, {"anyOf": [{}, {"items": {}}]}),
        (
            {"$defs": {"x": {"properties": {"a": True}}}},
            {"$defs": {"x": {"properties": {"a": {}}}}},
        ),
        ({"properties": {"a": {"default": True}}}, {"properties": {"a": {"default": True}}}),
        ({"properties": {"a": {"enum": [True]}}}, {"properties": {"a": {"enum": [True]}}}),
        ({"additionalProperties": False}, {"additionalProperties": False}),
        ({"properties": {"items": True}}, {"properties": {"items": {}}}),
    ],
)
def test_schemas_that_are_booleans_become_empty(schema: Any, sent: Any) -> None:
    assert without_booleans(schema) == sent


def test_a_tool_without_properties_is_sent_with_none() -> None:
    sent = Offer("a", "s", "a", "", {}).as_wire()
    assert sent["function"]["parameters"] == {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("fs", "read"), "fs_read"),
        (("my.fs", "read/all now"), "my_fs_read_all_now"),
        (("s" * 40, "t" * 40), "s" * 40 + "_" + "t" * 23),
        (("größe",), "gr__e"),
    ],
)
def test_names_are_what_every_api_takes(parts: tuple[str, ...], name: str) -> None:
    assert wire_name(*parts) == name


def test_two_tools_of_one_name_are_refused() -> None:
    one, two = Offer("a_b_c", "a", "b_c", "", {}), Offer("a_b_c", "a_b", "c", "", {})
    refuse_collisions([one])
    with pytest.raises(ConfigError, match=r"two tools have the name 'a_b_c': a\.b_c and a_b\.c"):
        refuse_collisions([one, two])
