"""The rules of the house, held against one file at a time: a sentence for each one broken."""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Collection, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1] / "ollama_cli"
NAME = PACKAGE.name
LONGEST = 400
# At the root of the package: eleven folders, four modules, the mark of types.
ROOT = 16
FLOORS = {
    room: floor
    for floor, rooms in {
        1: "types errors __version__",
        2: "wire transport system demo",
        3: "services ui config",
        4: "features",
        5: "cli __main__",
    }.items()
    for room in rooms.split()
}
OUTSIDE = {"integrations"}  # bridges to other libraries: they import the public names alone
TOP = max(FLOORS.values()) + 1  # where the package's own __init__ stands
NEIGHBOURLY = {1, 5}  # floors whose rooms may import one another
# Inside `features` a folder imports only those in rows above its own.
FEATURES = {
    name: row
    for row, names in enumerate(
        (
            "servers schema sessions tap cache",
            "context",
            "models explain mcp measure editor",
            "each doctor tools prompts",
            "pull",
            "chat ensure library",
            "mcp_server batch",
        )
    )
    for name in names.split()
}
OUT_OF_REACH = {"wire", "transport"}  # of `cli` and `features`
WITHIN_REACH = (  # who judge what servers, and models, say
    *("features/doctor/", "features/pull/", "features/tap/", "features/chat/items.py"),
)
OWNERS = {
    "requests": ("transport",),
    "urllib3": ("transport",),
    "orjson": ("wire",),
    "rich": ("ui",),
    "markdown_it": ("ui",),
    "jq": ("ui/fields",),
    "pygments": ("ui",),
    "prompt_toolkit": ("ui/line",),
    "wcwidth": ("ui/line",),
    "idna": ("types/urls",),
    "typer": ("cli",),
    "shellingham": ("cli/shells",),
    "platformdirs": ("system",),
    "tomllib": ("system",),
    "tomli_w": ("system",),
    "sqlite3": ("system",),
    "subprocess": ("system",),
    "tomlkit": ("config",),
    "fcntl": ("system",),
    "msvcrt": ("system",),
    "mcp": ("features/mcp", "features/mcp_server"),
    "jsonschema": ("features/schema",),
    "referencing": ("features/schema",),
    "yaml": ("features/prompts",),
    "mcp_types": ("features/mcp", "features/mcp_server"),
    "uvicorn": ("features/mcp_server",),
    "anyio": ("features/mcp", "features/mcp_server"),
    "httpx2": ("features/mcp/http",),
    "pydantic": ("features/mcp/requests",),
    "distributed": ("features/batch/dask",),
    "pydantic_ai": ("integrations",),
    "openai": ("integrations",),
    "click": (),
}
INNER_PARTS = ("typer._click", "typer.core", "typer.main")
BY_STRING = ("__init__.py", "cli/table.py")  # the two files that import by a name in a string
ENVIRONMENT = {"environ", "environb", "getenv", "putenv"}
# Proxies and colours are set for all programs, also for those that have no settings of ours.
READS_ENVIRONMENT = ("config/", "transport/proxies.py", "ui/text_streams.py")
VAGUE = {"utils", "helpers", "common", "base", "manager", "handler", "core", "misc"}
BUSY_CALLS = {"open", "input", "print"}
BUSY_MODULES = {"socket", "requests", "urllib3", "subprocess"}
BUSY_METHODS = {"read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "urlopen"}
# Where answers are written, what is hidden already, and the key that `env` prints on purpose.
AS_IT_IS = (
    "ui/streams.py",
    "ui/answers/",
    "ui/markdown/",
    "ui/embeddings.py",
    "ui/export.py",
    "ui/pager.py",
    "ui/fields/",
    "ui/progress/jsonl.py",
    "cli/commands/env.py",
)
THREADS = {"Thread", "Timer", "start_new_thread", "ThreadPoolExecutor"}
PRICE = re.compile(r"noqa: (?:F401, )?PLC0415\s.*\d ms\b")
SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore)\b(.*)")
REASON = re.compile(r"(?>:\s*[A-Z]+\d+(?:[,\s]+[A-Z]+\d+)*|\[[\w, -]+\])\s*[#-]?\s*[^\s#-].*\w")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Import(NamedTuple):
    """One import: the module, the line, and how: at the `top`, `hidden` in a function, a `string`.

    The module is `?` where a string is worked out.
    """

    module: str
    line: int
    how: str


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
        how = "hidden" if id(node) in inside else "top"
        match node:
            case ast.Import():
                yield from (Import(each.name, node.lineno, how) for each in node.names)
            case ast.ImportFrom(module=str(module), level=0) if module.split(".")[0] == NAME:
                yield from (
                    Import(f"{module}.{each.name}", node.lineno, how) for each in node.names
                )
            case ast.ImportFrom(module=module, level=level):
                yield Import("." * level + (module or ""), node.lineno, how)
            case ast.Call() if (module := loaded_by(node)) is not None:
                yield Import(module, node.lineno, "string")
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
    tree = ast.parse(source)
    comments = {
        token.start[0]: token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    found = [
        *import_problems(path, tree, comments),
        *environment_problems(path, tree),
        *busy_problems(tree),
        *print_problems(tree, comments),
        *secret_problems(path, tree),
        *thread_problems(path, tree),
        *silence_problems(comments),
    ]
    if place.stem in VAGUE or place.parent.name in VAGUE:
        found.append((1, "a module is named for what it holds, not utils, helpers and the like"))
    if (lines := len(source.splitlines())) > LONGEST:
        found.append((lines, f"a file has at most {LONGEST} lines"))
    return [f"{NAME}/{path}:{line}: {rule}" for line, rule in sorted(set(found))]


Problems = Iterator[tuple[int, str]]


def import_problems(path: str, tree: ast.Module, comments: dict[int, str]) -> Problems:
    for module, line, how in imports(tree):
        if how == "hidden" and not PRICE.search(comments.get(line, "")):
            yield line, "an import inside a function tells its price: # noqa: PLC0415  … 2 ms"
        if how == "string" and path not in BY_STRING:
            yield line, f"a module is imported by a string in {' and '.join(BY_STRING)} alone"
        elif module.startswith("."):
            yield line, "imports are absolute"
        elif module.split(".")[0] == NAME:
            yield from ((line, rule) for rule in floor_problems(path, module))
        elif module != "?":
            yield from ((line, rule) for rule in library_problems(path, module))


def library_problems(path: str, module: str) -> Iterator[str]:
    library = module.split(".", maxsplit=1)[0]
    if library in OWNERS:
        if not any(path.startswith((f"{room}/", f"{room}.py")) for room in OWNERS[library]):
            rooms = ", ".join(OWNERS[library]) or "nobody"
            yield f"{library} is imported by {rooms}, not by {path}"
    elif library not in sys.stdlib_module_names:
        yield f"{library} is no dependency of this package"
    if module.startswith(INNER_PARTS) and path != "cli/parser.py":
        yield f"{module}: Typer's inner parts are touched in cli/parser.py alone"


def room_in(path: str) -> str:
    """Name the room that a file stands in, empty for the package's own `__init__`."""
    return "" if path == "__init__.py" else path.split("/", maxsplit=1)[0].removesuffix(".py")


def floor_problems(path: str, module: str) -> Iterator[str]:
    room, other = room_in(path), room_of(module)
    if other == "":
        return
    if other not in FLOORS:
        if not path.startswith("integrations/"):
            yield f"{module}: the public names of the package are for others; import the module"
        return
    if room in OUTSIDE:
        yield f"{path} imports the public names of the package alone, as other programs do"
        return
    if room not in FLOORS and room:
        yield f"{room} stands on no floor: add it to the map in tests/house_rules.py"
        return
    mine, floor = FLOORS.get(room, TOP), FLOORS[other]
    reaches = room not in {"cli", "features"} or path.startswith(WITHIN_REACH)
    if other in OUT_OF_REACH and not reaches:
        yield f"{path} never imports {other}"
    elif floor > mine:
        yield f"{room} (floor {mine}) imports {other} (floor {floor}): imports only go down"
    elif floor == mine and other != room and floor not in NEIGHBOURLY:
        yield f"{room} imports {other}: rooms on floor {floor} never import one another"
    elif other == room == "features":
        yield from feature_problems(path, module)


def feature_problems(path: str, module: str) -> Iterator[str]:
    mine, other = path.split("/")[1].removesuffix(".py"), f"{module}.__init__".split(".")[2]
    if "__init__" in {mine, other} or mine == other:
        return
    for name in (mine, other):
        if name not in FEATURES:
            yield f"features/{name} stands in no row: add it to the map in tests/house_rules.py"
            return
    if FEATURES[other] >= FEATURES[mine]:
        yield f"features/{mine} imports features/{other}, which does not come before it"


def circles(files: Mapping[str, str]) -> list[str]:
    """Find a circle in the graph of files (path: source); empty where there is none.

    An import is an edge to the file that it names, and to none of that file's parent packages.
    """
    graph = {path: set(edges(path, source, files)) for path, source in files.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def edges(path: str, source: str, files: Collection[str]) -> Iterator[str]:
    """Name the files of ours that a file imports, also under TYPE_CHECKING and in functions."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                named = [each.name for each in node.names]
            case ast.ImportFrom(module=str(module)):
                named = [f"{module}.{each.name}" for each in node.names]
            case _:
                continue
        for name in named:
            found = file_of(name, files)
            if found is not None and found != path:
                yield found


def file_of(name: str, files: Collection[str]) -> str | None:
    """Find the file that a dotted name stands for: a module, else the one that holds the name."""
    parts = name.split(".")
    if parts[0] != NAME:
        return None
    for known in (parts[1:], parts[1:-1]):
        place = "/".join(known)
        for path in (f"{place}.py", f"{place}/__init__.py"):
            if place and path in files:
                return path
    return None


def environment_problems(path: str, tree: ast.Module) -> Problems:
    if path.startswith(READS_ENVIRONMENT):
        return
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in ENVIRONMENT:
                yield node.lineno, f"os.{name} is read in config alone"
            case ast.ImportFrom(module="os", names=names):
                if ENVIRONMENT & {each.name for each in names}:
                    yield node.lineno, "os.environ is read in config alone"
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


def secret_problems(path: str, tree: ast.Module) -> Problems:
    """Every other door of a stream hides the keys that a server may have sent back."""
    if path.startswith(AS_IT_IS):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "write_as_is":
            yield node.lineno, "what is no answer is written by `write` or `line`, without secrets"


def thread_problems(path: str, tree: ast.Module) -> Problems:
    if path in {"types/threads.py", "features/tools/runner.py"}:  # a process without ours
        return
    rule = "a thread is started in types/threads alone, where it takes no signals"
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in THREADS:
                yield node.lineno, rule
            case ast.ClassDef(bases=bases):
                if {each.attr for each in bases if isinstance(each, ast.Attribute)} & THREADS:
                    yield node.lineno, rule
            case ast.ImportFrom(names=names):
                if {each.name for each in names} & THREADS:
                    yield node.lineno, rule
            case _:
                pass


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
