"""The rules of the house, held against one file at a time: a sentence for each one broken."""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1] / "ollama_cli"
NAME = PACKAGE.name
LONGEST = 250
FLOORS = {
    room: floor
    for floor, rooms in {
        1: "values errors events replies urls names streams timeouts units selection files"
        " settings_table settings_readers plans policies hosts config_text"
        " versions surroundings exit_codes rungs dotenv",
        2: "wire transport settings",
        3: "services progress output inputs sources history cache shells demo processes",
        4: "runtime dialogue explanations credentials dialects local_server",
        5: "commands",
        6: "app completion door __main__",
    }.items()
    for room in rooms.split()
}
TOP = max(FLOORS.values()) + 1  # where the package's own __init__ stands
NEIGHBOURLY = {1, 4, 6}  # floors whose rooms may import one another
OUT_OF_REACH = {"commands": {"transport", "wire"}}
OWNERS = {
    "requests": {"transport"},
    "urllib3": {"transport"},
    "orjson": {"wire"},
    "rich": {"output", "progress"},
    "markdown_it": {"output"},
    "pygments": {"output"},
    "typer": {"commands", "app"},
    "platformdirs": {"sources", "cache"},
    "shellingham": {"shells"},
    "tomllib": {"files"},
    "tomli_w": {"files"},
    "sqlite3": {"history"},
    "subprocess": {"processes"},
    "click": set[str](),
    "dataclasses": {"demo", "progress"},  # each costs half a millisecond; `values` does not
}
INNER_PARTS = ("typer._click", "typer.core", "typer.main")
LAZY_TABLES = {"__init__.py", "services/__init__.py", "transport/__init__.py", "app.py"}
ENVIRONMENT = {"environ", "environb", "getenv", "putenv"}
VAGUE = {"utils", "helpers", "common", "base", "manager", "handler", "core", "misc"}
BUSY_CALLS = {"open", "input", "print"}
BUSY_MODULES = {"socket", "requests", "urllib3", "subprocess"}
BUSY_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "urlopen"}
SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore)\b(.*)")
REASON = re.compile(r"(?>:\s*[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*|\[[\w, -]+\])\s*[#-]?\s*[^\s#-].*\w")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Import(NamedTuple):
    """One import: the module, the line, and whether it is an import statement in a function."""

    module: str
    line: int
    hidden: bool


def room_of(module: str) -> str:
    """Name the room that a module of ours stands in, empty for the package itself."""
    return module.split(".")[1] if module.startswith(f"{NAME}.") else ""


def loaded_by(call: ast.Call) -> str | None:
    """Give the module that a call of import_module names, `?` where it names none literally."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if isinstance(call.func, ast.Name):
        name = call.func.id
    if name not in {"import_module", "__import__"} or not call.args:
        return None
    (first, *_) = call.args
    literal = first.value if isinstance(first, ast.Constant) else None
    return literal if isinstance(literal, str) else "?"


def imports(tree: ast.Module) -> Iterator[Import]:
    """Find all imports, also those inside functions and those by import_module."""
    inside = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, Function)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        hidden = id(node) in inside
        match node:
            case ast.Import():
                yield from (Import(each.name, node.lineno, hidden) for each in node.names)
            case ast.ImportFrom(module=module, level=0) if module == NAME:
                yield from (
                    Import(f"{NAME}.{each.name}", node.lineno, hidden) for each in node.names
                )
            case ast.ImportFrom(module=module, level=level):
                yield Import("." * level + (module or ""), node.lineno, hidden)
            case ast.Call() if (module := loaded_by(node)) is not None:
                yield Import(module, node.lineno, hidden=False)
            case _:
                pass


def at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """Walk what runs when the module is imported: all but the bodies of functions."""
    queue: list[ast.AST] = [tree]
    while queue:
        node = queue.pop()
        yield node
        if isinstance(node, Function):
            queue += [*node.decorator_list, *node.args.defaults]
            queue += [default for default in node.args.kw_defaults if default]
        elif not isinstance(node, ast.Lambda):
            queue += ast.iter_child_nodes(node)


def problems(path: str, source: str) -> list[str]:
    """Check one file, whose path is relative to the package; one sentence for each rule broken."""
    place = PurePosixPath(path)
    room = place.parts[0].removesuffix(".py") if path != "__init__.py" else ""
    tree = ast.parse(source)
    comments = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found = [
        *import_problems(path, room, tree, comments),
        *environment_problems(room, tree),
        *busy_problems(tree),
        *print_problems(tree, comments),
        *silence_problems(comments),
    ]
    if place.stem in VAGUE or place.parent.name in VAGUE:
        found.append((1, "a module is named for what it holds, not utils, helpers and the like"))
    if (lines := len(source.splitlines())) > LONGEST:
        found.append((lines, f"a file has at most {LONGEST} lines"))
    return [f"{NAME}/{path}:{line}: {rule}" for line, rule in sorted(found)]


Problems = Iterator[tuple[int, str]]


def import_problems(path: str, room: str, tree: ast.Module, comments: dict[int, str]) -> Problems:
    for module, line, hidden in imports(tree):
        if hidden and not re.search(r"noqa: PLC0415\s+\S", comments.get(line, "")):
            yield line, "an import inside a function says why: # noqa: PLC0415  reason"
        if module == "?":
            if path not in LAZY_TABLES:
                yield line, "only the lazy tables import a module by a name that is worked out"
        elif module.startswith("."):
            yield line, "imports are absolute"
        elif module.split(".")[0] == NAME:
            yield from ((line, rule) for rule in floor_problems(room, module))
        else:
            yield from ((line, rule) for rule in library_problems(room, module))


def library_problems(room: str, module: str) -> Iterator[str]:
    library = module.split(".", maxsplit=1)[0]
    if library in OWNERS:
        if room not in OWNERS[library]:
            rooms = ", ".join(sorted(OWNERS[library])) or "nobody"
            yield f"{library} is imported by {rooms}, not by {room or NAME}"
    elif library not in sys.stdlib_module_names:
        yield f"{library} is no dependency of this package"
    if module.startswith(INNER_PARTS) and room != "app":
        yield f"{module}: Typer's inner parts are touched in app.py alone"


def floor_problems(room: str, module: str) -> Iterator[str]:
    other = room_of(module)
    if other in {"", "__version__"}:
        return
    if other not in FLOORS:
        yield f"{module}: the public names of the package are for others; import the module"
        return
    if room not in FLOORS and room:
        yield f"{room} stands on no floor: add it to the map in tests/house_rules.py"
        return
    mine, floor = FLOORS.get(room, TOP), FLOORS[other]
    if other in OUT_OF_REACH.get(room, ()):
        yield f"{room} never imports {other}"
    elif floor > mine:
        yield f"{room} (floor {mine}) imports {other} (floor {floor}): imports only go down"
    elif floor == mine and other != room and floor not in NEIGHBOURLY:
        yield f"{room} imports {other}: rooms on floor {floor} never import one another"


def environment_problems(room: str, tree: ast.Module) -> Problems:
    if room == "sources":
        return
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in ENVIRONMENT:
                yield node.lineno, f"os.{name} is read in sources alone"
            case ast.ImportFrom(module="os", names=names):
                if ENVIRONMENT & {each.name for each in names}:
                    yield node.lineno, "os.environ is read in sources alone"
            case _:
                pass


def busy_problems(tree: ast.Module) -> Problems:
    rule = "nothing is read, written, asked or connected at import"
    for node in at_import(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in BUSY_CALLS:
                yield node.lineno, rule
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if name in BUSY_MODULES:
                yield node.lineno, rule
            case ast.Call(func=ast.Attribute(attr=name)) if name in BUSY_METHODS:
                yield node.lineno, rule
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in ENVIRONMENT:
                yield node.lineno, rule
            case _:
                pass


def print_problems(tree: ast.Module, comments: dict[int, str]) -> Problems:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            excused = "noqa: T201" in comments.get(node.lineno, "")
            if node.func.id == "print" and not excused:
                yield node.lineno, "results leave through a stream, not through print()"


def silence_problems(comments: dict[int, str]) -> Problems:
    for line, comment in comments.items():
        for part in re.split(r"(?=# ?(?:noqa|type: ?ignore))", comment):
            match = SILENCED.match(part)
            if match and not REASON.match(match[2].strip()):
                yield line, f"{match[1]} names its rule and gives a reason"


def long_files(paths: Iterable[Path]) -> list[str]:
    """Check files of any kind for their length alone; one sentence for each that is too long."""
    lengths = {path: len(path.read_bytes().splitlines()) for path in paths}
    long = {path: lines for path, lines in lengths.items() if lines > LONGEST}
    return [f"{path}:{lines}: a file has at most {LONGEST} lines" for path, lines in long.items()]
