"""`chat` and `generate` with `-p`: what is sent, and what is refused before anything is."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile import document
from prompt_files import REVIEW, SHOTS, World
from shell import call
from terminals import CTRL_D, Terminal

from ollama_cli.features.sessions.store import SessionStore


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    with made.server:
        yield made


def test_chat_by_a_file(world: World) -> None:
    result = world.ask(REVIEW, "this")
    assert (result.code, result.out, result.err) == (0, "ok\n", "")
    assert world.texts == [("system", "Be kind."), ("user", "Review: this")]
    assert world.sent["model"] == "m"
    assert world.sent["options"] == {"num_predict": 5, "temperature": 0.5}


def test_generate_by_a_file(world: World) -> None:
    result = world.ask(REVIEW, "this", "--var", "tone=brief", command="generate")
    assert (result.code, result.out, result.err) == (0, "ok\n", "")
    assert (world.sent["system"], world.sent["prompt"]) == ("Be brief.", "Review: this")
    assert world.sent["options"] == {"num_predict": 5, "temperature": 0.5}


def test_flags_win_over_the_file_and_the_file_over_the_settings(world: World) -> None:
    text = REVIEW.replace(
        "ollama: {", "ollama: {options: {top_k: 3, num_ctx: 512, stop: [a, b]}, keep_alive: 5m, "
    )
    env = {"OLLAMA_CLI_NUM_CTX": "1024", "OLLAMA_CLI_KEEP_ALIVE": "1h", "OLLAMA_CLI_MODEL": "z"}
    world.ask(text, "this", env=env)
    options = {"num_predict": 5, "temperature": 0.5, "top_k": 3, "num_ctx": 512}
    assert world.sent["options"] == {**options, "stop": ["a", "b"]}
    assert (world.sent["keep_alive"], world.sent["model"]) == ("5m", "m")
    typed = ("--temperature", 1, "-O", "num_predict=7", "-O", "top_k=4", "--stop", "c")
    world.ask(text, "this", *typed, "--num-ctx", 256, "-m", "eyes", "--keep-alive", "1s", env=env)
    options = {"num_predict": 7, "temperature": 1, "top_k": 4, "num_ctx": 256}
    assert world.sent["options"] == {**options, "stop": ["c"]}
    assert (world.sent["keep_alive"], world.sent["model"]) == ("1s", "eyes")


def test_a_system_prompt_that_is_typed_takes_the_place_of_the_other(world: World) -> None:
    assert world.ask(REVIEW.replace("tone: kind", ""), "this", "-s", "Be hard.").code == 0
    assert world.texts == [("system", "Be hard."), ("user", "Review: this")]


def test_thinking_and_room_are_the_files_own(world: World) -> None:
    text = REVIEW.replace("ollama: {", "ollama: {think: true, options: {num_ctx: auto}, ")
    assert world.ask(text, "this", "-m", "sage").code == 0
    assert world.sent["think"] is True
    assert "num_ctx" not in world.sent["options"]
    assert "/api/ps" in {each.path for each in world.server.requests}
    world.ask(text, "this", "-m", "sage", "--think=false", "--num-ctx", 64)
    assert (world.sent["think"], world.sent["options"]["num_ctx"]) == (False, 64)
    world.ask(text.replace("auto", "512"), "this", "-m", "sage", "--num-ctx", "auto")
    assert "num_ctx" not in world.sent["options"]


@pytest.mark.parametrize(
    ("content", "args", "stdin", "sent"),
    [
        ("{{input}}", ["a"], None, "a"),
        ("{{input}}", ["a"], "b\n", "a\n\nb\n"),
        ("{{input}}", [], "b", "b"),
        ("{{input}}", ["-"], "b", "b"),
        ("{{input}}|{{stdin}}", ["a"], "b", "a|b"),
        ("{{stdin}}", [], "b", "b"),
        ("{{stdin}}", ["a"], "b", "b\n\na"),
        ("fixed", [], None, "fixed"),
        ("fixed", [], "", "fixed"),
        ("fixed", ["a"], "b", "fixed\n\na\n\nb"),
        ("fixed", ["a", "--no-stdin"], "b", "fixed\n\na"),
        ("{{input}}", ["a", "--var", "input2=x"], None, "a"),
        ("{{input}} {{input}}", ["{{x}}{{input}}"], None, "{{x}}{{input}} {{x}}{{input}}"),
        ("{{a}}{{b}}", ["--var", "a={{b}}", "--var", "b={{a}}"], None, "{{b}}{{a}}"),
        ("{{a}}", ["--var", "a=", "--var", "a=1=2"], None, "1=2"),
        ("{{input}}", ["--var", "input=v"], None, "v"),
        ("{{stdin}}", ["--var", "stdin=v"], "b", "v\n\nb"),
        ("{{ d }} {{e.f}}", [], None, "no 1.10"),
        ("{{d}}", ["--var", "d=x"], None, "x"),
    ],
)
def test_what_is_put_where(
    world: World, content: str, args: list[str], stdin: str | None, sent: str
) -> None:
    defaults = "ollama: {defaults: {d: no, e.f: 1.10}}"
    text = f"messages: [{{role: user, content: {json.dumps(content)}}}]\n{defaults}\n"
    for command in ("chat", "generate"):
        result = world.ask(text, "-m", "m", *args, command=command, stdin=stdin)
        assert (result.code, result.out) == (0, "ok\n"), result.err
        said = world.texts if command == "chat" else [("user", world.sent["prompt"])]
        assert said == [("user", sent)]


def test_values_and_texts_of_files(world: World) -> None:
    (world.home / "v.txt").write_text("{{input}}", encoding="utf-8")
    result = world.ask(REVIEW, "a", "--var", "tone=@v.txt", "-f", "v.txt", cwd=world.home)
    assert result.code == 0
    assert world.texts == [("system", "Be {{input}}."), ("user", "Review: a\n\n{{input}}")]


def test_a_file_without_a_question(world: World) -> None:
    text = "messages: [{role: system, content: Translate.}]"
    assert world.ask(text, "-m", "m", "hello").code == 0
    assert world.texts == [("system", "Translate."), ("user", "hello")]
    result = world.ask(text, "-m", "m")
    assert (result.code, result.err.splitlines()[0]) == (2, "error: there is no prompt")


def test_messages_before_the_question(world: World) -> None:
    assert world.ask(SHOTS, "2+2", "-m", "m").code == 0
    shots = [("system", "Add."), ("user", "1+1"), ("assistant", "2")]
    assert world.texts == [*shots, ("user", "2+2")]


def test_messages_are_kept_in_a_session_that_begins_and_clash_with_one_that_goes_on(
    world: World,
) -> None:
    assert world.ask(SHOTS, "2+2", "-m", "m", "--save").code == 0
    shots = [("system", "Add."), ("user", "1+1"), ("assistant", "2")]
    assert world.texts == [*shots, ("user", "2+2")]
    store = SessionStore(world.home / ".local/share/ollama-cli/sessions.db")
    kept = store.latest()
    assert kept is not None
    assert (kept.title, kept.system) == ("sums", "Add.")
    assert [each.content for each in store.messages(kept.id)] == ["1+1", "2", "2+2", "ok"]
    store.close()
    assert call("chat", "-c", "3+3", "--host", world.server.url, at=world.home).code == 0
    assert world.texts[-2:] == [("assistant", "ok"), ("user", "3+3")]
    requests = len(world.server.requests)
    refused = world.ask(SHOTS, "2+2", "-c")
    assert (refused.code, len(world.server.requests)) == (2, requests)
    assert "is a conversation, and so is the session" in refused.err
    assert world.ask(REVIEW, "that", "-c").code == 0
    assert world.texts[0] == ("system", "Be kind.")
    assert world.texts[-1] == ("user", "Review: that")


def test_what_would_be_sent_is_shown_and_is_not(world: World) -> None:
    for command, told in (("chat", '"content": "1+1"'), ("generate", '"prompt": "Review: this"')):
        text = SHOTS if command == "chat" else REVIEW
        result = world.ask(text, "this", "-m", "m", "--curl", command=command)
        assert (result.code, told in result.out) == (0, True), result.out
    assert world.server.connections == 0


def test_a_conversation_begins_with_what_the_file_says(world: World) -> None:
    text = SHOTS.rpartition("  - {role: user")[0]
    args = ("chat", "-p", world.write(text), "-m", "m", "--no-preload", "--private")
    with Terminal(*args, "--host", world.server.url, at=world.home) as t:
        t.expect("1+1", ">>> ")
        t.send("3+3\r")
        t.expect("ok")
        t.send(CTRL_D)
        assert t.end() == 0
    shots = [("system", "Add."), ("user", "1+1"), ("assistant", "2")]
    assert world.texts == [*shots, ("user", "3+3")]


def test_generate_takes_no_conversation(world: World) -> None:
    for text in (SHOTS, "messages: [{role: assistant, content: x}]"):
        result = world.ask(text, "a", "-m", "m", command="generate")
        assert result.code == 2
        assert "generate takes one message of the system and one of the user" in result.err
        assert "hint: use `ollama-cli chat`, which takes all messages" in result.err
    swapped = "messages: [{role: user, content: a}, {role: system, content: b}]"
    assert world.ask(swapped, "-m", "m", command="generate").code == 0
    assert (world.sent["system"], world.sent["prompt"]) == ("b", "a")
    raw = world.ask(swapped, "-m", "m", "--raw", command="generate")
    assert (raw.code, "--raw sends the prompt alone" in raw.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "args", "told"),
    [
        (
            "messages: [{role: user, content: '{{a}} {{input}} {{b}} {{stdin}} {{a}}'}]",
            [],
            (
                "error: x has no value for a, input, b, stdin\n"
                "hint: give --var a=… --var b=…, and give the prompt, and pipe something into it\n"
            ),
        ),
        ("messages: [{role: user, content: '{{a}}'}]", ["--var", "a"], "error: a variable is wr"),
        ("messages: [{role: user, content: '{{a}}'}]", ["--var", "=b"], "error: a variable is wr"),
        ("messages: [{role: user, content: '{{a}}'}]", ["--var", "1=b"], "error: a variable is w"),
        (
            "messages: [{role: user, content: '{{input}}'}]",
            ["--var", "input=b", "c"],
            "error: --var input=… and a prompt are the same: give one of them\n",
        ),
        ("messages: [{role: user, content: ''}]", [""], "error: the prompt is empty\n"),
        ("messages: x", [], "error: x: line 1: messages: is no list\nhint: see all 2: `ollama-cli"),
        ("a: [", [], "error: x: line 1: expected the node content, but found"),
        (f"{REVIEW}\nmodel: m", [], "error: x: line 8: 'model' stands here twice\n"),
        (
            REVIEW.replace("0.5", "hot"),
            ["a"],
            "error: x: line 2: modelParameters.temperature: option temperature takes a number, not",
        ),
        (
            REVIEW.replace("ollama: {", "ollama: {think: hard, "),
            ["a"],
            "error: x: line 6: ollama.think: is none of true, false, low, medium, high, max\n",
        ),
        (
            REVIEW.replace("ollama: {", "ollama: {keep_alive: soon, "),
            ["a"],
            "error: x: line 6: ollama.keep_alive: is no duration such as 10m",
        ),
        (
            REVIEW.replace("ollama: {", "ollama: {options: {num_ctx: [1, 2]}, "),
            ["a"],
            "error: x: line 6: ollama.options.num_ctx: takes one value, not several\n",
        ),
    ],
)
def test_what_is_refused_before_anything_is_sent(
    world: World, text: str, args: list[str], told: str
) -> None:
    for command in ("chat", "generate"):
        result = world.ask(text, "-m", "m", *args, command=command)
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith(told)
    assert world.server.connections == 0


def test_an_empty_pipe_is_no_value(world: World) -> None:
    result = world.ask("messages: [{role: user, content: '{{stdin}}'}]", "-m", "m", stdin="")
    assert result.err == "error: x has no value for stdin\nhint: pipe something into it\n"


def test_what_is_odd_is_a_warning(world: World) -> None:
    text = REVIEW.replace("ollama: {", "zzz: 1\nollama: {options: {temprature: 1}, ")
    result = world.ask(text, "this", "--var", "tones=x", "--var", "tone=y")
    assert (result.code, result.out) == (0, "ok\n")
    zzz, tones, option = result.err.splitlines()
    assert zzz == "warning: x: line 6: zzz: unknown key"
    assert tones == "warning: x: no message has {{tones}}: did you mean tone?"
    assert option.startswith("warning: unknown option 'temprature': did you mean temperature?")


def test_a_file_is_named_by_a_slash_and_a_name_is_never_looked_for_here(world: World) -> None:
    here = world.home / "here"
    here.mkdir()
    (here / "y.prompt.yml").write_text(REVIEW, encoding="utf-8")
    usual = ("a", "--host", world.server.url)
    for name in ("y", "y.prompt.yml"):
        result = call("chat", "-p", name, *usual, at=world.home, cwd=here)
        told = f"error: no prompt is named {name!r}\nhint: a file is named with a slash: ./y.prompt"
        assert (result.code, result.err.startswith(told)) == (4, True)
    assert world.server.connections == 0
    assert call("chat", "-p", "./y.prompt.yml", *usual, at=world.home, cwd=here).code == 0
    assert world.texts[-1] == ("user", "Review: a")
    piped = call("chat", "-p", "-", *usual, at=world.home, stdin=REVIEW.replace("Review", "Read"))
    assert (piped.code, world.texts[-1]) == (0, ("user", "Read: a"))


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("./no.prompt.yml", 4, "error: no such file: ./no.prompt.yml\n"),
        ("revew", 4, "error: no prompt is named 'revew'\nhint: did you mean review?\n"),
        ("zzz", 4, "error: no prompt is named 'zzz'\nhint: those that there are: `ollama-cli prom"),
        ("", 4, "error: no prompt is named ''\n"),
        ("x" * 300, 4, "error: no prompt is named 'xxx"),
        ("./" + "x" * 300, 2, "error: cannot read ./xxx"),
        ("why is it " * 30, 4, "error: no prompt is named 'why is it "),
        ("./", 2, "error: cannot read ./: Is a directory\n"),
        ("./big", 2, "error: ./big is larger than 1 MiB\n"),
        ("./binary", 2, "error: ./binary is no text\n"),
    ],
)
def test_a_file_that_cannot_be_read(world: World, name: str, code: int, told: str) -> None:
    world.write(REVIEW, "review")
    (world.home / "big").write_bytes(b"#" * ((1 << 20) + 1))
    (world.home / "binary").write_bytes(b"\0\1")
    result = call("chat", "-p", name, "a", "--host", world.server.url, at=world.home)
    assert result.code == code
    assert result.err.startswith(told)
    assert world.server.connections == 0


def test_a_prompt_in_the_place_of_a_file_is_told_as_that(world: World) -> None:
    for words in ("why is the sky blue?", "and/or why?"):
        result = call("chat", "-p", words, "--host", world.server.url, at=world.home)
        assert result.code == 4
        assert result.err.endswith("\nhint: -p names a file; a prompt stands without it\n")


def test_a_model_that_is_not_there_is_told_with_the_file_that_names_it(world: World) -> None:
    world.answers.scripts = [document({"error": "model 'gone' not found"}, 404)]
    result = world.ask(REVIEW.replace("model: m", "model: gone"), "this")
    assert result.code == 4
    assert result.err.startswith("error: model 'gone' not found (x sets it)\nhint: get it: ")
    typed = world.ask(REVIEW, "this", "-m", "gone")
    assert (typed.code, typed.err.startswith("error: model 'gone' not found\n")) == (4, True)


def test_a_file_from_standard_input_is_told_as_that(world: World) -> None:
    usual = ("chat", "-p", "-", "--host", world.server.url)
    result = call(*usual, "hi", at=world.home, stdin="messages: x")
    told = "error: standard input: line 1: messages: is no list\n"
    assert (result.code, result.err) == (2, told)


def test_variables_without_a_file(world: World) -> None:
    result = call("chat", "--var", "a=b", "hi", at=world.home)
    assert result.err == "error: --var fills a prompt file\nhint: name one: -p NAME, or -p ./FILE\n"
    assert result.code == 2
