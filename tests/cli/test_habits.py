"""Words of other programs are answered with ours."""

import pytest
from shell import call

from ollama_cli.cli import habits
from ollama_cli.cli.table import TABLE, Branch

NOWHERE = "127.0.0.1:9"
SEARCH = "models: https://ollama.com/search; conversations: `ollama-cli sessions search`"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("chat --cid 3f2 hi", "did you mean --session?"),
        ("chat hi --usage", "did you mean --stats?"),
        ("chat hi --no-log", "did you mean --private?"),
        ("generate hi -a cat.png", "did you mean --image?"),
        ("generate hi -S", "did you mean --no-stream?"),
        ("chat hi --code", "did you mean --extract?"),
        ("run m hi --xl", "did you mean --extract-last?"),
        ("embed hi --usage", "see `ollama-cli embed --help`"),
        ("chat hi --hide-reasoning", "-q shows no thinking"),
        ("chat hi -o temperature 0.2", "a model option stands behind -O: `-O temperature=…`"),
        ("chat hi -o num_ctx=9", "a model option stands behind -O: `-O num_ctx=…`"),
        ("--list-models", "did you mean `ollama-cli models list`?"),
        ("models --list-models", "see `ollama-cli models --help`"),
        ("models view x", "did you mean `ollama-cli models show`?"),
        ("models use x", "did you mean `ollama-cli models default`?"),
        ("sessions ls", "did you mean `ollama-cli sessions list`?"),
        ("sessions resume", "did you mean `ollama-cli chat --session`?"),
        ("hosts ls", "did you mean `ollama-cli hosts list`?"),
        ("prompts ls", "did you mean `ollama-cli prompts list`?"),
        ("prompts new x", "did you mean `ollama-cli prompts edit`?"),
        ("config list", "did you mean `ollama-cli config show`?"),
        ("config rm model", "did you mean `ollama-cli config unset`?"),
        ("cache ls", "did you mean `ollama-cli cache info`?"),
        ("cache dir", "did you mean `ollama-cli cache info`?"),
        *((f"{group}search x", SEARCH) for group in ("", "models ")),
        ("mcp list", "did you mean `ollama-cli mcp tools`?"),
        ("prompt hi", "did you mean `ollama-cli chat`?"),
        ("auth login", "did you mean `ollama-cli hosts`?"),
        ("aliases", "did you mean `ollama-cli models cp`?"),
        ("status", "did you mean `ollama-cli health`?"),
        ("settings", "did you mean `ollama-cli config show`?"),
        ("get x", "did you mean `ollama-cli config get`?"),
        ("logs", "did you mean `ollama-cli sessions`?"),
        ("templates list", "did you mean `ollama-cli prompts`?"),
        ("keys set x", "did you mean `ollama-cli hosts`?"),
        ("images", "did you mean `ollama-cli models`?"),
        ("container ls", "did you mean `ollama-cli models`?"),
        ("tag a b", "did you mean `ollama-cli models cp`?"),
        ("top", "did you mean `ollama-cli models ps`?"),
        ("models stats", "did you mean `ollama-cli models ps`?"),
        ("exec -it m sh", "did you mean `ollama-cli run`?"),
        ("similar x", "did you mean `ollama-cli embed`?"),
        ("lock", "did you mean `ollama-cli models freeze`?"),
        ("run -it m", "leave it out: `ollama-cli run MODEL` alone is a conversation"),
        ("run -ti m hi", "leave it out: `ollama-cli run MODEL` alone is a conversation"),
        ("chat -it", "leave it out: `ollama-cli run MODEL` alone is a conversation"),
        ("run --rm m", "leave it out: `--private` is what leaves nothing behind"),
        ("ls --no-trunc", "leave it out: nothing is cut in a pipe, and with `-o json`"),
        ("-H h ls", "a server: `--host ADDRESS`; headers: see `ollama-cli hosts add --help`"),
        ("ls -H h", "a server: `--host ADDRESS`; headers: see `ollama-cli hosts add --help`"),
        ("health -k", "for one server: `ollama-cli hosts add NAME URL --insecure`"),
        ("ls --verify=no", "for one server: `ollama-cli hosts add NAME URL --insecure`"),
        ("health --retry 3", "did you mean --wait?"),
        ("health --retries 3", "did you mean --wait?"),
        ("chat -O temperature 0.2 hi", "type `-O temperature=0.2`"),
        ("run m hi --option top_p 1", "type `-O top_p=…`"),
        ("chat -p x --var who me hi", "type `--var who=me`"),
    ],
)
def test_words_of_others_are_answered_with_ours(line: str, meant: str) -> None:
    result = call(*line.split(), env={"OLLAMA_HOST": NOWHERE})
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[1:] == [f"hint: {meant}"]


def test_what_is_named_instead_of_words_of_others_is_there() -> None:
    words = {word.strip("`,") for word in call("help", "agent").out.split()}
    ours = {each.partition("=")[0] for row in habits.OPTIONS.values() for each in row}
    assert ours - words == set()
    lines = {
        *habits.OF_AICHAT.values(),
        *(line for row in habits._IN.values() for line in row.values()),
    }
    for line in lines - {""}:
        assert call(*line.partition(" --")[0].split(), "--help").code == 0, line


def test_no_name_of_ours_is_taken_for_one_of_ollama() -> None:
    models = TABLE["models"]
    assert isinstance(models, Branch)
    assert not {*TABLE, *models.entries} & set(habits.OF_OLLAMA)
