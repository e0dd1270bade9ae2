"""The documentation cannot fall behind the code: what there is, is told; what is told, works."""

import importlib
import io
import json
import re
import runpy
from functools import cache
from pathlib import Path

import pytest
from documentation import COMMANDS, ROOT, TOLD, WRITTEN, branch_of, entry_of
from faults_told import ANY, sentences
from shell import call

from ollama_cli.cli import parser
from ollama_cli.cli.aliases import meaning_of
from ollama_cli.cli.exit_codes import EXIT_CODES, ExitCode
from ollama_cli.cli.manual import screens
from ollama_cli.cli.options import PROGRAM
from ollama_cli.cli.table import Entry
from ollama_cli.config import dotenv
from ollama_cli.config.file import SECTION
from ollama_cli.config.resolve import Layer, resolve
from ollama_cli.config.settings import SETTINGS, Settings
from ollama_cli.config.sources import VARIABLES
from ollama_cli.errors import ModelNotFoundError
from ollama_cli.ui.streams import OutStream
from ollama_cli.wire.failures import error_from_answer

ENV_EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
PAGES = [
    *sorted(path for path in ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
ALL_VARIABLES = [*(v for each in SETTINGS.values() for v in each.variables), *VARIABLES]
COMING = (ROOT / "docs/coming-from.md").read_text(encoding="utf-8")
OPTION = re.compile(r"(?<![\w-])(?:--[a-z][\w-]+|-[A-Za-z](?![\w-]))")
FAULTS = ("network", "causes", "server", "models", "../../config/policy")
FAQ = (ROOT / "docs/faq.md").read_text(encoding="utf-8")


@cache
def help_of(*words: str) -> str:
    """Give the help text of a command."""
    text = io.StringIO()
    screens.show_page(OutStream(text), words, 80)
    return text.getvalue()


@cache
def globals_told() -> str:
    """Give the help of the global options."""
    text = io.StringIO()
    screens.show_globals(OutStream(text), 80)
    return text.getvalue()


def said(text: str) -> str:
    """Fold white space, which stands where a line happens to end."""
    return " ".join(text.split())


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_is_told_of(words: list[str]) -> None:
    *path, name = words
    before = f"{' '.join(path)} [^`]*" if path else ""
    if path and name == branch_of(path).default:
        before, name = "", path[-1]
    assert re.search(rf"`{before}\b{name}\b", TOLD), f"no page tells of `{' '.join(words)}`"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_its_line_in_the_help_and_examples_of_its_own(words: list[str]) -> None:
    entry = entry_of(words)
    listed = entry.help in said(help_of(*words[:-1]))
    assert listed is not entry.hidden or entry.help in {e.help for e in shown_entries()}
    example = help_of(*words).partition("\nExamples:\n")[2].partition("\n")[0]
    assert example.startswith(f"  {PROGRAM} ") or " | " in example


def shown_entries() -> list[Entry]:
    return [entry for words in COMMANDS if not (entry := entry_of(words)).hidden]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_option_stands_in_the_help_with_a_sentence(words: list[str]) -> None:
    told = help_of(*words) + help_of(*meaning_of(entry_of(words))) + globals_told()
    for param in parser.load(words[-1], entry_of(words)).params:
        assert getattr(param, "help", None), f"{param.name} of {' '.join(words)} has no help"
        for option in [*param.opts, *param.secondary_opts]:
            shown = option if option.startswith("-") else option.upper()
            known = re.search(rf"(?<![\w-]){re.escape(shown)}(?![\w-])", told)
            assert known or param.param_type_name == "argument", f"{option} is told nowhere"


def test_the_reference_is_the_tree_of_commands() -> None:
    written = runpy.run_path(str(ROOT / "docs/reference.py"))["text"]()
    shown = (ROOT / "docs/reference.md").read_text(encoding="utf-8")
    assert shown == written, "run: python docs/reference.py"


def test_every_option_of_an_answer_and_every_global_one_is_told_of() -> None:
    for param in parser.load("generate", entry_of(["generate"])).params:
        if param.param_type_name == "option":
            known = any(re.search(rf"`[^`\n]*(?<![\w-]){o}(?![\w-])", TOLD) for o in param.opts)
            assert known, f"no page tells of {max(param.opts, key=len)}"


@pytest.mark.parametrize("variable", ALL_VARIABLES)
def test_every_variable_is_told_of(variable: str) -> None:
    assert f"`{variable}`" in WRITTEN


def test_every_setting_is_told_of_with_its_variables() -> None:
    for name, setting in SETTINGS.items():
        variables = ", ".join(f"`{variable}`" for variable in setting.variables)
        assert f"| `{name}` | {variables} |" in WRITTEN


@pytest.mark.parametrize("row", EXIT_CODES, ids=lambda row: row.name)
def test_every_exit_code_stands_in_the_table_and_the_help(row: ExitCode) -> None:
    assert f"| {row.code} | {row.name} | {row.when} |" in WRITTEN
    assert f"{row.code} {row.name} {row.when}" in said(call("help", "exit-codes").out)


def test_the_table_tells_no_exit_code_that_there_is_not() -> None:
    table = WRITTEN.partition("| code | name | when |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| (\d+) \|", table, re.MULTILINE) == [row.code for row in EXIT_CODES]


@pytest.mark.parametrize("variable", ALL_VARIABLES)
def test_every_variable_stands_in_the_example_with_its_sentence(variable: str) -> None:
    match = re.search(rf"^#?{variable}=", ENV_EXAMPLE, re.MULTILINE)
    assert match, f"{variable} is not in .env.example"
    before = ENV_EXAMPLE[: match.start()].rpartition("\n\n")[2]
    sentences = re.findall(r"^# (.+)$", before, re.MULTILINE)
    assert " ".join(sentences).endswith("."), f"{variable} has no sentence in .env.example"


@pytest.mark.parametrize("name", SETTINGS)
def test_the_sentence_of_a_setting_is_the_one_of_the_help(name: str) -> None:
    told = said(re.sub(r"^# ", "", ENV_EXAMPLE, flags=re.MULTILINE)).lower()
    assert SETTINGS[name].help.partition(", as ")[0].lower() in told


def test_the_example_is_a_dotenv_file_of_known_variables_and_usable_values() -> None:
    assert dotenv.parse(ENV_EXAMPLE) == {}, "copied as it is, the example sets nothing"
    values = dotenv.parse(re.sub(r"^#(?=[A-Za-z_]+=)", "", ENV_EXAMPLE, flags=re.MULTILINE))
    assert sorted(values) == sorted(ALL_VARIABLES)
    for name, setting in SETTINGS.items():
        for variable in setting.variables:
            resolve([Layer({name: (values[variable], variable)})])


def test_every_fault_that_doctor_finds_has_its_heading() -> None:
    entries = FAQ.split("\n## ")[1:]
    told = [re.search(r"^Says: `(.+)`$", entry, re.MULTILINE) for entry in entries]
    assert all(told), "a heading tells of no fault"
    found = {said for part in FAULTS for said in sentences(part)}
    found |= {ModelNotFoundError.not_installed(ANY).message}
    found |= {f"{error_from_answer(401, '', b'').what}: {ANY}"}
    assert sorted(said[1] for said in told if said) == sorted(found)


def test_what_others_are_told_to_type_is_there() -> None:
    known = set(OPTION.findall((ROOT / "docs/reference.md").read_text(encoding="utf-8")))
    rows = re.findall(r"^\| (.+?) (?<!\\)\| (.+?) \|", COMING, re.MULTILINE)
    told = {option for _, here in rows for option in OPTION.findall(here)}
    assert len(told) > 30
    assert sorted(told - known) == []


@pytest.mark.parametrize("name", ["generate-event", "chat-event", "models-pull-event"])
def test_every_event_is_told_of_and_all_that_cuts_an_answer(name: str) -> None:
    schema = json.loads((ROOT / f"ollama_cli/ui/schemas/{name}.json").read_text(encoding="utf-8"))
    branches = [each["properties"] for each in schema["oneOf"]]
    told = {each["event"]["const"] for each in branches}
    told |= {cut for each in branches for cut in each.get("cut", {}).get("enum", ()) if cut}
    scripting = (ROOT / "docs/scripting.md").read_text(encoding="utf-8")
    assert [word for word in sorted(told) if f"`{word}`" not in scripting] == []


def test_every_decision_is_told_of_in_the_design() -> None:
    design = (ROOT / "docs/design.md").read_text(encoding="utf-8")
    decisions = {path.name for path in (ROOT / "docs/decisions").glob("why-*.md")}
    assert set(re.findall(r"\(decisions/(why-[a-z-]+\.md)\)", design)) == decisions


def anchors(page: Path) -> list[str]:
    """List the headings of a page as a forge names them."""
    if page.suffix != ".md":
        return []
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return [re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    for link in local:
        name, _, heading = link.partition("#")
        place = page.parent / name if name else page
        assert place.exists(), f"{page.name}: {link}"
        assert not heading or heading in anchors(place), f"{page.name}: {link}"


def test_the_file_that_config_init_writes_explains_every_setting() -> None:
    text = importlib.import_module("ollama_cli.cli.commands.config.init").template()
    assert f"[{SECTION}]" in text.splitlines()
    for name, setting in SETTINGS.items():
        assert f"# {setting.help}\n# {name} = " in text
    assert resolve([]) == Settings(origins=dict.fromkeys(SETTINGS, "default"))
