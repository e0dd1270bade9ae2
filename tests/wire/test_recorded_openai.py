"""Exchanges recorded at a real /v1 are played to the client; a table says what they mean."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile import Server
from recordings import WIRE, recorded

from ollama_cli.errors import OllamaCliError
from ollama_cli.services.openai import OpenAIClient
from ollama_cli.types.answer_events import ChatEvent, Done, ToolCall

FOLDER = WIRE.parent / "openai"
FILES = {
    path.relative_to(FOLDER).with_suffix("").as_posix(): path
    for path in sorted(FOLDER.rglob("*.http"))
}
TABLE: dict[str, str] = dict(
    line.split("\t")
    for line in (FOLDER / "expectations.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)
MESSAGES = [{"role": "user", "content": "Hi"}]


def outline_of_events(events: Iterator[ChatEvent]) -> Iterator[str]:
    """Say in short what came: how many of each kind, the calls, what the end tells."""
    kinds: Counter[str] = Counter()
    told: list[str] = []
    error: OllamaCliError | None = None
    try:
        for event in events:
            kinds[type(event).__name__] += 1
            match event:
                case ToolCall(name=name, arguments=arguments, id=identifier):
                    told.append(f"{name}({arguments}) id {'yes' if identifier else 'no'}")
                case Done(answer=answer):
                    told.append(
                        f"{answer.model} {answer.done_reason}: {len(answer.thinking)}+"
                        f"{len(answer.text)} characters, {answer.usage.prompt_tokens}+"
                        f"{answer.usage.completion_tokens} tokens"
                    )
                case _:
                    pass
    except OllamaCliError as found:
        error = found
    yield from (f"{kind} x{count}" for kind, count in kinds.items())
    yield from told
    if error is not None:
        yield outline_of_error(error)


def outline_of_error(error: OllamaCliError) -> str:
    status = f" http {error.http_status}" if error.http_status else ""
    return f"{type(error).__name__} exit {error.exit_code}{status}: {error.message!r}"


def outline(name: str, client: OpenAIClient) -> str:
    kind = name.rpartition("/")[2].partition("-")[0]
    if kind == "completions":
        return " | ".join(outline_of_events(client.generate("tiny", "Hi")))
    if kind not in {"embeddings", "models", "model"}:
        return " | ".join(outline_of_events(client.chat("tiny", MESSAGES)))
    try:
        if kind == "embeddings":
            reply = client.embed(["a", "b"], "tiny")
            return f"{len(reply.vectors)} of {reply.dimensions}, {reply.usage.prompt_tokens} tokens"
        return " ".join(f"{m.name}@{m.modified_at}" for m in client.list_models()) or "no models"
    except OllamaCliError as error:
        return outline_of_error(error)


@pytest.mark.usefixtures("pauses_taken")
@pytest.mark.parametrize("name", FILES)
def test_a_recorded_exchange_means_what_the_table_says(name: str) -> None:
    path: Path = FILES[name]
    with Server(recorded(path)) as server, OpenAIClient(server.url) as client:
        told = outline(name, client).replace(server.url, "URL")
    assert told == TABLE[name]


def test_the_table_has_one_row_for_each_recorded_exchange() -> None:
    assert set(TABLE) == set(FILES)
