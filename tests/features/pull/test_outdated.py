"""What an update changes is found layer by layer, in what the server shows of a model."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hostile import Peer, Script, Server, answer, by_path, document
from recordings import WIRE, parts
from registries import (
    BLOBS,
    CONFIG,
    LAYERS,
    PARAMS,
    SYSTEM,
    TEMPLATE,
    WEIGHTS,
    Blobs,
    changed,
    digest_of,
    manifest,
    registry,
    server,
    showing,
)

from ollama_cli.errors import ModelNotFoundError, ProtocolError, ServerError
from ollama_cli.features.pull.outdated import Freshness, compare
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.services.registry import Registry
from ollama_cli.types.models import ModelSummary
from ollama_cli.wire import decoding


@contextmanager
def both(there: Script, here: Script) -> Iterator[tuple[Server, Server]]:
    with Server(there) as one, Server(here) as other:
        yield one, other


def compared(there: Script, here: Script, digest: str = "0" * 64) -> Freshness:
    with both(there, here) as (one, other):
        return compare(
            OllamaClient(other.url),
            Registry(one.url),
            ModelSummary("m:latest", digest),
        )


def changes(
    layers: Blobs, config: bytes = CONFIG, shown: dict[str, object] | None = None
) -> list[str]:
    """Compare a registry of these layers with a server that has the usual ones."""
    return list(compared(registry(layers, config), server(shown)).changes)


def test_the_same_layers_in_another_document_are_up_to_date() -> None:
    assert compared(registry(), server()) == Freshness("m:latest", "current", to_fetch=0)


def test_the_same_document_needs_no_second_look() -> None:
    digest = digest_of(manifest(indent=1)).removeprefix("sha256:")
    with both(registry(), server()) as (one, other):
        client = OllamaClient(other.url)
        found = compare(client, Registry(one.url), ModelSummary("m", digest))
        assert found == Freshness("m", "current", to_fetch=0)
        assert not other.requests


def test_a_model_that_the_registry_does_not_know() -> None:
    found = compared(registry(model="library/other"), server())
    assert (found.status, found.reason) == ("local", "the registry does not know it")


def test_a_model_that_nobody_can_be_asked_about() -> None:
    client = OllamaClient("http://127.0.0.1:9")
    found = compare(client, Registry("none"), ModelSummary("m"))
    assert (found.status, found.to_fetch) == ("unknown", None)


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        ({"model": b"newer"}, ["weights"]),
        ({"projector": b"eyes"}, ["projector"]),
        ({"adapter": b"lora"}, ["adapter"]),
        ({"template": TEMPLATE.strip()}, ["template"]),
        ({"template": TEMPLATE + b"\n"}, ["template"]),
        ({"template": None}, ["template"]),
        ({"system": SYSTEM.strip()}, ["system"]),
        ({"system": SYSTEM[:-1]}, ["system"]),
        ({"system": None}, ["system"]),
        ({"license": b"Do not.\n"}, ["license"]),
        ({"license": None}, ["license"]),
        (
            {"params": b'{"temperature":1,"stop":["</s>","<|user|>"],"num_ctx":4096}'},
            ["parameters"],
        ),
        ({"params": b"{}"}, ["parameters"]),
        ({"params": None}, ["parameters"]),
        ({"messages": b'[{"role":"user","content":"hi"}]'}, ["messages"]),
        ({"tensor": b"a tensor"}, ["tensor"]),
        ({"model": b"newer", "system": b"other"}, ["weights", "system"]),
    ],
)
def test_each_kind_of_layer(layer: dict[str, bytes | None], told: list[str]) -> None:
    assert changes(changed(**layer)) == told


def test_what_an_update_costs_is_what_the_server_lacks() -> None:
    layers = changed(model=b"newer", system=TEMPLATE, license=b"new")
    found = compared(registry(layers, b"config"), server())
    assert found.changes == ("weights", "system", "license", "config")
    assert found.to_fetch == len(b"newer") + len(b"new") + len(b"config")


def test_parameters_are_compared_by_value_and_messages_by_words() -> None:
    spaced = b'{ "num_ctx": 4.096e3, "temperature": 0.90, "stop": ["<|user|>", "</s>"] }\n'
    talk = b'[ {"content": "hi\\n", "role": "user"} ]'
    shown = showing(messages=[{"role": "user", "content": "hi\n"}])
    assert changes(changed(params=spaced, messages=talk), shown=shown) == []
    assert changes(LAYERS, shown=shown) == ["messages"]


def test_a_text_of_no_bytes_is_no_text() -> None:
    layers = changed(system=b"", messages=b"[]")
    assert changes(layers, shown=showing(layers=changed(system=None))) == []


@pytest.mark.parametrize(
    ("parent", "origin", "told"),
    [
        ("base:latest", None, "base:latest"),
        ("/models/blobs/sha256-ab", None, "/models/blobs/sha256-ab"),
        ("base:latest", "base", ""),
        ("base:latest", "/home/maker/blobs/sha256-cd", "base:latest"),
        ("/home/maker/blobs/sha256-ab", "/home/maker/blobs/sha256-cd", ""),
        ("", "base", ""),
    ],
)
def test_what_was_made_here_is_told_from_what_was_made_elsewhere(
    parent: str, origin: str | None, told: str
) -> None:
    newer = json.loads(manifest(changed(model=b"newer")))
    newer["layers"][0]["from"] = origin
    params = answer(200, PARAMS)
    there = by_path({f"/v2/library/m/blobs/{digest_of(PARAMS)}": params}, document(newer))
    found = compared(there, server(showing(details={"parent_model": parent})))
    assert (found.status, found.parent) == ("outdated", told)


def test_several_licenses_are_found_in_the_text_that_joins_them() -> None:
    joined = (*LAYERS, ("license", b"Two.\n\n"), ("license", "Drei ä".encode()))
    assert changes(joined, shown=showing(layers=joined)) == []
    assert changes(LAYERS, shown=showing(layers=joined)) == ["license"]
    assert changes(joined[:-1], shown=showing(layers=joined)) == ["license"]
    assert changes(joined) == ["license"]


def test_bytes_that_are_no_text_are_compared_by_what_the_server_holds() -> None:
    latin = changed(license=b"\xa9 me\n")
    there, shown = registry(latin), showing(layers=latin)
    assert compared(there, server(shown, blobs=(*BLOBS, b"\xa9 me\n"))).changes == ()
    assert compared(there, server(shown)).changes == ("license",)


def test_projectors_and_adapters_that_are_there() -> None:
    layers = changed(projector=b"eyes", adapter=b"lora")
    assert changes(layers, shown=showing(layers=layers)) == []
    assert changes(LAYERS, shown=showing(layers=layers)) == ["projector", "adapter"]


def test_a_template_of_the_weights_is_no_layer() -> None:
    none = changed(template=None)
    shown = showing(layers=none, template="{%- if tools %}jinja{% endif %}")
    assert changes(none, shown=shown) == []
    assert changes(LAYERS, shown=shown) == ["template"]


def test_an_old_name_of_the_template_and_a_kind_that_is_not_used() -> None:
    old = changed(template=None, prompt=TEMPLATE, embed=b"vectors")
    assert changes(old) == []


def test_a_modelfile_without_blobs_leaves_it_to_what_the_server_holds() -> None:
    shown = {**showing(), "modelfile": "# Modelfile\nFROM m:latest\nTEMPLATE x\n"}
    assert changes(LAYERS, shown=shown) == []
    assert changes(changed(model=b"newer"), shown=shown) == ["weights"]


def test_a_text_that_looks_like_a_modelfile_names_no_weights() -> None:
    trap = f"a\nFROM /x/{digest_of(b'newer').replace(':', '-')}\n".encode()
    layers = changed(model=b"newer", template=trap)
    assert changes(layers, shown=showing(layers=changed(template=trap))) == ["weights"]


@pytest.mark.parametrize(
    ("path", "texts"),
    [
        ("show.http", {"system": b"You are a tiny test model."}),
        ("v0.32.15/show-native.http", {}),
        ("show-embed.http", {}),
    ],
)
def test_what_real_servers_show(path: str, texts: dict[str, bytes]) -> None:
    """The weights and texts of a recorded reply, and a registry that has the same ones."""
    shown = decoding.document(parts(WIRE / path)[2])
    assert isinstance(shown, dict)
    weights = shown["modelfile"].partition("sha256-")[2][:64]
    layers = list(texts.items())
    if path == "show.http":
        layers += [(kind, shown[kind].encode()) for kind in ("template", "license")]
        layers += [("params", b'{"temperature":0.9,"num_predict":200,"stop":["<|user|>","</s>"]}')]
    body = manifest([("model", WEIGHTS), *layers])
    body = body.replace(digest_of(WEIGHTS).encode(), f"sha256:{weights}".encode())
    scripts = {digest_of(data): answer(200, data) for _, data in layers}

    def there(peer: Peer) -> None:
        digest = peer.request.path.rpartition("/")[2]
        scripts.get(digest, answer(200, body))(peer)

    def here(peer: Peer) -> None:
        answer(200)(peer) if peer.request.method == "HEAD" else document(shown)(peer)

    assert compared(there, here) == Freshness("m:latest", "current", to_fetch=0)


def test_a_blob_of_parameters_that_cannot_be_read() -> None:
    with pytest.raises(ProtocolError):
        compared(registry(changed(params=b"<html>")), server())


def test_a_registry_without_the_blob_that_its_manifest_lists() -> None:
    def there(peer: Peer) -> None:
        is_manifest = "/manifests/" in peer.request.path
        answer(200, manifest(indent=1))(peer) if is_manifest else answer(500)(peer)

    with pytest.raises(ServerError, match="answers 500"):
        compared(there, server())


def test_a_model_that_went_away_meanwhile() -> None:
    gone = document({"error": "model 'm' not found"}, 404)
    with pytest.raises(ModelNotFoundError):
        compared(registry(), server(more={"/api/show": gone}))


def test_a_server_that_cannot_tell_what_it_holds() -> None:
    refused = {f"/api/blobs/{digest_of(PARAMS)}": answer(403)}
    with pytest.raises(Exception, match="403"):
        compared(registry(), server(more=refused))
