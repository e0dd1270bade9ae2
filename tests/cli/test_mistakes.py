"""A line that cannot be parsed is answered with what to type instead; nothing is sent."""

from pathlib import Path
from shlex import quote

import pytest
from hostile import Server, lines
from shell import call, python

from ollama_cli.cli import parser
from ollama_cli.cli.table import TOPICS
from ollama_cli.features.chat import request

DONE = {"model": "m", "message": {"content": "ok"}, "response": "ok", "done": True}
NOWHERE = "127.0.0.1:9"
OLLAMAS = ["create", "push", "signin", "signout", "login", "logout", "serve", "start", "launch"]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("pul x", "did you mean `ollama-cli pull`?"),
        ("sho x", "did you mean `ollama-cli show`?"),
        ("lst", "did you mean `ollama-cli list`?"),
        ("mod", "did you mean `ollama-cli models`?"),
        ("s", "did you mean `ollama-cli show` or `ollama-cli stop` or `ollama-cli sessions`?"),
        ("models pul x", "did you mean `ollama-cli models pull`?"),
        ("models PUL x", "did you mean `ollama-cli models pull`?"),
        ("models run x", "did you mean `ollama-cli run`?"),
        ("hosts ad", "did you mean `ollama-cli hosts add`?"),
        ("config g", "did you mean `ollama-cli config get`?"),
        ("remove x", "did you mean `ollama-cli rm`?"),
        ("models delete x", "did you mean `ollama-cli models rm`?"),
        ("api /api/tags", "see `ollama-cli --help`"),
        ("sessions delete x", "did you mean `ollama-cli sessions rm`?"),
        ("download x", "did you mean `ollama-cli pull`?"),
        ("inspect x", "did you mean `ollama-cli show`?"),
        ("models rename a b", "did you mean `ollama-cli models mv`?"),
        ("ask hi", "did you mean `ollama-cli chat`?"),
        ("version", "type `ollama-cli --version`"),
        ("version --help", "type `ollama-cli --version`"),
        ("help version", "type `ollama-cli --version`"),
        ("run --model m hi", "a model is named without it: `ollama-cli run MODEL`"),
        ("run -m m hi", "a model is named without it: `ollama-cli run MODEL`"),
        ("models pull -m m", "a model is named without it: `ollama-cli models pull MODEL`"),
        ("ls -m m", "see `ollama-cli ls --help`"),
        ("rm -f m", "did you mean --yes?"),
        ("sessions rm --force 3f2", "did you mean --yes?"),
        ("ls -f", "see `ollama-cli ls --help`"),
        ("config show model", "one setting: `ollama-cli config get model`"),
        ("models ensure --dry-run", "did you mean --check?"),
        ("models ensure -n", "did you mean --check?"),
        ("rm --check m", "did you mean --dry-run?"),
        ("models mv --dry-run a b", "see `ollama-cli models mv --help`"),
        ("exit-codes", "type `ollama-cli help exit-codes`"),
        ("schema models-list", "type `ollama-cli help schema models-list`"),
        ("models help", "type `ollama-cli models --help`"),
        ("help remove", "did you mean `ollama-cli help rm`?"),
        ("help schemas", "did you mean `ollama-cli help schema`?"),
        ("help get", f"topics: {', '.join(TOPICS)}"),
        ("help serve", "type `ollama help serve`"),
        ("help create", "type `ollama help create`"),
        ("help push", "type `ollama help push`"),
        ("help models create", "type `ollama create`"),
        ("ensure", "did you mean `ollama-cli models ensure`?"),
        ("set model x", "did you mean `ollama-cli config set`?"),
        ("add x y", "did you mean `ollama-cli hosts add`?"),
        ("help pul", "did you mean `ollama-cli help pull`?"),
        ("help exit", "did you mean `ollama-cli help exit-codes`?"),
        ("help xyzzy", f"topics: {', '.join(TOPICS)}"),
        ("help models pul", "did you mean `ollama-cli models pull`?"),
        ("help chat x", "see `ollama-cli chat --help`"),
        ("llama3.2 hi", 'to ask a model: `ollama-cli run llama3.2 "hi"`'),
        *(
            (f"{each} get", f"a server is named by --host: `ollama-cli --host {each} health`")
            for each in ("http://h:1/api/tags", ":11434", "localhost:11434", "127.0.0.1:1/v1")
        ),
        ("hf.co/me/x:Q4", "to ask a model: `ollama-cli run hf.co/me/x:Q4`"),
        ("mistral -q why not", 'to ask a model: `ollama-cli run mistral "why not"`'),
        ("why is it so", 'to ask a model: `ollama-cli chat "why is it so"`'),
        ("xyzzy", "see `ollama-cli --help`"),
        ("models xyzzy", "see `ollama-cli models --help`"),
        ("-v", "the version: `ollama-cli --version`, with -v also what it runs on"),
        ("-vv", "the version: `ollama-cli --version`, with -v also what it runs on"),
        ("-q", "see `ollama-cli --help`"),
        ("chat --temp 1 hi", "did you mean --temperature?"),
        ("generate --temp 1 hi", "did you mean --template or --temperature?"),
        ("chat --tempersture 1", "did you mean --temperature?"),
        ("chat --jsonn", "did you mean --json?"),
        ("models pull --stall 3 x", "did you mean --stall-timeout?"),
        ("chat --loc hi", "did you mean --local-only?"),
        ("chat -model x hi", "did you mean --model?"),
        ("chat -system x hi", "did you mean --system?"),
        (
            "config set max_tokens -1",
            "a number below 0 stands behind `--`: `ollama-cli config set … -- -1`",
        ),
        ("chat --xyzzy", "see `ollama-cli chat --help`"),
        ("-m demo chat hi", "it stands behind the command: `ollama-cli chat -m …`"),
        ("--stream chat hi", "it stands behind the command: `ollama-cli chat --stream …`"),
        ("--sort size models ls", "it stands behind the command: `ollama-cli models ls --sort …`"),
        ("models --sort list", "it stands behind the command: `ollama-cli models list --sort …`"),
        ("chat --show-completion", "it stands before a command: `ollama-cli --show-completion`"),
        ("-m demo why", "it stands behind the command: `ollama-cli chat -m …`"),
        ("-c and", "it stands behind the command: `ollama-cli chat -c …`"),
        ("-t review", "it stands behind the command: `ollama-cli chat --prompt-file …`"),
        ("--xyzzy why", "see `ollama-cli --help`"),
        ("chat -t review", "did you mean --prompt-file?"),
        ("chat --attachment x.png", "did you mean --image?"),
        ("generate -a x.png", "did you mean --image?"),
        ("sessions list -n 3", "did you mean --limit?"),
        ("chat -T x.py hi", "did you mean --tools?"),
        ("chat --key x hi", "did you mean --api-key-env?"),
        ("ls --format json", "did you mean --output?"),
        ("ls --no-color", "did you mean --color=never?"),
        ("ls --web", "see `ollama-cli ls --help`"),
        ("chat -o jsn", "did you mean json?"),
        ("chat -o jsonn", "did you mean json?"),
        ("chat --color alway", "did you mean always?"),
        ("models ls --sort siz", "did you mean size?"),
        ("models ls --sort xyzzy", "see `ollama-cli models ls --help`"),
        ("models ls llama", "names that begin so: `ollama-cli models ls --filter 'llama*'`"),
        ("ls llama3.2", "names that begin so: `ollama-cli ls --filter 'llama3.2*'`"),
        ("ps llama", "names that begin so: `ollama-cli ps -o name | grep '^llama'`"),
        ("cp a b c", "see `ollama-cli cp --help`"),
    ],
)
def test_a_mistake_is_answered_with_what_was_meant(line: str, meant: str) -> None:
    result = call(*line.split(), env={"OLLAMA_HOST": NOWHERE})
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[1:] == [f"hint: {meant}"]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("models", "what there is: `PATH list`; all commands: `PATH --help`"),
        ("config", "what there is: `PATH show`; all commands: `PATH --help`"),
        ("cache", "what there is: `PATH info`; all commands: `PATH --help`"),
        ("mcp", "see `PATH --help`"),
        ("config set|model=x", "type `PATH model x`"),
        ("config set|system=a b=c", "type `PATH system 'a b=c'`"),
        ("config set|model=x|-q", "type `PATH model x`"),
        ("config set|-q|model=x", "type `PATH model x`"),
        (
            "config set|--color=never",
            "which there are: `ollama-cli config show`; see `PATH --help`",
        ),
        ("config set|model", "see `PATH --help`"),
        ("config get", "which there are: `ollama-cli config show`; see `PATH --help`"),
        ("sessions rename", "which there are: `ollama-cli sessions list`; see `PATH --help`"),
        ("stop", "which there are: `ollama-cli models list`; see `PATH --help`"),
        ("prompts show", "which there are: `ollama-cli prompts list`; see `PATH --help`"),
        ("prompts edit", "see `PATH --help`"),
        ("models pull", "see `PATH --help`"),
        ("models cp|m", "see `PATH --help`"),
        ("chat|-m", "see `PATH --help`"),
    ],
)
def test_a_line_that_ends_too_soon_is_answered_with_what_may_follow(line: str, meant: str) -> None:
    path, *words = line.split("|")
    result = call(*path.split(), *words)
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[1] == f"hint: {meant.replace('PATH', f'ollama-cli {path}')}"


def test_the_keys_that_stand_behind_json_are_fields() -> None:
    error = call("ls", "--json", "name,size", env={"OLLAMA_HOST": NOWHERE}).error
    assert error["hint"] == "these keys alone: `ollama-cli ls --json --fields name,size`"


@pytest.mark.parametrize("name", OLLAMAS)
@pytest.mark.parametrize("before", [[], ["models"], ["-q"]])
def test_what_only_ollama_has_is_named_as_that(name: str, before: list[str]) -> None:
    result = call(*before, name, "me/x", "-f", "a b")
    path = "ollama-cli models" if before == ["models"] else "ollama-cli"
    error, hint = result.err.splitlines()
    assert result.code == 2
    assert error == f"error: no such command: {path} {name}; it is one of ollama"
    assert hint.startswith(f"hint: type `ollama {name} me/x -f 'a b'`")
    assert "did you mean" not in hint
    assert ("demo serve" in hint) is (name in {"serve", "start"})


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("run m --experimental hi", "leave it out, or type `ollama run --experimental …`"),
        ("run m --experimental-yolo", "leave it out, or type `ollama run --experimental-yolo …`"),
        ("chat --experimental hi", "leave it out, or type `ollama run --experimental …`"),
        ("run m --width 3 hi", "leave it out, or type `ollama run --width …`"),
        ("generate --steps 3 hi", "leave it out, or type `ollama run --steps …`"),
        ("cp a b --quantize q4", "leave it out, or type `ollama create --quantize …`"),
        ("chat --hidethinking hi", "-q shows no thinking"),
        ("generate --nowordwrap hi", "`--render plain`"),
        ("chat --keepalive 5m hi", "did you mean --keep-alive?"),
        ("chat --dimensions 5 hi", "`ollama-cli embed --dimensions N`"),
    ],
)
def test_options_of_ollama_are_answered_too(line: str, meant: str) -> None:
    result = call(*line.split(), env={"OLLAMA_HOST": NOWHERE})
    assert result.code == 2
    assert meant in result.err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (
            ["chat", "why", "is", "the", "sky", "blue"],
            [
                "error: a prompt of several words needs quotes",
                'hint: type `ollama-cli chat "why is the sky blue"`',
            ],
        ),
        (
            ["generate", "-m", "m", "what's", "$HOME"],
            [
                "error: a prompt of several words needs quotes",
                "hint: type `ollama-cli generate 'what'\"'\"'s $HOME'`",
            ],
        ),
        (
            ["chat", "--system", "you", "are", "a", "pirate", "hi there"],
            [
                "error: a text of several words needs quotes: --system took the first one",
                'hint: type `ollama-cli chat --system "you are …" "…"`',
            ],
        ),
        (
            ["chat", "--system", "you are a pirate", "hi", "there"],
            [
                "error: a prompt of several words needs quotes",
                'hint: type `ollama-cli chat "hi there"`',
            ],
        ),
        (
            ["generate", "a story", "--cache", "2"],
            [
                "error: a prompt of several words needs quotes",
                'hint: type `ollama-cli generate "a story 2"`, or `--cache=2` if that is its value',
            ],
        ),
        (
            ["chat", "-x", "python", "a loop"],
            [
                "error: a prompt of several words needs quotes",
                'hint: type `ollama-cli chat "python a loop"`, or `-x=python` if that is its value',
            ],
        ),
    ],
)
def test_words_without_quotes_are_named_as_that(args: list[str], told: list[str]) -> None:
    result = call(*args, env={"OLLAMA_HOST": NOWHERE})
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines() == told


@pytest.mark.parametrize(
    ("args", "model"),
    [
        (["tiny", "why so?"], "tiny"),
        (["llama3.2", "why", "so?", "-q"], "llama3.2"),
        (["$(tiny)", "why so?"], "$(tiny)"),
        (["-m", "m", "llama3.2", "why"], ""),
        (["why", "so"], ""),
    ],
)
def test_a_model_before_the_prompt_is_told_how_it_is_named(args: list[str], model: str) -> None:
    hint = call("chat", *args, env={"OLLAMA_HOST": NOWHERE}).err.splitlines()[1]
    end = f', or `ollama-cli chat -m {quote(model)} "why so?"` if {model} is the model'
    assert hint.endswith(end if model else '"`')


@pytest.mark.parametrize("word", ["a" * 100_000, "a" + "1" * 100_000])
def test_a_long_word_is_read_in_one_go(word: str) -> None:
    result = call("chat", f"{word}!", "why")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error: a prompt of several words needs quotes\n")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("a.txt", "b.txt", "c.txt", "with blanks.md", "p.png", "q.png"):
        is_picture = name.endswith(".png")
        (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n" if is_picture else b"text\n")
    return tmp_path


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["chat", "-f", "a.txt", "b.txt"], None),
        (["chat", "-f", "a.txt", "b.txt", "c.txt"], None),
        (["chat", "-f", "a.txt", "b.txt", "c.txt", "summarise them"], None),
        (["generate", "--file", "a.txt", "b.txt"], None),
        (["run", "m", "-f", "a.txt", "b.txt"], None),
        (["run", "m", "-f", "a.txt", "b.txt", "c.txt", "and", "tell"], None),
        (
            ["chat", "-f", "a.txt", "with blanks.md"],
            "name each file: `-f a.txt -f 'with blanks.md'`, or pipe them: `cat *.md | …`",
        ),
        (
            ["chat", "-f", "gone.txt", "b.txt"],
            "name each file: `-f gone.txt -f b.txt`, or pipe them: `cat *.txt | …`",
        ),
        (["chat", "-i", "p.png", "q.png"], "name each file: `-i p.png -i q.png`"),
        (["embed", "-f", "a.txt", "b.txt"], "pipe them: `cat *.txt | …`"),
        (["embed", "-f", "a.txt", "b.txt", "c.txt"], "pipe them: `cat *.txt | …`"),
    ],
)
def test_a_pattern_behind_an_option_is_refused(
    args: list[str], hint: str | None, files: Path
) -> None:
    with Server(lines(DONE)) as server:
        if "gone.txt" in args:
            (files / "gone.txt").write_text("x")
        result = call(*args, "--host", server.url, cwd=files)
        assert server.requests == []
    usual = "name each file: `-f a.txt -f b.txt`, or pipe them: `cat *.txt | …`"
    assert (result.code, result.out) == (2, "")
    assert "takes one file" in result.err
    assert result.err.splitlines()[1] == f"hint: {hint or usual}"


@pytest.mark.parametrize(
    "args",
    [
        ["-f", "a.txt", "summarise"],
        ["-f", "a.txt", "what does b.txt say?"],
        ["-f", "a.txt", "-f", "b.txt", "compare"],
        ["summarise", "-f", "a.txt"],
        ["-f", "a.txt", "x" * 5000],
        ["b.txt"],
    ],
)
def test_a_prompt_beside_a_file_is_a_prompt(args: list[str], files: Path) -> None:
    with Server(lines(DONE)) as server:
        result = call("chat", "-m", "m", *args, "--host", server.url, cwd=files)
    assert (result.code, result.out) == (0, "ok\n")


@pytest.mark.parametrize("command", [["chat", "-m", "m"], ["generate", "-m", "m"], ["run", "m"]])
@pytest.mark.parametrize(
    ("words", "think"),
    [
        (["--think", "high"], "high"),
        (["--think", "MAX"], "max"),
        (["--think", "false"], False),
        (["--think", "true"], True),
        (["--think=low"], "low"),
        (["--think"], True),
    ],
)
def test_a_level_behind_think_is_understood(
    command: list[str], words: list[str], think: object
) -> None:
    with Server(lines(DONE)) as server:
        for line in ([*command, "why?", *words], [*command, *words, "why?"]):
            call(*line, "--host", server.url)
            body = server.requests[-1].json
            assert body["think"] == think
            assert "why?" in str(body)
            assert not any(word in str(body.get("messages", body.get("prompt"))) for word in words)


@pytest.mark.parametrize("command", ["chat", "generate", "run"])
@pytest.mark.parametrize("word", ["off", "none", "minimal", "XHIGH", "0"])
def test_what_others_have_for_a_level_is_refused(command: str, word: str) -> None:
    result = call(command, "--think", word, "-q", "why?", env={"OLLAMA_HOST": NOWHERE})
    assert result.code == 2
    assert result.err.startswith(f"error: --think={word}: no such level")


def test_a_level_alone_is_no_prompt() -> None:
    with Server(lines(DONE)) as server:
        result = call("chat", "-m", "m", "--think", "high", "--host", server.url)
        assert server.requests == []
    assert (result.code, result.err.splitlines()[0]) == (2, "error: there is no prompt")


def test_every_level_is_one_for_the_parser() -> None:
    assert set(request.THINK_LEVELS) <= parser.THINK_WORDS


def test_a_line_that_is_right_does_not_load_it() -> None:
    code = (
        "import sys; from ollama_cli.cli.main import main\n"
        "codes = [main(['help', *words]) for words in (['formats'], [])]\n"
        "print(codes, 'ollama_cli.cli.mistakes' in sys.modules)\n"
        "print(main(['help', 'xyzzy']), 'ollama_cli.cli.mistakes' in sys.modules)"
    )
    assert python(code).out.splitlines()[-2:] == ["[0, 0] False", "2 True"]


def test_a_prompt_that_was_given_as_the_model_is_named() -> None:
    for command in ("chat", "generate"):
        result = call(command, "-m", "why is it so", env={"OLLAMA_HOST": NOWHERE})
        assert result.code == 2
        assert f'`ollama-cli {command} -m MODEL "why is it so"`' in result.err
