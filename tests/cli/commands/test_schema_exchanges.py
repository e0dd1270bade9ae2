"""What real servers answered to schemas, as a script sees it: nothing wrong comes with exit 0."""

import json
from typing import Any

import pytest
from hostile import Server, by_path, document
from recordings import WIRE, recorded
from shell import Result, call

OK = {"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]}
NAME = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
KIDS = {
    "type": "object",
    "properties": {"kids": {"type": "array", "items": {"$ref": "#"}}},
    "required": ["kids"],
}
CUT = ("--max-tokens", "20")
DIED = "error: the server answered HTTP 500: model runner has unexpectedly stopped"

# The recorded exchange, the schema that it was recorded with, options; code, stdout, a part of
# stderr.
CASES: list[tuple[str, Any, tuple[str, ...], int, str, str]] = [
    ("generate-schema-ignored", {"type": "integer", "multipleOf": 1000}, (), 9, "",
     "$: must be a multiple of 1000"),
    ("generate-schema-cut", NAME, CUT, 9, "", "the answer was cut at 20 tokens (--max-tokens)"),
    ("generate-schema-loop", {"type": "string"}, (), 5, "", "without its end marker"),
    ("generate-schema-pattern", {"type": "string", "pattern": "[0-9]{4}"}, (), 5, "", "error: "),
    ("generate-schema-pattern-class", {"type": "string", "pattern": r"^\d{3}$"}, (), 5, "",
     "error: "),
    ("generate-schema-ref", KIDS, (), 5, "", "error: "),
    ("generate-think-schema", OK, (), 0, '{"ok": false}\n', ""),
    ("chat-think-schema", OK, (), 0, '{"ok": false}\n', "The user wants a sum."),
    ("chat-think-schema-cut", OK, CUT, 9, "", "the answer was cut at 20 tokens (--max-tokens)"),
    ("chat-tools-schema", OK, (), 0, '{"ok": false}\n', ""),
]  # fmt: skip
FOLDERS = {"": "0.24.0", "v0.32.15/": "0.32.15"}


def asked(name: str, folder: str, schema: Any, *args: str) -> tuple[Result, Server]:
    command = name.partition("-")[0]
    paths = {
        f"/api/{command}": recorded(WIRE / f"{folder}{name}.http"),
        "/api/version": document({"version": FOLDERS[folder]}),
        "/api/ps": document({"models": []}),
    }
    with Server(by_path(paths)) as server:
        host = ("--host", server.url)
        spec = json.dumps(schema)
        return call(command, "Hi", "-m", "tiny", "--schema", spec, *args, *host), server


@pytest.mark.usefixtures("pauses_taken")
@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(
    ("name", "schema", "args", "code", "out", "told"), CASES, ids=[case[0] for case in CASES]
)
def test_a_recorded_answer_is_what_it_is(
    folder: str, name: str, schema: Any, args: tuple[str, ...], code: int, out: str, told: str
) -> None:
    result, _ = asked(name, folder, schema, *args)
    assert (result.code, told in result.err) == (code, True), result.err
    assert result.out == out or (code == 0 and json.loads(result.out).keys() == {"ok"})
    document_, _ = asked(name, folder, schema, *args, "-o", "json", "--repair", "0")
    assert document_.code == code
    if code == 0:
        assert document_.json["valid"] is True
        assert document_.json["data"] == json.loads(result.out)
    elif code == 9:
        assert (document_.json["valid"], document_.json["data"]) == (False, None)


@pytest.mark.usefixtures("pauses_taken")
@pytest.mark.parametrize("folder", FOLDERS)
def test_what_broke_servers_is_not_sent_any_more(folder: str) -> None:
    for name, schema, *_ in CASES[3:6]:
        _, server = asked(name, folder, schema)
        sent = json.dumps(next(r.json for r in server.requests if r.method == "POST")["format"])
        assert "\\d" not in sent
        assert '"#"' not in sent
        assert '"pattern": "[0-9]{4}"' not in sent


@pytest.mark.parametrize("path", sorted(WIRE.rglob("*schema*.http")), ids=lambda path: path.name)
def test_no_exchange_is_left_out(path: Any) -> None:
    assert path.stem in {case[0] for case in CASES} | {"chat-schema"}
