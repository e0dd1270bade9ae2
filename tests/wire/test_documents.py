"""Documents of the native API become replies; every field may be missing."""

from dataclasses import fields
from typing import Any

import pytest

from ollama_cli.errors import ProtocolError
from ollama_cli.types.answers import Embeddings, Timings, Usage
from ollama_cli.types.health import Health
from ollama_cli.types.model_details import ModelDetails, RunningModel
from ollama_cli.types.models import ModelSummary
from ollama_cli.wire import details, embeddings, ollama, openai

FULL = {
    "name": "m:8b",
    "model": "m:8b",
    "modified_at": "2026-08-01T09:00:00+02:00",
    "size": 5,
    "digest": "ab",
    "details": {"family": "llama", "parameter_size": "8B", "quantization_level": "Q4"},
    "capabilities": ["completion", 3, "tools"],
    "remote_host": "https://ollama.com",
}


def test_an_installed_model_is_read_in_full() -> None:
    (model,) = ollama.parse_tags({"models": [FULL]})
    assert model == ModelSummary(
        name="m:8b",
        digest="ab",
        size=5,
        parameter_size="8B",
        quantization="Q4",
        family="llama",
        capabilities=("completion", "tools"),
        modified_at="2026-08-01T07:00:00Z",
        remote_host="https://ollama.com",
    )
    assert model.is_remote


@pytest.mark.parametrize("more", [{}, {"model": None, "details": None, "size": "5"}])
def test_an_installed_model_may_lack_every_field_but_its_name(more: dict[str, object]) -> None:
    (model,) = ollama.parse_tags({"models": [{"name": "m", **more}]})
    assert model == ModelSummary(name="m")
    assert not model.is_remote


@pytest.mark.parametrize("nameless", [{}, {"name": ""}, {"name": None}, {"name": " \n"}, {"id": 3}])
def test_what_has_no_name_is_passed_over_in_every_list(nameless: dict[str, object]) -> None:
    listed = {"models": [nameless, {"name": "m"}, nameless]}
    assert [model.name for model in ollama.parse_tags(listed)] == ["m"]
    assert [model.name for model in details.parse_ps(listed)] == ["m"]
    ids = {"data": [{"id": nameless.get("name")}, {"id": "m"}]}
    assert [model.name for model in openai.parse_models(ids)] == ["m"]


def test_the_name_of_a_model_may_stand_in_either_field() -> None:
    assert ollama.parse_tags({"models": [{"model": "m"}]})[0].name == "m"
    assert details.parse_ps({"models": [{"model": "m"}]})[0].name == "m"


@pytest.mark.parametrize("document", [{"models": None}, {"models": []}, {"models": [3, "x", None]}])
def test_a_server_may_have_no_models(document: object) -> None:
    assert ollama.parse_tags(document) == []
    assert details.parse_ps(document) == []


@pytest.mark.parametrize("document", [{}, None, [], "x", 3, {"data": []}, {"models": {}}])
def test_a_document_without_a_list_of_models_is_not_ollamas(document: object) -> None:
    with pytest.raises(ProtocolError, match="no list of models"):
        ollama.parse_tags(document)
    with pytest.raises(ProtocolError, match="no list of models"):
        details.parse_ps(document)


def test_models_come_newest_first_and_by_name_within_a_second() -> None:
    times = {
        "old": "2026-01-01T00:00:00Z",
        "b": "2026-01-02T00:00:00.9Z",
        "a": "2026-01-02T00:00:00.1Z",
        "east": "2026-01-02T02:00:01+02:00",
        "never": None,
    }
    listed = [{"name": name, "modified_at": time} for name, time in times.items()]
    named = [model.name for model in ollama.parse_tags({"models": listed})]
    assert named == ["east", "a", "b", "old", "never"]


def test_a_running_model_is_read_in_full_and_may_lack_every_field() -> None:
    full = {**FULL, "size_vram": 3, "expires_at": "2026-08-01T09:00:00Z", "context_length": 4096}
    assert details.parse_ps({"models": [full, {"name": "n"}]}) == [
        RunningModel(
            name="m:8b",
            digest="ab",
            size=5,
            size_vram=3,
            parameter_size="8B",
            quantization="Q4",
            family="llama",
            expires_at="2026-08-01T09:00:00Z",
            context_length=4096,
        ),
        RunningModel(name="n", size_vram=0),
    ]


@pytest.mark.parametrize(
    "document", [{}, None, [], {"version": ""}, {"version": None}, {"version": 3}, "0.32"]
)
def test_a_document_without_a_version_is_not_ollamas(document: object) -> None:
    with pytest.raises(ProtocolError, match="no version"):
        ollama.parse_version(document)


def test_the_description_of_a_model_may_lack_every_field() -> None:
    assert details.parse_show({}, "m") == ModelDetails(name="m")
    wrong: dict[str, Any] = {"modelfile": 3, "details": [], "capabilities": "x", "model_info": None}
    assert details.parse_show(wrong, "m") == ModelDetails(name="m", document=wrong)


def test_the_parameters_of_a_model_are_sorted() -> None:
    shown = details.parse_show({"parameters": 'temperature 1\nstop "b"\nstop "a"'}, "m")
    assert shown.parameters == 'stop "a"\nstop "b"\ntemperature 1'


def test_embeddings_are_read_with_their_figures() -> None:
    document = {
        "model": "e",
        "embeddings": [[1, 0], [0.5, 0.5]],
        "total_duration": 2_000_000_000,
        "prompt_eval_count": 4,
    }
    reply = embeddings.parse_embed(document, "asked", 2)
    assert reply == Embeddings("e", ((1, 0), (0.5, 0.5)), Usage(4), Timings(total=2.0))
    assert reply.dimensions == 2
    assert Embeddings("e", ()).dimensions == 0


@pytest.mark.parametrize(
    ("vectors", "words"),
    [
        ([], "0 vectors for 1 inputs"),
        (None, "0 vectors for 1 inputs"),
        ("x", "0 vectors for 1 inputs"),
        ([[1], [2]], "2 vectors for 1 inputs"),
        ([[]], "empty or all zeros"),
        ([[0, 0.0]], "empty or all zeros"),
        ([[float("nan")]], "no list of finite numbers"),
        ([["1"]], "no list of finite numbers"),
        ([None], "no list of finite numbers"),
        ([1.0], "no list of finite numbers"),
    ],
)
def test_embeddings_of_no_use_are_an_error(vectors: object, words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        embeddings.parse_embed({"embeddings": vectors}, "m", 1)


@pytest.mark.parametrize(
    "body",
    [
        b'{"embeddings":[[0.5,true]]}',
        b'{"embeddings":[[0.5],[false]],"model":"m"}',
        b'{"model":"[u","embeddings":[[true, 1.5]]}',
        b'{"embeddings": [ [0.5, true] ], "other": [[1]]}',
        b'{"other":[[1]],"embeddings":[[0.5,false]]}',
        b'{"embeddings":[[0.5,null]]}',
        b'{"embeddings":[[0.5,"1"]]}',
        b'{"embeddings":[[0.5,1e999]]}',
    ],
)
def test_an_embedding_holds_numbers_and_nothing_else(body: bytes) -> None:
    with pytest.raises(ProtocolError, match="no list of finite numbers"):
        embeddings.decode_embed(body, "m", 1 if body.count(b"],[") == 0 else 2)


def test_an_embedding_is_read_whatever_stands_around_it() -> None:
    for model in ("m", "[us]", "true"):
        body = b'{"model":"%b","embeddings":[[0.5,1]],"prompt_eval_count":3}' % model.encode()
        expected = Embeddings(model, ((0.5, 1),), Usage(3), Timings())
        assert embeddings.decode_embed(body, "m", 1) == expected


@pytest.mark.parametrize("document", [{}, None, {"embedding": []}, {"embedding": [0]}, [1.0]])
def test_an_older_embedding_of_no_use_is_an_error(document: object) -> None:
    with pytest.raises(ProtocolError):
        embeddings.parse_legacy_embedding(document)
    assert embeddings.parse_legacy_embedding({"embedding": [1, 2]}) == (1, 2)


@pytest.mark.parametrize(
    "value",
    [
        ModelSummary("m"),
        RunningModel("m"),
        ModelDetails("m"),
        Embeddings("m", ()),
        Health(connected=False, base_url="x"),
        Usage(),
        Timings(),
    ],
)
def test_replies_are_frozen(value: Any) -> None:
    field = fields(value)[0].name
    with pytest.raises(AttributeError, match="cannot assign to field"):
        setattr(value, field, None)
