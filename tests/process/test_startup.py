"""What is loaded: as little as the command needs, counted in a process of its own."""

import sys
from collections.abc import Mapping

import pytest
from hostile import Server, by_path, document, lines
from shell import python

LOADED = """
import runpy, sys
first = set(sys.modules)
sys.argv = ["ollama-cli", *sys.argv[1:]]
try:
    runpy.run_module("ollama_cli", run_name="__main__")
except SystemExit as leave:
    assert not leave.code, leave.code
sys.stdout.flush()
print("\\n" + " ".join(sorted(set(sys.modules) - first)), file=sys.stderr)
"""
TAGS = document({"models": [{"name": "m:latest", "capabilities": ["completion"]}]})
VERSION = document({"version": "0.32.15"})
DONE = {"model": "m", "message": {"content": "ok"}, "response": "ok", "done": True}
HEAVY = {
    *("requests", "urllib3", "rich", "pydantic", "asyncio", "tomllib", "tomli_w", "tomlkit"),
    *("prompt_toolkit", "wcwidth", "readline", "jq"),
}
OURS = {"ollama_cli", "__main__", "__mp_main__"}


def loaded(*args: str, env: Mapping[str, str] | None = None) -> set[str]:
    """Run a command and give the top-level names of what it imported."""
    result = python(LOADED, *args, env=env)
    assert result.code == 0, result.err
    return {name.partition(".")[0] for name in result.err.splitlines()[-1].split()}


def strangers(modules: set[str]) -> set[str]:
    return {name for name in modules - OURS - sys.stdlib_module_names if name[:1] != "_"}


def test_the_version_loads_nothing_from_elsewhere() -> None:
    modules = loaded("--version")
    assert strangers(modules) == set()
    assert not modules & {*HEAVY, "typing", "dataclasses", "json"}


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["chat", "--help"],
        ["models", "pull", "-h"],
        ["models", "outdated", "-h"],
        ["models", "update", "-h"],
        ["demo", "tour", "-h"],
    ],
)
def test_help_loads_neither_requests_nor_rich(args: list[str]) -> None:
    modules = loaded(*args)
    assert not modules & HEAVY
    assert strangers(modules) <= {"typer", "shellingham", "platformdirs", "annotated_doc"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_loads_no_more_than_help_even_if_the_server_is_asked(shell: str) -> None:
    with Server(TAGS) as server:
        env = {"_OLLAMA_CLI_COMPLETE": shell, "OLLAMA_HOST": server.url}
        words = ["ollama-cli run ", ""] if shell == "bash" else ["ollama-cli", "run", ""]
        modules = loaded(*words, env=env)
        assert server.connections == 1
    assert not modules & {*HEAVY, "http", "email", "ssl", "certifi"}
    assert strangers(modules) <= {"typer", "shellingham", "platformdirs", "annotated_doc"}


def test_health_loads_what_it_asks_with_and_no_more() -> None:
    with Server(by_path({"/api/version": VERSION, "/api/tags": TAGS})) as server:
        modules = loaded("health", "--host", server.url)
    assert not modules & {"rich", "pydantic", "tomllib", "tomli_w", "tomlkit", "asyncio", "shlex"}
    assert "requests" in modules


@pytest.mark.parametrize(
    "args",
    [
        ["models", "list"],
        ["chat", "hi", "-m", "m"],
        ["generate", "hi", "-m", "m", "--json"],
        ["models", "pull", "m"],
        ["config", "show"],
    ],
)
def test_what_is_piped_loads_no_rich(args: list[str]) -> None:
    answers = lines({**DONE, "status": "success"})
    paths = {"/api/tags": TAGS, "/api/chat": answers, "/api/generate": answers}
    with Server(by_path({**paths, "/api/pull": answers})) as server:
        modules = loaded(*args, "--host", server.url)
    assert not modules & {"rich", "pydantic", "tomli_w", "tomlkit", "asyncio", "readline"}
    assert not modules & {"prompt_toolkit", "wcwidth"}
    assert not modules & {"jsonschema", "referencing", "markdown_it", "pygments", "yaml", "jq"}
    assert "pull" in args or "sqlite3" not in modules


def test_who_wants_no_history_loads_no_database() -> None:
    with Server(lines({"status": "success"})) as server:
        env = {"OLLAMA_CLI_HISTORY": "0"}
        assert "sqlite3" not in loaded("models", "pull", "m", "--host", server.url, env=env)


def test_config_loads_nothing_of_the_network() -> None:
    for words in (["config", "path"], ["config", "show"], ["hosts", "list"]):
        assert not loaded(*words) & {"rich", "pydantic", "asyncio", "tomlkit"}


def test_the_package_loads_nothing_until_it_is_asked() -> None:
    code = (
        "import sys; first = set(sys.modules); import ollama_cli\n"
        "print(*sorted(set(sys.modules) - first))\n"
        "from ollama_cli import OllamaClient, same_model\n"
        "print(OllamaClient.__name__, same_model('a', 'a:latest'))\n"
        "print(*(name for name in ollama_cli.__all__ if getattr(ollama_cli, name) is None))\n"
        "print('requests' in sys.modules, 'typer' in sys.modules)"
    )
    result = python(code)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[0] == "ollama_cli ollama_cli.__version__"
    assert result.out.splitlines()[1:] == ["OllamaClient True", "", "True False"]


def test_an_unknown_name_of_the_package_is_an_attribute_error() -> None:
    result = python("import ollama_cli; ollama_cli.nothing")
    assert result.code == 1
    assert "module 'ollama_cli' has no attribute 'nothing'" in result.err


def test_a_client_connects_when_it_is_told_to_and_not_before() -> None:
    code = (
        "import sys; from ollama_cli import OllamaClient, OllamaCliError\n"
        "client = OllamaClient('http://127.0.0.1:9'); print(client.base_url)\n"
        "try: OllamaClient.connect('http://127.0.0.1:9')\n"
        "except OllamaCliError as error: print(error.code, error.exit_code)"
    )
    assert python(code).out == "http://127.0.0.1:9\nunreachable 3\n"


FAULTS = """
import resource, sys
from ollama_cli.cli import main as door, parser

def leaf():
    return None

def descend(depth):
    for _ in range(500):
        leaf()
    if depth:
        descend(depth - 1)

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def run(*_):
    descend(200)
    before = faults()
    descend(200)
    print(faults() - before)

parser.run = run
door.main([])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts page faults as Linux does")
def test_no_depth_of_calls_maps_memory_again_and_again() -> None:
    result = python(FAULTS)
    assert result.code == 0, result.err
    assert int(result.out) < 200  # 500 and more where one depth does
