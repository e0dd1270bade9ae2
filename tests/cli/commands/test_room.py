"""The room of a prompt: what is too long is refused, or finds room, and no cut goes untold."""

from typing import Any

import pytest
from hostile import Peer, Server, document, lines
from shell import call

WORDS = "word " * 300
TOO_LONG = "the input length exceeds the context length"


class Room:
    """A model of `own` tokens, loaded with `loaded`; a word is a token, and all else is none.

    `tells` says that it tells how many tokens a prompt needs, as newer servers do.
    """

    def __init__(self, own: int = 16384, loaded: int = 0, *, tells: bool = True) -> None:
        self.own, self.loaded, self.tells = own, loaded, tells
        self.loads: list[int] = []
        self.limit = "7"
        self.own_ctx = ""
        self.is_listed = self.has_show = True
        self.end: dict[str, Any] = {"done_reason": "stop", "eval_count": 1}

    def __call__(self, peer: Peer) -> None:
        match peer.request.path:
            case "/api/ps":
                running = [{"name": "m:latest", "context_length": self.loaded}]
                document({"models": running if self.loaded and self.is_listed else []})(peer)
            case "/api/show" if not self.has_show:
                document({"error": "no"}, 500)(peer)
            case "/api/show":
                info = {"general.architecture": "x", "x.context_length": self.own}
                parameters = f'num_predict                    {self.limit}\nstop "x"'
                parameters += f"\nnum_ctx                        {self.own_ctx}"
                document({"model_info": info, "parameters": parameters, "details": {}})(peer)
            case _:
                self._answer(peer, peer.request.json)

    def _answer(self, peer: Peer, body: dict[str, Any]) -> None:
        wanted = min(body.get("options", {}).get("num_ctx") or int(self.own_ctx or 4096), self.own)
        if wanted != self.loaded:
            self.loaded = wanted
            self.loads.append(wanted)
        texts = [each["content"] for each in body.get("messages", ())] or [body["prompt"]]
        needs = sum(len(text.split()) for text in texts)
        if needs > wanted and body.get("truncate") is False:
            told = f"request ({needs} tokens) exceeds the available context size ({wanted} tokens)"
            document({"error": told if self.tells else TOO_LONG}, 400)(peer)
            return
        end = {"model": "m", "done": True, "prompt_eval_count": min(needs, wanted), **self.end}
        if body.get("stream") is False:
            document(end)(peer)
            return
        lines({"message": {"content": "ok"}, "response": "ok", "done": False}, end)(peer)


def chat(room: Room, prompt: str, *args: str) -> Any:
    with Server(room) as server:
        result = call("--host", server.url, "chat", prompt, "-m", "m", *args)
        return result, [each.path for each in server.requests]


def test_a_prompt_that_is_too_long_is_exit_8_with_both_numbers() -> None:
    result, paths = chat(Room(), WORDS, "--num-ctx", "64")
    assert (result.code, result.out) == (8, "")
    assert result.err == (
        "error: the prompt needs 300 tokens, the context holds 64\n"
        "hint: give the model more room: `--num-ctx auto`\n"
    )
    assert paths == ["/api/chat"]
    old, _ = chat(Room(tells=False), WORDS, "--num-ctx", "64")
    assert (old.code, old.err.splitlines()[0]) == (8, f"error: {TOO_LONG}")
    cut, _ = chat(Room(), WORDS, "--num-ctx", "64", "--truncate")
    assert (cut.code, cut.out) == (0, "ok\n")


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize(
    ("own", "words", "raised"), [(16384, 300, 4096), (16384, 4000, 8192), (5000, 4500, 5000)]
)
def test_auto_makes_room_once_and_says_so(own: int, words: int, raised: int, tells: bool) -> None:
    room = Room(own, loaded=64, tells=tells)
    result, paths = chat(room, "word " * words, "--num-ctx", "auto")
    assert (result.code, result.out) == (0, "ok\n")
    assert result.err.startswith(
        f"note: the context is raised to {raised:,} tokens: m is loaded again\n"
    )
    assert room.loads == [raised]
    assert paths.count("/api/chat") == 2


def test_auto_loads_nothing_again_where_a_prompt_fits() -> None:
    room = Room(loaded=2000)
    result, paths = chat(room, WORDS, "--num-ctx", "auto")
    assert (result.code, result.out, result.err) == (0, "ok\n", "")
    assert room.loads == []
    assert paths == ["/api/ps", "/api/chat"]
    unloaded = Room()
    assert chat(unloaded, WORDS, "--num-ctx", "auto")[0].code == 0
    assert unloaded.loads == [4096]  # the server's own


@pytest.mark.parametrize("tells", [True, False])
def test_what_the_model_itself_cannot_hold_stays_exit_8(tells: bool) -> None:
    result, _ = chat(Room(own=200, loaded=64, tells=tells), WORDS, "--num-ctx", "auto")
    assert (result.code, result.out) == (8, "")
    assert "hint: shorten the prompt\n" in result.err


def test_a_setting_asks_for_it_and_a_flag_or_an_option_wins() -> None:
    with Server(Room(loaded=64)) as server:
        args = ("--host", server.url, "generate", WORDS, "-m", "m")
        env = {"OLLAMA_CLI_NUM_CTX": "auto"}
        assert call(*args, env=env).code == 0
        assert call(*args, "--num-ctx", "64", env=env).code == 8
        assert call(*args, "-O", "num_ctx=64", env=env).code == 8
        assert call(*args, env={"OLLAMA_CLI_NUM_CTX": "64"}).code == 8
        assert call(*args, "-O", "num_ctx=400", env={"OLLAMA_CLI_NUM_CTX": "64"}).code == 0
    assert "raised to 4,096" in chat(Room(loaded=64), WORDS, "--num-ctx", " AUTO ")[0].err
    for bad in ("0", "-1", "1.5", "x", "9" * 400):
        assert call("chat", "hi", "-m", "m", "--num-ctx", bad).code == 2
        assert call("chat", "hi", "-m", "m", env={"OLLAMA_CLI_NUM_CTX": bad}).code == 10


def ended(room: Room, *args: str, **end: Any) -> tuple[Any, Any]:
    """The warnings and the document of an answer that ends so."""
    room.end = end
    text = chat(room, "a b c", *args)[0]
    return text.err, chat(room, "a b c", *args, "-o", "json")[0].json


@pytest.mark.parametrize(
    ("args", "end", "cut", "limit", "words"),
    [
        ([], {"done_reason": "stop", "eval_count": 2}, None, None, ""),
        (
            ["--max-tokens", "5"],
            {"done_reason": "length", "eval_count": 5},
            "max_tokens",
            {"tokens": 5, "from": "--max-tokens"},
            "the answer was cut at 5 tokens (--max-tokens)",
        ),
        (
            ["--max-tokens", "1"],
            {"done_reason": "length", "eval_count": 1},
            "max_tokens",
            {"tokens": 1, "from": "--max-tokens"},
            "the answer was cut at 1 token (--max-tokens)",
        ),
        (
            [],
            {"done_reason": "length", "eval_count": 7},
            "max_tokens",
            {"tokens": 7, "from": "model"},
            "the answer was cut at 7 tokens (num_predict of the model)",
        ),
        (
            ["--num-ctx", "9"],
            {"done_reason": "length", "eval_count": 6},
            "context",
            {"tokens": 9, "from": "context"},
            "the answer was cut: the context is full (9 tokens)",
        ),
        (
            ["--num-ctx", "9"],
            {"done_reason": "stop", "eval_count": 20},
            "shifted",
            {"tokens": 9, "from": "context"},
            "the start was forgotten: prompt and answer exceed the 9 tokens of the context",
        ),
    ],
)
def test_whose_limit_cut_an_answer_is_told(
    args: list[str], end: dict[str, Any], cut: str | None, limit: object, words: str
) -> None:
    err, told = ended(Room(), *args, **end)
    assert err == (f"warning: {words}\n" if words else "")
    assert (told["cut"], told["limit"], told["complete"]) == (cut, limit, cut is None)
    assert told["prompt_truncated"] is False
    assert told["context_length"] == (9 if "9" in args else 4096)
    strict, _ = chat(room_of(end), "a b c", *args, "--strict")
    assert (strict.code, strict.out) == (9 if cut else 0, "ok\n")


def room_of(end: dict[str, Any]) -> Room:
    room = Room()
    room.end = end
    return room


def test_a_prompt_that_was_cut_is_told_by_its_numbers() -> None:
    room = Room()
    result, _ = chat(room, WORDS, "--num-ctx", "64", "--truncate", "-o", "json")
    assert (result.code, result.json["prompt_truncated"]) == (0, True)
    words = (
        "the server read a part of the prompt only: it does not fit into the context of 64 tokens"
    )
    assert f"warning: {words}\n" in result.err
    strict, _ = chat(room, WORDS, "--num-ctx", "64", "--truncate", "--strict", "-o", "json")
    assert strict.code == 8


@pytest.mark.parametrize("digits", ["9" * 5000, "\N{ARABIC-INDIC DIGIT SEVEN}", "-2", "x"])
def test_a_limit_of_the_model_that_is_no_number_is_none(digits: str) -> None:
    room = room_of({"done_reason": "length", "eval_count": 7})
    room.limit = digits
    result, _ = chat(room, "a b c")
    assert (result.code, result.out) == (0, "ok\n")
    assert "warning: the answer was cut: the context is full" in result.err


SHIFTED = "the start was forgotten: prompt and answer exceed the {} tokens of the context"
PART = "the server read a part of the prompt only: it does not fit into the context of {} tokens"


@pytest.mark.parametrize(
    ("args", "end", "words"),
    [
        ((), {"done_reason": "stop", "eval_count": 300}, SHIFTED.format(256)),
        (("--truncate",), {"prompt_eval_count": 131}, PART.format(256)),
        (("--truncate",), {"prompt_eval_count": 256}, PART.format(256)),
    ],
)
@pytest.mark.parametrize("is_listed", [True, False])
def test_a_small_context_of_the_model_s_own_is_asked_for(
    is_listed: bool, args: tuple[str, ...], end: dict[str, Any], words: str
) -> None:
    room = room_of({"done_reason": "stop", **end})
    room.loaded, room.own_ctx, room.is_listed = 256, "256", is_listed
    result, _ = chat(room, "a b c", *args)
    assert (result.code, result.out, result.err) == (0, "ok\n", f"warning: {words}\n")
    told, _ = chat(room, "a b c", *args, "-o", "json")
    assert told.json["context_length"] == 256


def test_a_context_that_is_not_listed_any_more_is_the_one_that_was_asked_for() -> None:
    room = room_of({"done_reason": "stop", "eval_count": 700})
    room.own, room.is_listed = 600, False
    for asked, held in (("64", "64"), ("9000", "600")):
        result, _ = chat(room, "a b c", "--num-ctx", asked, "--keep-alive", "0")
        assert f"warning: {SHIFTED.format(held)}\n" in result.err
    few, paths = chat(room_of({"done_reason": "stop", "eval_count": 9}), "a b c")
    assert (few.err, paths) == ("", ["/api/chat"])


def test_a_limit_and_a_lost_start_are_both_told() -> None:
    room = room_of({"done_reason": "length", "eval_count": 20})
    result, _ = chat(room, "a b c", "--num-ctx", "9", "--max-tokens", "20")
    assert result.err.splitlines() == [
        "warning: the answer was cut at 20 tokens (--max-tokens)",
        f"warning: {SHIFTED.format(9)}",
    ]


def test_a_limit_of_the_model_that_was_taken_back_is_none() -> None:
    room = room_of({"done_reason": "length", "eval_count": 7})
    result, _ = chat(room, "a b c", "-O", "num_predict=-1", "-o", "json")
    assert (result.json["cut"], result.json["limit"]["from"]) == ("context", "context")


def test_room_is_made_where_the_model_s_own_is_not_told() -> None:
    room = Room(loaded=64)
    room.has_show = False
    result, _ = chat(room, WORDS, "--num-ctx", "auto")
    assert (result.code, result.out) == (0, "ok\n")
    assert room.loads == [4096]


def test_raw_bytes_are_not_judged() -> None:
    result, paths = chat(Room(), WORDS, "--strict", "-o", "raw")
    assert (result.code, result.out, paths) == (2, "", [])
    assert result.err.startswith("error: --strict judges an answer, which -o raw passes on as it")


def test_a_server_that_refuses_whatever_the_room_is_asked_no_more() -> None:
    class Refusing(Room):
        def _answer(self, peer: Peer, body: dict[str, Any]) -> None:
            self.loads.append(body["options"]["num_ctx"])
            told = "request (300 tokens) exceeds the available context size (64 tokens)"
            document({"error": told}, 400)(peer)

    room = Refusing(loaded=64)
    room.has_show = False
    result, _ = chat(room, WORDS, "--num-ctx", "auto")
    assert (result.code, result.out) == (8, "")
    assert room.loads == [64, 4096]
    assert "hint: shorten the prompt\n" in result.err
