"""What generate and chat refuse, in the words of the real server."""

import json
from typing import Any

import pytest


def _user(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def _chat(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "demo", "messages": _user(text), **more}


@pytest.mark.parametrize(
    ("more", "status", "text"),
    [
        ({"model": "nope"}, 404, "model 'nope' not found"),
        ({"model": "bad name"}, 400, "invalid model name"),
        ({"model": "demo-embed"}, 400, '"demo-embed" does not support TASK'),
        ({"think": True}, 400, '"demo" does not support thinking'),
        ({"think": "low"}, 400, '"demo" does not support thinking'),
        (
            {"think": "huge"},
            400,
            'invalid think value: "huge" (must be "high", "medium", "low", "max", true, or false)',
        ),
        ({"options": {"stop": "x"}}, 500, 'option "stop" must be of type array'),
        ({"options": {"stop": [1]}}, 500, 'option "stop" must be of an array of strings'),
        ({"options": {"temperature": "hot"}}, 500, 'option "temperature" must be of type float32'),
        ({"options": {"num_ctx": True}}, 500, 'option "num_ctx" must be of type integer'),
        (
            {"format": "yaml"},
            500,
            r'invalid format: "\"yaml\""; expected "json" or a valid JSON Schema object',
        ),
        ({"keep_alive": True}, 400, "Unsupported type: 'bool'"),
        ({"keep_alive": []}, 400, "Unsupported type: '[]interface {}'"),
        ({"keep_alive": "300"}, 400, 'time: missing unit in duration "300"'),
        ({"keep_alive": "soon"}, 400, 'time: invalid duration "soon"'),
        ({"top_logprobs": 21}, 400, "top_logprobs must be between 0 and 20"),
        (
            {"stream": "no"},
            400,
            "json: cannot unmarshal string into Go struct field STRUCT.stream of type bool",
        ),
    ],
)
@pytest.mark.parametrize("task", ["generate", "chat"])
def test_refusals(demo: Any, task: str, more: dict[str, Any], status: int, text: str) -> None:
    wanted = {"model": "demo", "prompt": "Hi", "messages": _user("Hi"), **more}
    reply = demo(f"/api/{task}", wanted)
    struct = f"{task.capitalize()}Request"
    expected = text.replace("TASK", task).replace("STRUCT", struct)
    assert (reply.status, reply.error) == (status, expected)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"suffix": "x"}, "registry.ollama.ai/library/demo:latest does not support insert"),
        ({"raw": True, "system": "x"}, "raw mode does not support template, system, or context"),
        ({"images": ["data:image/png;base64,aGk="]}, "illegal base64 data at input byte 4"),
        ({"images": ["aGk"]}, "illegal base64 data at input byte 3"),
    ],
)
def test_generate_refusals(demo: Any, more: dict[str, Any], text: str) -> None:
    reply = demo("/api/generate", {"model": "demo", "prompt": "Hi", **more})
    assert (reply.status, reply.error) == (400, text)


def test_generate_without_a_model_is_not_found(demo: Any) -> None:
    reply = demo("/api/generate", {"prompt": "Hi"})
    assert (reply.status, reply.error) == (404, "model '' not found")


def test_chat_refuses_tools_and_images(demo: Any) -> None:
    tools = demo("/api/chat", _chat("x", tools=[{"type": "function"}]))
    assert tools.error == "registry.ollama.ai/library/demo:latest does not support tools"
    seen = {"model": "demo", "messages": [{"role": "user", "content": "x", "images": ["aGk="]}]}
    inner = json.loads(demo("/api/chat", seen).error)
    assert inner["error"]["message"].startswith("Multimodal data provided")
    seen["messages"] = [{"role": "user", "content": "x", "images": [3]}]
    assert "of type api.ImageData" in demo("/api/chat", seen).error


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"enum": 5}, "failed to parse grammar"),
        ({"type": "string", "pattern": "[0-9]{4}"}, "Pattern must start with '^' and end with '$'"),
        ({"type": "string", "pattern": r"^\d+$"}, "failed to parse grammar"),
        ({"type": "string", "pattern": "^($"}, "failed to parse grammar"),
        ({"$ref": "#"}, "Unsupported ref: #"),
    ],
)
def test_schemas_that_cannot_be_followed(demo: Any, schema: object, text: str) -> None:
    reply = demo("/api/generate", {"model": "demo", "prompt": "x", "format": schema})
    inner = json.loads(reply.error)["error"]
    assert (reply.status, inner["code"], inner["type"]) == (400, 400, "invalid_request_error")
    assert inner["message"].endswith(text)
