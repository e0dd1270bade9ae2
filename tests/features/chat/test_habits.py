"""Who knows `ollama run` finds its habits: what is shown, and what hints say to type."""

from pathlib import Path

import pytest
from conversations import PNG, talking

from ollama_cli.features.chat.commands import COMMANDS
from ollama_cli.features.chat.grammar import SLASHES


def test_stops_are_words_as_in_ollama(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        assert talk.told("/set parameter stop a b") == 'note: stop is "a" "b"\n'
        talk.say("first")
        assert talk.asked[-1]["options"]["stop"] == ["a", "b"]
        talk.say('/set stop "END OF" \\n')
        talk.say("second")
        assert talk.asked[-1]["options"]["stop"] == ["END OF", "\\n"]
        talk.say("/set stop key=value")
        talk.say("third")
        assert talk.asked[-1]["options"]["stop"] == ["key=value"]
        talk.say('/set stop="END OF" \\n')
        talk.say("/set")
        assert r'stop            "END OF" "\\n"' in talk.out


def test_what_is_set_is_shown_before_what_the_model_has(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        assert "m has no system" in talk.told("/show system")
        assert "m has no parameters" in talk.told("/show parameters")
        talk.say("/set system You are a pirate")
        talk.say("/set parameter num_ctx 4096")
        talk.say("/show system")
        assert talk.out == "You are a pirate\n"
        talk.say("/show parameters")
        assert talk.out == f"set here:\n{'num_ctx':<30} 4096\n"


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("/think on", "/think off, or choose a model that can with /model"),
        ("/image {}/cat.png", "choose a model with vision with /model, or /image off"),
        ("/model sagee", "did you mean sage:latest? if not: /pull sagee"),
        ("/model qqq", "get it: /pull qqq; what is installed: /list"),
        ("/open zzz", "which there are: /sessions"),
        ("/sessions ''", '/sessions "sky"'),
        ("/nwe", "did you mean /new? as a question: //nwe"),
        ("/qqqqqq", "see /help; as a question: //qqqqqq"),
    ],
)
def test_hints_name_what_is_typed_in_a_conversation(tmp_path: Path, typed: str, hint: str) -> None:
    (tmp_path / "cat.png").write_bytes(PNG)
    with talking(tmp_path) as talk:
        assert f"\nhint: {hint}" in talk.told(typed.format(tmp_path))


def test_help_fits_a_screen_and_says_how_to_see_all(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        talk.say("/help all")
        whole = talk.out
        out = talk.conversation.context.out
        out.is_terminal, out.fixed_width = True, 80  # and 24 rows
        for typed in ("/help", "/?"):
            talk.say(typed)
            assert len(talk.out.splitlines()) <= 22  # the line that was typed, and the next prompt
            named = {word.strip(";") for word in talk.out.split() if word[0] == "/"}
            assert named >= {f"/{word}" for word in COMMANDS}
            assert "/exit " in talk.out
            assert "/help all" in talk.out
        talk.say("/help all")
        assert talk.out == whole


@pytest.mark.parametrize("width", [80, 60, 30])
def test_help_breaks_no_word(tmp_path: Path, width: int) -> None:
    with talking(tmp_path) as talk:
        out = talk.conversation.context.out
        talk.say("/help")
        known = set(talk.out.split())
        out.is_terminal, out.fixed_width = True, width
        talk.say("/help all")
        assert set(talk.out.split()) == known
        for typed in ("/help", "/help all", "/help set", "/help keys"):
            talk.say(typed)
            assert max(map(len, talk.out.splitlines())) <= width


@pytest.mark.parametrize("command", ["/load", "/model", "/retry"])
def test_a_model_that_cannot_chat_changes_nothing(tmp_path: Path, command: str) -> None:
    with talking(tmp_path) as talk:
        talk.say("first")
        told = talk.told(f"{command} vectors")
        assert "error: model 'vectors' cannot chat\nhint: choose a model that can\n" in told
        assert talk.conversation.request.model == "m"
        assert len(talk.asked) == 1


def test_set_takes_a_sign_between_key_and_value(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        talk.say("/model sage")
        assert talk.told("/set think=high") == "note: thinking is high\n"
        assert talk.told("/set parameter seed=7") == "note: seed is 7\n"
        assert talk.told("/set  seed = 8") == "note: seed is 8\n"
        talk.say("/set system a=b")
        talk.say("/set format=json")
        talk.say("first")
        assert talk.sent[0] == ("system", "a=b")
        assert talk.asked[-1]["format"] == "json"


def test_one_exchange_is_told_as_one(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        talk.say("first")
        assert talk.told("/drop 1").startswith("error: there is 1 exchange, and one at least")


def test_which_numbers_there_are_is_told(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        talk.say("first")
        assert "hint: there is only 1\n" in talk.told("/edit 2")
        assert "hint: there is only 1\n" in talk.told("/branch 2")
        talk.say("/retry")
        assert "hint: there are 1 to 2\n" in talk.told("/branch 3")


@pytest.mark.parametrize(
    ("typed", "ours"),
    [
        *(("exit", "/exit"), (" Quit ", "/exit"), ("help", "/help"), (".model", "/model")),
        *(("/", "/help"), ("!end", '"""'), ("!fragment x.txt", "/file"), (".MODEL m", "/model")),
    ],
)
def test_commands_of_others_are_no_questions(tmp_path: Path, typed: str, ours: str) -> None:
    with talking(tmp_path) as talk:
        word = typed.strip()
        told = talk.told(typed)
        assert told.startswith(f"error: {word!r} is no command here\nhint: type {ours}; as a ")
        assert not talk.asked
        talk.say(typed, is_block=True)
        assert [text for _, text in talk.sent] == [typed]


@pytest.mark.parametrize(
    "question", ["!fragments of a vase", "a .model of a ship", ".set\nand more"]
)
def test_what_only_looks_like_a_command_of_others_is_asked(tmp_path: Path, question: str) -> None:
    with talking(tmp_path) as talk:
        talk.say(question)
        assert talk.sent[-1] == ("user", question)


def test_what_others_have_behind_a_slash_is_told_as_ours(tmp_path: Path) -> None:
    assert set(SLASHES.values()) <= {*COMMANDS}
    assert not {*SLASHES} & {*COMMANDS}
    with talking(tmp_path) as talk:
        told = talk.told("/tokens")
        assert told.startswith("error: there is no /tokens\nhint: did you mean /context? as a ")
        assert "did you mean /set?" in talk.told("/temperature 0.5")
        assert not talk.asked
