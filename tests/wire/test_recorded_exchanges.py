"""Each exchange recorded from a real server is played to the client; a table says what it means."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from clients import known, stranger
from hostile import Script, by_path, document
from recordings import WIRE, recorded

from ollama_cli.errors import OllamaCliError
from ollama_cli.services.ollama import OllamaClient
from ollama_cli.types.answer_events import ChatEvent, Done, ToolCall
from ollama_cli.types.pull_events import Error, PullEvent
from ollama_cli.types.requests import ChatRequest, GenerateRequest

FILES = {
    path.relative_to(WIRE).with_suffix("").as_posix(): path for path in sorted(WIRE.rglob("*.http"))
}
TABLE: dict[str, str] = dict(
    line.split("\t")
    for line in (WIRE / "expectations.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
)
# The server died here: its chunked body has no last chunk.
CUT = {"chat-server-killed", "chat-server-terminated", "pull-cancelled", "v0.32.15/pull-cancelled"}
MESSAGES = [{"role": "user", "content": "Hi"}]


def outline_of_events(events: Iterator[ChatEvent] | Iterator[PullEvent]) -> list[str]:
    """Say in short what came: how many of each kind, what the end tells, and the error."""
    seen: list[ChatEvent | PullEvent] = []
    try:
        for event in events:
            seen.append(event)  # noqa: PERF402  what came before an error counts
    except OllamaCliError as error:
        failure = [outline_of_error(error)]
    else:
        failure = []
    kinds = Counter(type(event).__name__ for event in seen)
    counted = [f"{kind} x{count}" for kind, count in kinds.items()]
    told = [outline_of_end(event) for event in seen if isinstance(event, Done | Error | ToolCall)]
    return counted + told + failure


def outline_of_end(event: Done | Error | ToolCall) -> str:
    if isinstance(event, Error):
        return f"said {event.message!r}"
    if isinstance(event, ToolCall):
        arguments = json.dumps(event.arguments, ensure_ascii=False, sort_keys=True)
        return f"{event.name}({arguments}) id {'yes' if event.id else 'no'}"
    reply = event.answer
    return (
        f"{reply.model} {reply.done_reason}: {len(reply.thinking)}+{len(reply.text)} characters, "
        f"{reply.usage.prompt_tokens}+{reply.usage.completion_tokens} tokens, "
        f"load {'-' if reply.timings.load is None else 'yes'}"
    )


def outline_of_error(error: OllamaCliError) -> str:
    status = f" http {error.http_status}" if error.http_status else ""
    return f"{type(error).__name__} exit {error.exit_code}{status}: {error.message[:120]!r}"


def rendered(name: str, client: OllamaClient) -> list[str]:
    request: ChatRequest | GenerateRequest = GenerateRequest("tiny", "Hi")
    if name.startswith("chat"):
        request = ChatRequest("tiny", MESSAGES)
    shown = client.rendered(request)
    return [f"prompt of {len(shown)} characters: {shown[:50]!r}"]


def with_logprobs(client: OllamaClient) -> list[str]:
    events = list(client.answer(GenerateRequest("tiny", "Hi", logprobs=2)))
    told = [
        each for event in events if isinstance(event, Done) for each in event.answer.logprobs or ()
    ]
    tokens = "".join(each.token for each in told)
    likeliest = [each.top[0][0] for each in told if each.top]
    return [*outline_of_events(iter(events)), f"logprobs of {tokens!r}, likeliest {likeliest}"]


def generated(client: OllamaClient) -> list[str]:
    return outline_of_events(client.generate("tiny", "Hi"))


def events_of(name: str, client: OllamaClient) -> list[str]:
    if "debug-render" in name:
        return rendered(name, client)
    if name.endswith("-logprobs"):
        return with_logprobs(client)
    if name.startswith("pull"):
        return outline_of_events(client.pull("tiny"))
    if name.startswith("chat"):
        return outline_of_events(client.chat("tiny", MESSAGES))
    return generated(client)


def versions(client: OllamaClient) -> list[str]:
    return [f"version {client.version()}"]


def tags(client: OllamaClient) -> list[str]:
    return [
        f"{model.name} {model.size} {model.family} {model.quantization} {len(model.digest)} "
        f"{'?' if model.capabilities is None else '+'.join(model.capabilities)}"
        for model in client.list_models()
    ] or ["no models"]


def running(client: OllamaClient) -> list[str]:
    return [
        f"{model.name} {model.size} {model.size_vram} {model.context_length} {model.expires_at}"
        for model in client.running_models()
    ] or ["no models"]


def shown(client: OllamaClient) -> list[str]:
    model = client.show("tiny")
    return [
        f"{'+'.join(model.capabilities)}, {len(model.info)} facts",
        f"system {model.system!r}, {len(model.parameters.splitlines())} parameters",
        f"family {model.details.get('family')}, license {len(model.license)} characters",
    ]


def embedded(count: int) -> Callable[[OllamaClient], list[str]]:
    def ask(client: OllamaClient) -> list[str]:
        reply = client.embed(["river"] * count, "tiny")
        total = reply.timings.total is not None
        tokens = reply.usage.prompt_tokens
        return [f"{len(reply.vectors)} of {reply.dimensions}, {tokens} tokens, timed {total}"]

    return ask


def done(call: Callable[[], None]) -> list[str]:
    call()
    return ["done"]


CALLS: dict[str, Callable[[OllamaClient], list[str]]] = {
    "blob": lambda client: [f"there {client.has_blob('sha256:ab')}"],
    "copy": lambda client: done(lambda: client.copy("tiny", "other")),
    "delete": lambda client: done(lambda: client.delete("tiny")),
    "embed-batch": embedded(2),
    "embed-unload": lambda client: done(lambda: client.stop("tiny")),
    "embed": embedded(1),
    "embeddings": embedded(1),
    "error": versions,
    "error-double-slash": generated,
    "error-trailing-slash-post": generated,
    "ps": running,
    "root": versions,
    "show": shown,
    "status": versions,
    "tags": tags,
    "version": versions,
}


def outline(name: str, client: OllamaClient) -> str:
    local = name.rpartition("/")[2]
    if local.startswith(("chat", "generate", "pull")):
        return " | ".join(events_of(local, client))
    call = CALLS.get(local) or CALLS[local.partition("-")[0]]
    try:
        return " | ".join(call(client))
    except OllamaCliError as error:
        return outline_of_error(error)


def script_for(name: str, path: Path) -> Script:
    script = recorded(path, cut=name in CUT)
    local = name.rpartition("/")[2]
    if local.startswith("embeddings"):  # the older route is asked where the newer is unknown
        return by_path({"/api/embeddings": script})
    if local == "error-trailing-slash-get":  # followed, as it is a GET
        return by_path({"/api/version": script, "/api/tags": document({"version": "moved"})})
    return script


@pytest.mark.usefixtures("pauses_taken")
@pytest.mark.parametrize("name", FILES)
def test_a_recorded_exchange_means_what_the_table_says(name: str) -> None:
    with stranger(script_for(name, FILES[name])) as server, known(server.url) as client:
        told = outline(name, client).replace(server.url, "URL")
    assert told == TABLE[name]


def test_the_table_has_one_row_for_each_recorded_exchange() -> None:
    assert set(TABLE) == set(FILES)
