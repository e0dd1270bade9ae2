"""One page for programs that call us: commands, formats, exit codes, and what to type for what."""

from collections.abc import Iterator
from typing import Final

from ollama_cli.cli.exit_codes import EXIT_CODES
from ollama_cli.cli.formats import FORMATS, PROMISE
from ollama_cli.cli.manual.outline import Outline, outlines
from ollama_cli.cli.options import PROGRAM

_RULES: Final = (
    "stdout holds the result and nothing else; progress, warnings and errors go to stderr",
    "the exit code tells what went wrong; with `-o json` and `-o jsonl` the last line of stderr is",
    '  `{"error": {"code": …, "exit": …, "message": …, "hint": …, "http_status": …}}`',
    "nothing is asked unless standard input is a terminal; `--no-input` never asks, `--yes` agrees",
    "standard input that is a pipe or a file is read as a part of the prompt, unless `--no-stdin`:",
    "  a loop that reads lines needs it",
    "what was printed before an error stays; an answer that was cut has a warning, and with",
    "  `--strict` exit code 9",
    "a model that is missing is exit code 4, and is pulled only with `--auto-pull`",
    "the server is that of `--host`, else of `OLLAMA_HOST`, else http://127.0.0.1:11434",
)
RECIPES: Final = (
    (
        "wait for the server; 3: there is none, 4: it lacks the model",
        "ollama-cli health -q -m llama3.2 --wait 30",
    ),
    (
        "get a model unless it is there",
        "ollama-cli models has llama3.2 || ollama-cli models pull llama3.2 -o jsonl",
    ),
    (
        "an answer and nothing else, or an exit code",
        'ollama-cli generate "one line on tides" -m llama3.2 --no-stdin --strict -q > line.txt',
    ),
    (
        "a value that fits a schema, or exit code 9; `data` holds it, `help schema-words` says how",
        "ollama-cli generate \"a fruit\" -m llama3.2 --no-stdin --schema 'name, ripe bool' -o json",
    ),
    (
        "events as they come; the last one is `done` or `error`",
        'ollama-cli chat "why is the sky blue?" -m llama3.2 --no-stdin -o jsonl',
    ),
    (
        "a vector for each line of a file",
        "ollama-cli embed -f notes.txt --lines -m nomic-embed-text -o jsonl",
    ),
    ("two columns, and nothing else", "ollama-cli models list --fields name,size -o csv"),
    ("the shape of what a command prints", "ollama-cli help schema generate-event"),
)
# Of every command that prints JSON, and told once.
_EVERYWHERE: Final = ("--json", "--output-version", "--fields", "--jq", "--line")


def text() -> str:
    """Return the page, in Markdown."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    program, *below = outlines()
    yield from (f"# {PROGRAM}", "", program.help, "", "## Rules", "")
    yield from (rule if rule.startswith(" ") else f"- {rule}" for rule in _RULES)
    yield from ("", "## Commands", "")
    yield f"Before or after each: {_options(program)}."
    yield "`COMMAND --help` says what an option means; `--json` is `-o json`."
    yield ""
    for each in below:
        if not each.commands:
            yield from _command(each)
    yield from ("", "## Formats", "")
    yield from (f"- `-o {name}`: {what} ({where})" for name, what, where in FORMATS)
    for text_ in PROMISE:
        yield from ("", text_)
    yield from ("", "## Exit codes", "", "| code | name | when |", "|---|---|---|")
    yield from (f"| {row.code} | {row.name} | {row.when} |" for row in EXIT_CODES)
    yield from ("", "## Recipes", "", "```sh")
    for what, line in RECIPES:
        yield from (f"# {what}", line)
    yield "```"


def _command(outline: Outline) -> Iterator[str]:
    arguments = [piece for piece in outline.usage if piece != "[OPTIONS]"]
    options = _options(outline)
    line = f"- `{' '.join((outline.name, *arguments))}`: {outline.help}"
    yield f"{line} {options}" if options else line


def _options(outline: Outline) -> str:
    terms = [term for term, _ in outline.options]
    own = [term for term in terms if term.partition(" ")[0] not in _EVERYWHERE]
    return ", ".join(f"`{term}`" for term in own)
