"""What other programs import from the package: lazily, typed, and at no cost before."""

import importlib
import importlib.metadata
import importlib.resources
import json
import subprocess
import sys
from typing import get_args

import pytest

import ollama_cli

PUBLIC = sorted(set(ollama_cli.__all__) - {"__version__"})


def run_python(code: str) -> list[str]:
    """Run code in a fresh process; gives the list that it prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8"
    )
    printed: list[str] = json.loads(done.stdout)
    return printed


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_the_one_of_its_module(name: str) -> None:
    module = importlib.import_module(f"ollama_cli.{ollama_cli._PLACES[name]}")
    assert getattr(ollama_cli, name) is getattr(module, name)


def test_the_lists_of_public_names_agree() -> None:
    assert list(ollama_cli.__all__) == sorted(ollama_cli.__all__)
    assert set(ollama_cli._PLACES) == set(PUBLIC)
    assert set(ollama_cli.__all__) <= set(dir(ollama_cli))
    assert dir(ollama_cli) == sorted(set(dir(ollama_cli)))


def test_what_is_public_stays_so() -> None:
    promised = (
        "is_openai_compatible_base_url base_url_to_host_root parse_host same_model"
        " Status ChunkProgress Success Error pull_events_from_value PullStats PullSnapshot"
        " PullProgressReporter BarsReporter LinesReporter JsonLinesReporter SilentReporter"
        " choose follow OllamaClient OpenAIClient Provider Health Capabilities Timeouts"
        " OllamaCliError Answer Embeddings ModelSummary RunningModel ModelDetails"
    )
    assert set(promised.split()) <= set(PUBLIC)
    assert None not in {getattr(ollama_cli, name) for name in PUBLIC}


@pytest.mark.parametrize("alias", ["ChatEvent", "PullEvent"])
def test_every_event_of_a_client_is_public(alias: str) -> None:
    events = get_args(getattr(ollama_cli, alias))
    assert {event.__name__ for event in events} <= set(PUBLIC)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'ollama_cli' has no attribute 'Nothing'"):
        _ = ollama_cli.Nothing
    assert not hasattr(ollama_cli, "Nothing")


def test_a_star_import_brings_all_of_them() -> None:
    brought = "from ollama_cli import *\nimport json\nprint(json.dumps(sorted(globals())))"
    assert set(ollama_cli.__all__) <= set(run_python(brought))


def test_the_types_are_shipped() -> None:
    assert importlib.resources.files("ollama_cli").joinpath("py.typed").is_file()


def test_the_version_is_the_one_that_is_installed() -> None:
    assert importlib.metadata.version("ollama-command-line") == ollama_cli.__version__


def test_a_fresh_import_loads_nothing_but_itself() -> None:
    code = (
        "import sys\nbefore = set(sys.modules)\nimport ollama_cli\n"
        "new = sorted(set(sys.modules) - before)\nimport json\nprint(json.dumps(new))"
    )
    assert run_python(code) == ["ollama_cli", "ollama_cli.__version__"]


def test_names_that_need_no_network_load_no_third_party_module() -> None:
    code = (
        "import sys\nbefore = set(sys.modules)\n"
        "from ollama_cli import Error, Health, PullStats, Timeouts, same_model, parse_host\n"
        "from ollama_cli import LinesReporter, follow, choose, pull_events_from_value\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "import json\n"
        "print(json.dumps(sorted(new - sys.stdlib_module_names - {'ollama_cli'})))"
    )
    assert run_python(code) == []
