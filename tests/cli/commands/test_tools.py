"""`chat` and `generate --tools`: what is run, what the model is told, and what is shown."""

import json
from pathlib import Path
from typing import Any

import pytest
from hostile import lines
from scripted_models import DONE, asks, calls, chunks, says, world

ADD = asks("add", {"a": 1, "b": 2})


def test_a_call_is_run_and_the_model_goes_on(tmp_path: Path) -> None:
    with world(tmp_path, calls(ADD, text="Let me see. "), says("It is 3.")) as w:
        result = w.run()
        assert (result.code, result.out) == (0, "Let me see. It is 3.\n")
        assert w.ran == "1+2 "
        offered = w.model.asked[0]["tools"]
        assert [each["function"]["name"] for each in offered] == ["add", "fail", "die"]
        assert offered[0]["function"]["parameters"] == {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a", "b"],
            "additionalProperties": False,
        }
        assert w.model.asked[1]["messages"] == [
            {"role": "user", "content": "hi"},
            {
                "role": "assistant",
                "content": "Let me see. ",
                "tool_calls": [
                    {"id": "c1", "function": {"name": "add", "arguments": {"a": 1, "b": 2}}}
                ],
            },
            {"role": "tool", "content": "3", "tool_name": "add"},
        ]
    (line,) = result.err.splitlines()
    assert line.startswith('⚙ tools.add {"a":1,"b":2} · ')
    assert line.endswith(" · 1 B")


def test_thinking_goes_back_with_its_calls(tmp_path: Path) -> None:
    message = {"content": "", "thinking": "hm", "tool_calls": [ADD]}
    first = lines({"message": message, "done": False}, DONE)
    with world(tmp_path, first, says("3")) as w:
        assert w.run("-q").err == ""
        assert w.model.asked[1]["messages"][1]["thinking"] == "hm"


@pytest.mark.parametrize("approve", ["ask", "never"])
@pytest.mark.parametrize("command", ["chat", "generate"])
def test_a_call_that_nobody_approved_is_never_run(
    tmp_path: Path, approve: str, command: str
) -> None:
    again = asks("add", {"a": 1, "b": 3}, "c2")
    with world(tmp_path, calls(ADD, again), says("no")) as w:
        result = w.run(approve=approve, command=command)
        assert (result.code, result.out, w.ran) == (0, "no\n", "")
        assert w.model.results == ["refused: nobody has allowed this call"] * 2
    warnings = [each for each in result.err.splitlines() if each.startswith("warning: ")]
    told = "calls of tools are refused, as there is nobody to ask: --tools-approve always"
    assert [each.startswith(f"warning: {told}") for each in warnings] == (
        [True] if approve == "ask" else []
    )


@pytest.mark.parametrize(
    ("table", "approve", "runs"),
    [
        ('allow = ["tools.add"]', "never", True),
        ('allow = ["tools.a*"]', "ask", True),
        ('allow = ["other.*"]', "ask", False),
        ('deny = ["*.add"]', "always", False),
        ('allow = ["tools.*"]\ndeny = ["tools.add"]', "ask", False),
    ],
)
def test_patterns_allow_and_deny(tmp_path: Path, table: str, approve: str, runs: bool) -> None:
    with world(tmp_path, calls(ADD), says("ok")) as w:
        w.config.write_text(f"[tools]\n{table}\n")
        assert w.run(approve=approve).code == 0
        assert (w.ran == "1+2 ") is runs
        assert (w.model.results == ["3"]) is runs


def test_two_calls_in_one_answer_run_in_order(tmp_path: Path) -> None:
    second = asks("add", {"a": 3, "b": 4}, "c2")
    with world(tmp_path, calls(ADD, second), says("ok")) as w:
        events = w.run("-o", "jsonl").events
        assert w.ran == "1+2 3+4 "
        assert w.model.results == ["3", "7"]
    assert [(each["event"], each.get("id")) for each in events[1:]] == [
        ("tool_call", "c1"),
        ("tool_call", "c2"),
        ("tool_result", "c1"),
        ("tool_result", "c2"),
        ("text", None),
        ("done", None),
    ]


def test_a_call_in_the_last_line_is_run(tmp_path: Path) -> None:
    with world(tmp_path, calls(ADD, at_end=True), says("3")) as w:
        assert w.run().out == "3\n"
        assert w.ran == "1+2 "


def test_arguments_may_come_as_text(tmp_path: Path) -> None:
    with world(tmp_path, calls(asks("add", '{"a": 1, "b": 2}')), says("3")) as w:
        assert w.run().code == 0
        assert w.ran == "1+2 "
        sent = w.model.asked[1]["messages"][1]["tool_calls"][0]["function"]["arguments"]
        assert sent == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (asks("ad", {}), "there is no tool 'ad': did you mean add? there are: add, fail, die"),
        (asks("zzz", {}), "there is no tool 'zzz'; there are: add, fail, die"),
        (asks("_private", {"a": 1}), "there is no tool '_private'"),
        (asks("add", {"a": 1}), "bad arguments of add: 'b' is missing"),
        (asks("add", {"a": 1, "b": "x"}), "bad arguments of add: b: must be an integer, not a"),
        (asks("add", {"a": 1, "b": 2, "c": 3}), "bad arguments of add: unknown property 'c'"),
        (asks("add", '{"a": 1,'), 'bad arguments of add: no JSON object: {"a": 1,'),
        (asks("add", [1]), "bad arguments of add: no JSON object: [1]"),
        (asks("fail", {"why": "no luck"}), "ValueError: no luck"),
        (asks("die", {}), "ended in the middle of the call"),
    ],
)
def test_what_a_model_can_mend_is_told_to_it(
    tmp_path: Path, made: dict[str, Any], told: str
) -> None:
    with world(tmp_path, calls(made), says("ok")) as w:
        result = w.run("-o", "json")
        assert result.code == 0
        assert w.ran == ""
        (text,) = w.model.results
        assert told in text
        (run,) = result.json["tool_runs"]
        assert (run["ok"], run["text"]) == (False, text)
        assert run["approved"] is (made["function"]["name"] in {"fail", "die"})


def test_numbers_of_all_rounds_are_added(tmp_path: Path) -> None:
    end: dict[str, Any] = {"total_duration": 10**9, "eval_duration": 5 * 10**8}
    rounds = (calls(ADD, text="A", **end), says("B", **end, prompt_eval_count=20))
    with world(tmp_path, *rounds) as w:
        found = w.run("-o", "json").json
        (run,) = found.pop("tool_runs")
    assert found["text"] == "AB"
    assert found["usage"] == {"prompt_tokens": 30, "completion_tokens": 6}
    assert (found["timings"]["total"], found["timings"]["completion"]) == (2.0, 1.0)
    assert found["tool_calls"] == [{"name": "add", "arguments": {"a": 1, "b": 2}, "id": "c1"}]
    assert run.pop("seconds") >= 0
    assert run == {
        "id": "c1",
        "server": "tools",
        "name": "add",
        "arguments": {"a": 1, "b": 2},
        "ok": True,
        "approved": True,
        "bytes": 1,
        "text": "3",
    }


def test_lines_for_programs(tmp_path: Path) -> None:
    with world(tmp_path, calls(ADD), says("3")) as w:
        start, called, told, *_, done = w.run("-o", "jsonl", command="generate").events
    assert start["schema"] == "ollama-cli/generate/1"
    assert called == {
        "event": "tool_call",
        "id": "c1",
        "server": "tools",
        "name": "add",
        "arguments": {"a": 1, "b": 2},
    }
    assert told.pop("seconds") >= 0
    assert told == {
        "event": "tool_result",
        "id": "c1",
        "ok": True,
        "approved": True,
        "bytes": 1,
        "text": "3",
    }
    assert done["usage"] == {"prompt_tokens": 20, "completion_tokens": 6}


def test_without_tools_nothing_of_them_is_shown(tmp_path: Path) -> None:
    with world(tmp_path, says("yes")) as w:
        assert "tool_runs" not in w.run("-o", "json", "--tools", "").json
        assert "tools" not in w.model.asked[0]


@pytest.mark.parametrize("rounds", [1, 2, 8])
def test_the_round_after_the_last_one_is_not_run(tmp_path: Path, rounds: int) -> None:
    made = [calls(asks("add", {"a": n, "b": 0}), text=f"{n} ") for n in range(12)]
    usual = () if rounds == 8 else ("--max-tool-rounds", str(rounds))
    with world(tmp_path, *made) as w:
        result = w.run(*usual, "-o", "jsonl")
        assert (result.code, result.error["code"]) == (5, "tool_limit")
        assert w.ran.split() == [f"{n}+0" for n in range(rounds)]
        assert len(w.model.asked) == rounds + 1
    assert result.events[-1]["event"] == "error"


def test_the_call_after_the_last_one_is_not_run(tmp_path: Path) -> None:
    made = [asks("add", {"a": n, "b": 0}, f"c{n}") for n in range(40)]
    with world(tmp_path, calls(*made, text="so")) as w:
        result = w.run()
        assert (result.code, len(w.ran.split())) == (5, 32)
        assert (result.out, "more than 32 calls" in result.err) == ("so", True)
        result = w.run("--max-tool-calls", "3", "-o", "json")
        assert len(w.ran.split()) == 35
    assert (result.json["text"], len(result.json["tool_runs"])) == ("so", 3)


def test_the_same_call_is_not_run_a_third_time(tmp_path: Path) -> None:
    turned = asks("add", {"b": 2, "a": 1})
    with world(tmp_path, calls(ADD), calls(turned), calls(ADD)) as w:
        result = w.run()
        assert (result.code, w.ran) == (5, "1+2 1+2 ")
    assert "a third time with the same arguments" in result.err


def test_a_long_result_is_cut_with_a_mark(tmp_path: Path) -> None:
    with world(tmp_path, calls(asks("long", {"n": 5000})), says("ok")) as w:
        w.file.write_text('def long(n: int) -> str:\n    """Long."""\n    return "é" * n\n')
        (run,) = w.run("-o", "json", "--tool-output", "101B").json["tool_runs"]
        assert run["bytes"] == 10000
        assert w.model.results == ["é" * 50 + "\n[cut here: the first 101 B of 10 KB]"]
        assert w.run("--tool-output", "much").code == 2


def test_v1_has_text_for_arguments_and_ids(tmp_path: Path) -> None:
    fragment = {"index": 0, "id": "c9", "function": {"name": "add", "arguments": '{"a":1,"b":2}'}}
    first = chunks(
        {"choices": [{"delta": {"tool_calls": [fragment]}}]},
        {"choices": [{"delta": {}, "finish_reason": "tool_calls"}]},
        {"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2}},
    )
    second = chunks(
        {"choices": [{"delta": {"content": "3"}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 1}},
    )
    with world(tmp_path, first, second) as w:
        result = w.run("--api", "openai", "-o", "json")
        assert (result.code, result.json["text"]) == (0, "3")
        assert result.json["usage"] == {"prompt_tokens": 12, "completion_tokens": 3}
        _, said, told = w.model.asked[1]["messages"]
    assert json.loads(said["tool_calls"][0]["function"]["arguments"]) == {"a": 1, "b": 2}
    assert told == {"role": "tool", "content": "3", "tool_call_id": "c9"}


@pytest.mark.parametrize("text", ['{"a": 1,', "[1]", "add 1 and 2"])
def test_v1_may_have_arguments_that_are_no_object(tmp_path: Path, text: str) -> None:
    fragment = {"index": 0, "id": "c9", "function": {"name": "add", "arguments": text}}
    first = chunks({"choices": [{"delta": {"tool_calls": [fragment]}, "finish_reason": "stop"}]})
    second = chunks({"choices": [{"delta": {"content": "3"}, "finish_reason": "stop"}]})
    with world(tmp_path, first, second) as w:
        assert w.run("--api", "openai").code == 0
        assert w.model.results == [f"bad arguments of add: no JSON object: {text}"]
        assert w.ran == ""


def test_calls_without_ids_get_some(tmp_path: Path) -> None:
    made = [asks("add", {"a": n, "b": 0}, None) for n in (1, 2)]
    with world(tmp_path, calls(*made), says("ok")) as w:
        runs = w.run("-o", "json").json["tool_runs"]
    assert [each["id"] for each in runs] == ["call_1", "call_2"]


def test_a_model_without_tools_is_refused_up_front(tmp_path: Path) -> None:
    with world(tmp_path, says("?"), capabilities=["completion"]) as w:
        result = w.run()
        assert (result.code, w.model.asked) == (2, [])
    assert "error: model 'm' cannot call tools\n" in result.err
    assert "installed: able:latest" in result.err


@pytest.mark.parametrize(
    "more", [["--raw"], ["--template", "x"], ["--suffix", "x"], ["--format", "json"], ["-o", "raw"]]
)
def test_what_tools_exclude(tmp_path: Path, more: list[str]) -> None:
    with world(tmp_path, says("?")) as w:
        command = "chat" if more[0] == "--format" else "generate"
        for each in {command, "generate"}:
            result = w.run(*more, command=each)
            assert (result.code, w.server.requests) == (2, [])


def test_generate_goes_through_chat_and_says_so(tmp_path: Path) -> None:
    with world(tmp_path, says("yes")) as w:
        result = w.run("-v", "-s", "be brief", command="generate")
        assert result.out == "yes\n"
        assert [each["role"] for each in w.model.asked[0]["messages"]] == ["system", "user"]
        assert "note: with tools the prompt goes through /api/chat\n" in result.err
        assert "/api/chat\n" not in w.run(command="generate").err
