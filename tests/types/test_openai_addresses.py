"""An address that ends in a version, or in `openai`, is asked as it was typed."""

import pytest

from ollama_cli.types import urls
from ollama_cli.types.urls import base_url_to_host_root, names_openai, openai_path


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("h", "http://h/v1"),
        ("h/prefix", "http://h/prefix/v1"),
        ("h/v1/v1/", "http://h/v1"),
        ("h/v1/models/x", "http://h/v1"),
        ("h/api/chat", "http://h/v1"),
        ("h/api", "http://h/v1"),
        ("h/chat/completions", "http://h/v1"),
        ("h/api/v1", "http://h/api/v1"),
        ("h/api/v1/chat/completions", "http://h/api/v1"),
        ("h/openai/v1", "http://h/openai/v1"),
        ("h/v4", "http://h/v4"),
        ("h/api/paas/v4/", "http://h/api/paas/v4"),
        ("h/api/paas/v4/chat/completions", "http://h/api/paas/v4"),
        ("h/v2beta1/embeddings", "http://h/v2beta1"),
        ("h/v1beta/openai", "http://h/v1beta/openai"),
        ("h/v1beta/openai/chat/completions", "http://h/v1beta/openai"),
        ("h/v1/openai", "http://h/v1/openai"),
        ("h/openai", "http://h/openai"),
        ("h/V4", "http://h/V4/v1"),
        ("h/v4x", "http://h/v4x/v1"),
    ],
)
def test_what_ends_in_a_version_or_in_openai_is_asked_as_it_was_typed(
    address: str, url: str
) -> None:
    assert openai_url(f"http://{address}") == url
    assert openai_url(url) == url, "it is its own"


def openai_url(address: str) -> str:
    return base_url_to_host_root(address) + openai_path(address)


@pytest.mark.parametrize(
    ("address", "names", "may_be_webui"),
    [
        ("h", False, False),
        ("h/v1", True, False),
        ("h/api/v1", True, False),
        ("h/v4/models", True, False),
        ("h:1/v1beta/openai", True, False),
        ("h/api", False, True),
        ("h/p/api/", False, True),
        ("h/api/chat/completions", False, True),
        ("h/api/tags", False, False),
        ("h/v1/api", False, False),
        ("h/apiary", False, False),
    ],
)
def test_the_end_of_an_address_names_the_api(address: str, names: bool, may_be_webui: bool) -> None:
    assert names_openai(address) is names
    assert urls.may_be_webui(address) is may_be_webui


@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("h/p/api/v1/chat/completions", "h/p/api"),
        ("h/api/v1/api", "h"),
        ("h/api/api/v1", "h"),
        ("h/v1beta/openai/models", "h/v1beta/openai"),
        ("h/p/chat/completions", "h/p"),
    ],
)
def test_the_root_of_api_v1_keeps_api_and_no_other_does(address: str, root: str) -> None:
    assert base_url_to_host_root(f"http://{address}") == f"http://{root}"
