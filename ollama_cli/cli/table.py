"""THE TABLE: every command, the module that holds it, and its one-line help.

Only the module of the command that runs is imported; help and completion are answered from here.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Entry(NamedTuple):
    """One command: its module below this package, which has a function `command`."""

    module: str
    help: str
    hidden: bool = False


class Branch(NamedTuple):
    """A command with commands below it; `default` runs when none of them is named."""

    help: str
    entries: "Mapping[str, Entry | Branch]" = MappingProxyType({})
    default: str | None = None
    examples: tuple[str, ...] = ()


_PULL: Final = Entry("models.pull", "Download models, with progress.")
_LIST: Final = Entry("models.list", "List the installed models.")
_SHOW: Final = Entry("models.show", "Show what a model is: sections, or one value.")
_RM: Final = Entry("models.rm", "Remove models, after asking.")
_PS: Final = Entry("models.ps", "List the models in memory.")
_STOP: Final = Entry("models.stop", "Unload models from memory.")
_CP: Final = Entry("models.cp", "Copy a model to another name.")

TABLE: Final[Mapping[str, Entry | Branch]] = {
    "chat": Entry("chat", "Answer a prompt, or hold a conversation."),
    "generate": Entry("generate", "Complete one prompt, without a conversation."),
    "models": Branch(
        "List, pull, show, remove and inspect models.",
        {
            "list": _LIST,
            "pull": _PULL,
            "outdated": Entry("models.outdated", "Compare installed models with the registry."),
            "update": Entry("models.update", "Pull outdated models again."),
            "default": Entry("models.default", "Print or set the model for chat and generate."),
            "pick": Entry("models.pick", "Choose a model by its number."),
            "show": _SHOW,
            "has": Entry("models.has", "Tell by the exit code whether a model is installed."),
            "rm": _RM,
            "cp": _CP,
            "ps": _PS,
            "stop": _STOP,
            "ensure": Entry("models.ensure", "Pull the models that a file lists."),
            "history": Entry("models.history", "List what was pulled, and how it ended."),
            "ls": Entry("models.list", _LIST.help, hidden=True),
        },
        examples=(
            "ollama-cli models list --filter 'size>5GB'",
            "ollama-cli models pull llama3:8b",
            "ollama-cli models show llama3:8b",
        ),
    ),
    "embed": Entry("embed", "Turn texts into vectors."),
    "health": Entry("health", "Check the server, by exit code."),
    "doctor": Entry("doctor", "Find out what is wrong with the connection, and what cures it."),
    "env": Entry("env", "Print or pass on the variables that other tools read."),
    "config": Branch(
        "Show and change settings.",
        {
            "show": Entry("config.show", "Show every setting and where it comes from."),
            "get": Entry("config.get", "Print one setting."),
            "set": Entry("config.set", "Write one setting to the config file."),
            "unset": Entry("config.unset", "Remove one setting from the config file."),
            "init": Entry("config.init", "Write a config file to start from."),
            "path": Entry("config.path", "Print where the config file is."),
        },
        examples=(
            "ollama-cli config show",
            "ollama-cli config set model llama3.2",
        ),
    ),
    "hosts": Branch(
        "Give servers names, and keys that no other server is shown.",
        {
            "list": Entry("hosts.list", "List the hosts that have a name."),
            "add": Entry("hosts.add", "Give an address a name, and say where its key is."),
            "rm": Entry("hosts.rm", "Remove a name, its address and its key."),
        },
        examples=(
            "ollama-cli hosts add work https://llm.example.com --api-key-env WORK_KEY",
            "ollama-cli --host work health",
        ),
    ),
    "demo": Branch(
        "See a tour of it on the built-in demo server, or run that server.",
        {
            "tour": Entry("demo.tour", "See it work in ten seconds; plain `demo` does it too."),
            "serve": Entry("demo.serve", "Run the demo server for your own tests."),
        },
        default="tour",
        examples=("ollama-cli demo", "ollama-cli demo serve --port 11434"),
    ),
    "help": Entry("help", "Explain exit codes, settings and formats."),
    # For hands that know `ollama`.
    "run": Entry("run", "chat with a model, as `ollama run`.", hidden=True),
    "list": Entry("models.list", _LIST.help, hidden=True),
    "ls": Entry("models.list", _LIST.help, hidden=True),
    "ps": Entry("models.ps", _PS.help, hidden=True),
    "pull": Entry("models.pull", _PULL.help, hidden=True),
    "rm": Entry("models.rm", _RM.help, hidden=True),
    "show": Entry("models.show", _SHOW.help, hidden=True),
    "cp": Entry("models.cp", _CP.help, hidden=True),
    "stop": Entry("models.stop", _STOP.help, hidden=True),
}
