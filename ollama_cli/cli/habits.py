"""Words that other programs have for what is here: of `ollama`, `llm`, `gh` and their like."""

from collections.abc import Container, Mapping
from typing import Final

OF_OLLAMA: Final = (
    *("create", "push", "signin", "signout", "login", "logout", "serve", "start", "launch"),
    *("runner", "gpu-discover"),
)
"""Commands of `ollama` that there are not here."""

SEARCHES: Final = ("", "models")
"""Groups in which `search` means the models that there are to pull."""

# The same in whatever group has the second word.
_ANYWHERE: Final[Mapping[str, str]] = {
    **dict.fromkeys(("remove", "delete", "del", "uninstall"), "rm"),
    **dict.fromkeys(("download", "install", "fetch", "add"), "pull"),
    **dict.fromkeys(("inspect", "describe", "view", "info", "get"), "show"),
    **dict.fromkeys(("ask", "prompt"), "chat"),
    **dict.fromkeys(("unload", "kill"), "stop"),
    "rename": "mv",
    "copy": "cp",
    "ls": "list",
}
# In one group: the words behind the name of the program.
_IN: Final[Mapping[str, Mapping[str, str]]] = {
    "": {
        **dict.fromkeys(("add", "get"), ""),  # of several groups
        **dict.fromkeys(("logs", "log", "conversations", "threads"), "sessions"),
        **dict.fromkeys(("keys", "key", "auth"), "hosts"),
        **dict.fromkeys(("template", "templates", "roles"), "prompts"),
        **dict.fromkeys(("alias", "aliases"), "models cp"),
        **dict.fromkeys(("status", "ping"), "health"),
        **dict.fromkeys(("settings", "preferences"), "config show"),
        **dict.fromkeys(("images", "image", "containers", "container"), "models"),
        **dict.fromkeys(("top", "stats"), "models ps"),
        **dict.fromkeys(("fragments", "similar"), "embed"),
        "tag": "models cp",
        "exec": "run",
        "lock": "models freeze",
        "sync": "models ensure",
        "schemas": "help schema",
        "upgrade": "models update",
    },
    "models": {
        **dict.fromkeys(("use", "set"), "models default"),
        **dict.fromkeys(("choose", "select"), "models pick"),
        **dict.fromkeys(("alias", "aliases"), "models cp"),
        **dict.fromkeys(("running", "top", "stats"), "models ps"),
        "tag": "models cp",
        "upgrade": "models update",
    },
    "sessions": {
        **dict.fromkeys(("resume", "continue", "open"), "chat --session"),
        "find": "sessions search",
    },
    "prompts": dict.fromkeys(("add", "new", "create"), "prompts edit"),
    "hosts": {"set": "hosts add", "use": "config set host"},
    "config": {
        **dict.fromkeys(("list", "ls", "view"), "config show"),
        **dict.fromkeys(("rm", "remove", "delete", "reset"), "config unset"),
        "add": "config set",
    },
    "cache": {
        **dict.fromkeys(("list", "ls", "show", "dir", "path", "size"), "cache info"),
        **dict.fromkeys(("rm", "prune", "purge", "clean"), "cache clear"),
    },
    "mcp": {
        **dict.fromkeys(("list", "ls"), "mcp tools"),
        **dict.fromkeys(("run", "start"), "mcp serve"),
    },
}
OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("-a", "--attachment", "--at", "--attachment-type"), ("--image",)),
    **dict.fromkeys(("--cid", "--conversation"), ("--session",)),
    **dict.fromkeys(("-n", "--no-log"), ("--private", "--limit", "--dry-run", "--check")),
    **dict.fromkeys(("--log", "--save-session"), ("--save",)),
    **dict.fromkeys(("-u", "--usage"), ("--stats",)),
    **dict.fromkeys(("-T", "--tool", "--functions"), ("--tools",)),
    **dict.fromkeys(("--cl", "--chain-limit"), ("--max-tool-rounds",)),
    **dict.fromkeys(("-t", "-r", "--role", "--template"), ("--prompt-file",)),
    **dict.fromkeys(("--sf", "--system-fragment"), ("--system",)),
    **dict.fromkeys(("-f", "--force"), ("--yes",)),
    **dict.fromkeys(("--fragment", "--input"), ("--file",)),
    **dict.fromkeys(("--key", "--api-key"), ("--api-key-env",)),
    **dict.fromkeys(("--num-predict", "--max-length"), ("--max-tokens",)),
    **dict.fromkeys(("--no-color", "--no-colour"), ("--color=never",)),
    **dict.fromkeys(("--silent", "--no-progress"), ("--quiet",)),
    "--param": ("--var",),
    "--xl": ("--extract-last",),
    "--code": ("--extract",),
    "--dry-run": ("--check", "--show-prompt"),
    "--check": ("--dry-run",),
    "-S": ("--no-stream",),
    "--format": ("--output",),
    "--retry": ("--retries", "--wait"),
    "--retries": ("--wait",),
    "--url": ("--host",),
}
"""Options, and ours of which the first that the command has is meant."""
ADVICE: Final[Mapping[str, str]] = {
    "--hidethinking": "-q shows no thinking, and so does `{program} run MODEL --hidethinking`",
    "--nowordwrap": "`--render plain`, or `{program} run MODEL --nowordwrap`",
    "--keepalive": "did you mean --keep-alive?",
    "--dimensions": "vectors come from `{program} embed --dimensions N`",
    "--hide-reasoning": "-q shows no thinking",
    **dict.fromkeys(("-it", "-ti"), "leave it out: `{program} run MODEL` alone is a conversation"),
    "--rm": "leave it out: `--private` is what leaves nothing behind",
    "--no-trunc": "leave it out: nothing is cut in a pipe, and with `-o json`",
    **dict.fromkeys(
        ("-H", "--header"), "a server: `--host ADDRESS`; headers: see `{program} hosts add --help`"
    ),
    **dict.fromkeys(
        ("-k", "--insecure", "--verify"),
        "for one server: `{program} hosts add NAME URL --insecure`",
    ),
}
"""What to do about options of others that are none of ours: `{program}` is this one."""
OF_AICHAT: Final[Mapping[str, str]] = {
    "--list-models": "models list",
    "--list-sessions": "sessions list",
    "--list-roles": "prompts list",
    "--info": "config show",
    "--serve": "mcp serve",
}
"""Options of `aichat` that are commands here."""
ALL: Final[Mapping[str, str]] = {
    **dict.fromkeys(("list", "ls"), "it lists all that there are: leave it out"),
    "ps": "all models, also those not in memory: `{program} models list`",
}
"""What `-a` is typed for behind a command, as behind those of containers."""
# How options of `ollama` begin that nothing here stands for, each with its command there.
_ONLY_OLLAMAS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("--experimental", "--width", "--height", "--steps", "--negative"), "run"),
    **dict.fromkeys(("--draft-quantize", "--quantize"), "create"),
    "--restore": "launch",
}


def command(path: str, name: str, names: Container[str]) -> str | None:
    """Return the words behind the program's name that are meant by a word of others.

    `path` stands between the two, `names` is what there is below it. None if the word is not known
    from anywhere; empty if it means too much.
    """
    below = _IN.get(path, {})
    if name in below:
        return below[name]
    ours = _ANYWHERE.get(name)
    return f"{path} {ours}".strip() if ours and ours in names else None


def command_of_ollama(option: str) -> str | None:
    """Return the command of `ollama` that has an option for which nothing here stands."""
    begun = (theirs for begin, theirs in _ONLY_OLLAMAS.items() if option.startswith(begin))
    return next(begun, None)


def option(name: str, known: Container[str]) -> str | None:
    """Return the option, of those known to a command, that is meant by one of others."""
    for ours in OPTIONS.get(name, ()):
        if ours.partition("=")[0] in known:
            return ours
    return None
