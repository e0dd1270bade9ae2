"""Manifests and what hangs on them: believed only where every digest and size has its form."""

import hashlib
import json
from typing import Any

import pytest
from registries import CONFIG, LAYERS, digest_of, manifest

from ollama_cli.errors import ProtocolError
from ollama_cli.types.manifests import ManifestLayer
from ollama_cli.wire.manifest import (
    parse_manifest,
    parse_messages,
    parse_parameters,
    parse_shown_parameters,
)

DIGEST = "sha256:" + "ab" * 32


def document(**fields: Any) -> bytes:
    return json.dumps({"layers": [], **fields}).encode()


def test_the_layers_in_their_order_and_the_config_last() -> None:
    body = manifest()
    found = parse_manifest(body)
    assert found.digest == hashlib.sha256(body).hexdigest()
    assert [layer.kind for layer in found.layers] == [*(kind for kind, _ in LAYERS), "config"]
    assert [layer.size for layer in found.layers] == [*(len(d) for _, d in LAYERS), len(CONFIG)]
    assert found.layers[0].digest == digest_of(LAYERS[0][1])


def test_a_digest_that_is_listed_twice_counts_once() -> None:
    layers = [("model", b"w"), ("license", b"same"), ("license", b"same")]
    found = parse_manifest(manifest(layers, config=b"w"))
    assert len(found.layers) == 4
    assert [layer.digest for layer in found.distinct] == [digest_of(b"w"), digest_of(b"same")]


def test_a_manifest_without_a_config_and_with_a_strange_media_type() -> None:
    layer = {"mediaType": "application/x-odd", "digest": DIGEST, "size": 3}
    assert parse_manifest(document(layers=[layer])).layers == (
        ManifestLayer(DIGEST, 3, "application/x-odd"),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"null",
        b"{}",
        b'{"layers": {}}',
        b'{"manifests": []}',
        document(config={}),
        document(config="sha256"),
        document(layers=[7]),
        document(layers=[{"digest": DIGEST}]),
        document(layers=[{"digest": DIGEST, "size": -1}]),
        document(layers=[{"digest": DIGEST, "size": True}]),
        document(layers=[{"digest": DIGEST, "size": 1.5}]),
        document(layers=[{"digest": DIGEST, "size": "9"}]),
        document(layers=[{"digest": DIGEST, "size": 2**63}]),
        document(layers=[{"digest": DIGEST, "size": 2**62}, {"digest": DIGEST, "size": 2**62}]),
        document(layers=[{"digest": DIGEST.upper(), "size": 1}]),
        document(layers=[{"digest": DIGEST + "\n", "size": 1}]),
        document(layers=[{"digest": "sha256:../../etc", "size": 1}]),
        document(layers=[{"digest": "sha256:model", "size": 1}]),
    ],
)
def test_what_is_no_manifest_is_not_believed_in_part(body: bytes) -> None:
    with pytest.raises(ProtocolError):
        parse_manifest(body)


def test_parameters_as_go_writes_them_and_as_the_registry_stores_them() -> None:
    stored = {
        "stop": ['a"b\\c\n\t\x1b', "\x85\u2028é😀\u200b"],
        "temperature": 1,
        "num_ctx": 1048576,
        "seed": -1,
        "use_mmap": True,
        "top_p": 1e-7,
        "num_keep": 123456789012,
        "nothing": None,
    }
    shown = r"""stop                           "\u0085\u2028é😀\u200b"
stop                           "a\"b\\c\n\t\x1b"
temperature                    1
num_ctx                        1.048576e+06
seed                           -1
use_mmap                       true
top_p                          1e-07
num_keep                       1.23456789012e+11
empty                          <nil>"""
    assert parse_shown_parameters(shown) == parse_parameters(stored)


@pytest.mark.parametrize(
    ("shown", "stored"),
    [
        ("temperature 0.8", {"temperature": 0.9}),
        ('stop "a"', {"stop": ["a", "b"]}),
        ('stop "a"\nstop "a"', {"stop": ["a"]}),
        ('stop "1"', {"stop": ["1", 1]}),
        ("seed 1", {"seed": True}),
        ("use_mmap true", {"use_mmap": "true"}),
        ("", {"seed": 1}),
        ("seed 1", {}),
    ],
)
def test_parameters_that_differ(shown: str, stored: dict[str, Any]) -> None:
    assert parse_shown_parameters(shown) != parse_parameters(stored)


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        (r'k "\a\b\f\r\v\U0001f600"', "\a\b\f\r\v😀"),
        (r'k "\Uffffffff"', "\ufffd"),
        (r'k "\q"', "q"),
        ("k plain words", "plain words"),
        ('k "', '"'),
        ("k  -0.5 ", -0.5),
    ],
)
def test_values_that_are_rarely_seen(shown: str, value: object) -> None:
    assert parse_shown_parameters(shown) == {"k": [repr(value)]}


def test_a_number_beyond_all_floats_is_one_that_differs() -> None:
    assert parse_parameters({"k": 10**400}) != parse_shown_parameters("k 1e+308")


def test_what_is_no_object_holds_no_parameters() -> None:
    assert parse_parameters([1]) == parse_parameters({"a": {"b": 1}}) == {}
    assert parse_shown_parameters("\nalone\n") == {}


def test_messages_are_compared_by_role_and_content() -> None:
    stored = [{"role": "user", "content": "hi\n", "images": None}, {"role": "assistant"}, 3]
    assert parse_messages(stored) == [("user", "hi\n"), ("assistant", "")]
    assert parse_messages(None) == parse_messages({}) == []
