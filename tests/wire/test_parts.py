"""Whatever a server calls them: text, thinking and what cannot be shown are told apart."""

from typing import Any

import pytest

from ollama_cli.wire.parts import read_pieces

TEXT = [("text", "hi")]


@pytest.mark.parametrize(
    ("part", "pieces"),
    [
        ({"content": "hi"}, TEXT),
        ({"text": "hi"}, TEXT),
        ({"response": "hi"}, TEXT),
        ({"content": None, "refusal": "hi"}, TEXT),
        ({"content": [{"type": "text", "text": "hi"}]}, TEXT),
        ({"content": [{"type": "output_text", "text": "hi"}]}, TEXT),
        ({"content": [{"text": {"content": "hi"}}]}, TEXT),
        ({"content": ["h", "i"]}, [("text", "h"), ("text", "i")]),
        ({"content": {"type": "text", "text": "hi"}}, TEXT),
        ({"content": "", "text": "hi"}, TEXT),
        ({"content": [{"type": "text", "text": {"value": "hi", "annotations": []}}]}, TEXT),
        ({"content": "hi", "refusal": "No."}, [*TEXT, ("text", "No.")]),
        ({"content": "hi", "refusal": "hi"}, TEXT),
        (
            {"content": [{"type": "text", "text": "hi"}, {"type": "File", "file": {"id": "x"}}]},
            [*TEXT, ("unshown", "a part of type 'file'")],
        ),
        (
            {"content": ["hi", {"type": "tool_use"}]},
            [*TEXT, ("unshown", "a part of type 'tool_use'")],
        ),
        ({"content": [{"type": "text", "text": ""}, {"type": "reference", "ids": [1]}]}, []),
        ({"audio": {"transcript": "hi"}}, [*TEXT, ("unshown", "audio")]),
        ({"thinking": "hm"}, [("thinking", "hm")]),
        ({"reasoning": "hm", "reasoning_content": "hm"}, [("thinking", "hm")]),
        ({"reasoning_details": [{"type": "reasoning.text", "text": "hm"}]}, [("thinking", "hm")]),
        ({"thinking_blocks": [{"thinking": "hm"}], "content": "hi"}, [("thinking", "hm"), *TEXT]),
        (
            {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]},
            [("thinking", "hm")],
        ),
        ({"content": [{"thought": True, "text": "hm"}, "hi"]}, [("thinking", "hm"), *TEXT]),
        (
            {"content": [{"type": "image_url", "image_url": {"url": "x"}}]},
            [("unshown", "an image")],
        ),
        ({"images": [{"image_url": {"url": "x"}}]}, [("unshown", "an image")]),
        ({"content": [{"type": "input_audio"}]}, [("unshown", "audio")]),
        ({}, []),
        ({"content": [None, 5, [], {}, {"type": 5}]}, []),
        ({"role": "assistant", "content": None}, []),
    ],
)
def test_a_part_is_read(part: dict[str, Any], pieces: list[tuple[str, str]]) -> None:
    assert list(read_pieces(part)) == pieces


def test_parts_that_are_nested_without_end_end() -> None:
    part: Any = "hi"
    for _ in range(100_000):
        part = [part]
    assert list(read_pieces({"content": part})) == []
