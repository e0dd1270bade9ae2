"""THE TABLE: every command, its module, its one-line help, its output formats, its traits.

Only the module of the command that runs is imported; help and completion read the table. The rows
at its top say which of the `GROUPS` of the help they stand in.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from ollama_cli.features.context import USUAL, Traits


class Entry(NamedTuple):
    """One command: its module below `commands`, and the formats of its output beside text.

    `items` is the key of the list in its JSON, if that holds one. Of JSON something may be chosen
    (`--fields`, `--jq`, `--line`) unless it `is_whole`. A hidden one is another word for the
    command with the same module, or with that of `like`.
    """

    module: str
    help: str
    outputs: tuple[str, ...] = ()
    traits: Traits = USUAL
    hidden: bool = False
    items: str = ""
    is_whole: bool = False
    group: str = ""
    like: str = ""

    @property
    def schema(self) -> str:
        """Return the words of the command as the schema of its documents has them."""
        return (self.like or self.module).replace(".", "-")

    def load(self) -> Callable[..., None]:
        """Import the module, and return its function `command`."""
        command: Callable[..., None]
        command = import_module(f"ollama_cli.cli.commands.{self.module}").command
        return command


class Branch(NamedTuple):
    """A command with commands below it; `default` runs when none of them is named."""

    help: str
    entries: "Mapping[str, Row]" = MappingProxyType({})
    default: str | None = None
    examples: tuple[str, ...] = ()
    group: str = ""

    @property
    def shown(self) -> "Mapping[str, Row]":
        """Return the rows that the help lists."""
        return {n: row for n, row in self.entries.items() if not getattr(row, "hidden", False)}


Row: TypeAlias = Entry | Branch
GROUPS: Final = ("talk", "models", "server", "settings")
"""What the commands of the program are for, in the order of its help."""
TOPICS: Final = (
    *("exit-codes", "environment", "options", "formats", "schema", "schema-words", "man", "agent"),
)
"""What `help` explains beside commands."""

# Commands that only look start no server; those that change a model do not pull it first.
_NO_START: Final = Traits(starts_server=False)
_NO_PULL: Final = Traits(offers_pull=False)
_LISTED: Final = ("json", "jsonl", "csv", "name", "raw")
_STREAMED: Final = ("json", "jsonl")
_ANSWERED: Final = ("json", "jsonl", "raw")
_PULL: Final = Entry("models.pull", "Download models, with progress.", _STREAMED, items="models")
_LIST: Final = Entry("models.list", "List the installed models.", _LISTED, items="models")
_SHOW: Final = Entry(
    "models.show", "Show what a model is: sections, or one value.", ("json", "raw")
)
_RM: Final = Entry("models.rm", "Remove models, after asking.", traits=_NO_PULL)
_PS: Final = Entry("models.ps", "List the models in memory.", _LISTED, _NO_START, items="models")
_STOP: Final = Entry(
    "models.stop",
    "Unload models from memory.",
    traits=Traits(starts_server=False, offers_pull=False),
)
_CP: Final = Entry("models.cp", "Copy a model to another name.", traits=_NO_PULL)
HELP: Final = Entry("help", "Explain exit codes, settings and formats.", group="settings")
"""Also shows the help of the others."""

TABLE: Final[Mapping[str, Row]] = {
    "chat": Entry("chat", "Answer a prompt, or hold a conversation.", _ANSWERED, group="talk"),
    "generate": Entry(
        "generate", "Complete one prompt, without a conversation.", _ANSWERED, group="talk"
    ),
    "models": Branch(
        "List, pull, show, remove and inspect models.",
        {
            "list": _LIST,
            "pull": _PULL,
            "outdated": Entry(
                "models.outdated",
                "Compare installed models with the registry.",
                ("json", "jsonl", "name"),
                items="models",
            ),
            "update": Entry(
                "models.update", "Pull outdated models again.", ("json",), items="models"
            ),
            "default": Entry(
                "models.default", "Print or set the model for chat and generate.", ("json",)
            ),
            "pick": Entry("models.pick", "Choose a model by a part of its name."),
            "show": _SHOW,
            "has": Entry("models.has", "Tell by the exit code whether a model is installed."),
            "rm": _RM,
            "cp": _CP,
            "mv": Entry("models.mv", "Give a model another name."),
            "ps": _PS,
            "stop": _STOP,
            "ensure": Entry(
                "models.ensure", "Pull the models that a file lists.", _STREAMED, items="models"
            ),
            "freeze": Entry("models.freeze", "Print what is installed as a file for ensure."),
            "history": Entry(
                "models.history",
                "List what was pulled, and how it ended.",
                _STREAMED,
                items="pulls",
            ),
            "ls": _LIST._replace(hidden=True),
        },
        examples=(
            "ollama-cli models list --filter 'size>5GB'",
            "ollama-cli models pull llama3:8b",
            "ollama-cli models show llama3:8b",
        ),
        group="models",
    ),
    "sessions": Branch(
        "List, search, show and remove conversations that are kept.",
        {
            "list": Entry(
                "sessions.list",
                "List conversations, the last used first.",
                ("json", "jsonl", "csv", "name"),
                items="sessions",
            ),
            "show": Entry("sessions.show", "Show a conversation.", _STREAMED, items="messages"),
            "search": Entry("sessions.search", "Find what was said.", _STREAMED, items="hits"),
            "rename": Entry("sessions.rename", "Give a conversation another title.", _STREAMED),
            "fork": Entry("sessions.fork", "Copy a conversation into a new one.", _STREAMED),
            "rm": Entry(
                "sessions.rm", "Remove conversations to the last byte.", _STREAMED, items="removed"
            ),
            "prune": Entry(
                "sessions.prune",
                "Remove old, large or empty conversations.",
                _STREAMED,
                items="removed",
            ),
            "export": Entry(
                "sessions.export",
                "Write conversations to a file.",
                _STREAMED,
                is_whole=True,
            ),
            "import": Entry(
                "sessions.import",
                "Import conversations, also of other programs.",
                _STREAMED,
                items="sessions",
            ),
            "repair": Entry("sessions.repair", "Salvage what a damaged file holds.", _STREAMED),
            "path": Entry("sessions.path", "Print the file they are kept in.", _STREAMED),
        },
        examples=(
            "ollama-cli sessions list --limit 5",
            "ollama-cli sessions search 'blue sky'",
            "ollama-cli sessions show 3f2",
        ),
        group="talk",
    ),
    "cache": Branch(
        "Look at the answers that --cache keeps, and remove them.",
        {
            "info": Entry(
                "cache.info", "Tell how many answers are kept, and where.", _STREAMED, _NO_START
            ),
            "clear": Entry("cache.clear", "Remove the answers that are kept.", _STREAMED),
        },
        examples=(
            "ollama-cli generate 'a haiku about tides' --cache",
            "ollama-cli cache info",
            "ollama-cli cache clear --older-than 30d",
        ),
        group="talk",
    ),
    "prompts": Branch(
        "Keep prompts in files, with variables.",
        {
            "list": Entry(
                "prompts.list",
                "List the prompts that have a name.",
                ("json", "jsonl", "csv", "name"),
                _NO_START,
                items="prompts",
            ),
            "show": Entry("prompts.show", "Show a prompt file.", ("json",), _NO_START),
            "path": Entry(
                "prompts.path", "Print the folder, or the file of a prompt.", ("json",), _NO_START
            ),
            "edit": Entry("prompts.edit", "Edit a prompt file, and check it.", traits=_NO_START),
            "rm": Entry("prompts.rm", "Remove prompts, after asking.", traits=_NO_START),
            "check": Entry(
                "prompts.check",
                "Check prompt files without a server.",
                _STREAMED,
                _NO_START,
                items="prompts",
            ),
        },
        examples=(
            "ollama-cli prompts edit review",
            "git diff | ollama-cli chat -p review",
            "ollama-cli prompts check ./review.prompt.yml",
        ),
        group="talk",
    ),
    "mcp": Branch(
        "Serve models to agents, and use the tools of MCP servers.",
        {
            "serve": Entry(
                "mcp.serve",
                "Let agents and editors ask local models.",
                traits=Traits(starts_server=False, offers_pull=False),
            ),
            "config": Entry(
                "mcp.config", "Print what an MCP client is to be told.", traits=_NO_START
            ),
            "tools": Entry(
                "mcp.tools",
                "List the tools of MCP servers.",
                ("json", "name"),
                _NO_START,
                items="tools",
            ),
            "call": Entry("mcp.call", "Call a tool of an MCP server.", ("json", "raw"), _NO_START),
        },
        examples=(
            "ollama-cli mcp config --client vscode",
            "ollama-cli mcp tools",
            "ollama-cli mcp call fs.read --arg path=notes.txt",
        ),
        group="talk",
    ),
    "embed": Entry(
        "embed", "Turn texts into vectors.", ("json", "jsonl", "csv", "raw"), group="talk"
    ),
    "tokens": Entry(
        "tokens",
        "Count the tokens of texts.",
        ("json", "jsonl", "csv"),
        items="texts",
        group="talk",
    ),
    "health": Entry(
        "health",
        "Check the server, by exit code.",
        ("json",),
        Traits(starts_server=False, silent_if_quiet=True),
        group="server",
    ),
    "doctor": Entry(
        "doctor",
        "Find what is wrong with the connection, and what cures it.",
        ("json", "markdown"),
        _NO_START,
        group="server",
    ),
    "env": Entry("env", "Print or pass on the variables that other tools read.", group="server"),
    "tap": Entry(
        "tap",
        "Show what other programs ask a server, and its answers.",
        ("jsonl",),
        _NO_START,
        group="server",
    ),
    "config": Branch(
        "Show and change settings.",
        {
            "show": Entry("config.show", "Show every setting and where it comes from.", ("json",)),
            "get": Entry("config.get", "Print one setting."),
            "set": Entry("config.set", "Write one setting to the config file."),
            "unset": Entry("config.unset", "Remove one setting from the config file."),
            "edit": Entry("config.edit", "Edit the config file, and check it.", traits=_NO_START),
            "init": Entry("config.init", "Write a config file to start from."),
            "path": Entry("config.path", "Print where the config file is."),
        },
        examples=(
            "ollama-cli config show",
            "ollama-cli config set model llama3.2",
        ),
        group="settings",
    ),
    "hosts": Branch(
        "Name servers, and give each a key that no other is shown.",
        {
            "list": Entry(
                "hosts.list", "List the hosts that have a name.", ("json", "name"), items="hosts"
            ),
            "add": Entry("hosts.add", "Give an address a name, and say where its key is."),
            "rm": Entry("hosts.rm", "Remove a name, its address and its key."),
        },
        examples=(
            "ollama-cli hosts add work https://llm.example.com --api-key-env WORK_KEY",
            "ollama-cli --host work health",
        ),
        group="server",
    ),
    "demo": Branch(
        "Take a tour on the built-in demo server, or run it.",
        {
            "tour": Entry("demo.tour", "See it work in ten seconds; plain `demo` does it too."),
            "serve": Entry("demo.serve", "Run the demo server for your own tests."),
        },
        default="tour",
        examples=("ollama-cli demo", "ollama-cli demo serve --port 11434"),
        group="server",
    ),
    "completion": Entry(
        "completion",
        "Print the script that completes words in your shell.",
        traits=_NO_START,
        group="settings",
    ),
    "help": HELP,
    # For users who know `ollama`.
    "run": Entry("run", "chat with a model, as `ollama run`.", _ANSWERED, hidden=True, like="chat"),
    "list": _LIST._replace(hidden=True),
    "ls": _LIST._replace(hidden=True),
    "ps": _PS._replace(hidden=True),
    "pull": _PULL._replace(hidden=True),
    "rm": _RM._replace(hidden=True),
    "show": _SHOW._replace(hidden=True),
    "cp": _CP._replace(hidden=True),
    "stop": _STOP._replace(hidden=True),
}
