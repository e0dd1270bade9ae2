"""The model is loaded behind the first question: just as it is asked later, or not at all."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hostile import PATIENCE, Peer, Request, Script, Server, by_path, document, lines
from runtimes import at, runtime
from waits import until

from ollama_cli.errors import ModelNotFoundError, ServerError
from ollama_cli.features.chat import preload
from ollama_cli.features.chat.preload import Preload
from ollama_cli.features.context import Context, Flags
from ollama_cli.types.requests import ChatRequest

SHOWN = document({"capabilities": ["completion"]})
LOADED = document({"model": "m", "done": True, "done_reason": "load"})
ANSWER = lines({"message": {"content": "yes"}, "done": True, "done_reason": "stop"})
OPTIONS = {"num_ctx": 512, "temperature": 0.5, "stop": ["\n"]}
REQUEST = ChatRequest("m", [{"role": "user", "content": "hi"}], options=OPTIONS, keep_alive="10m")
FULL = "model requires more system memory (9.9 GiB) than is available (1.0 GiB)"


def server(load: Script = LOADED, show: Script = SHOWN) -> Server:
    return Server(by_path({"/api/show": show, "/api/generate": load, "/api/chat": ANSWER}))


def loads(server: Server) -> list[Request]:
    return [each for each in server.requests if each.path == "/api/generate"]


def begun(server: Server, **more: Any) -> tuple[Context, Preload]:
    context = at(server.url)
    return context, preload.begin(context, replace(REQUEST, **more))


def ended(server: Server, **more: Any) -> Preload:
    """A preload of which nothing goes on any more."""
    _, ahead = begun(server, **more)
    until(lambda: ahead.is_over)
    return ahead


def test_the_model_is_loaded_once_with_the_options_of_the_chat() -> None:
    with server() as fake:
        context, ahead = begun(fake)
        until(lambda: loads(fake))
        list(context.servers.provider().answer(REQUEST))
        (load,) = loads(fake)
        chat = next(each for each in fake.requests if each.path == "/api/chat")
    for name in ("model", "options", "keep_alive"):
        assert load.json[name] == chat.json[name]
    assert set(load.json) == {"model", "options", "keep_alive", "stream"}
    ahead.close()


def test_what_was_not_asked_for_is_not_sent() -> None:
    with server() as fake:
        begun(fake, options={}, keep_alive=None)
        until(lambda: loads(fake))
        assert loads(fake)[0].json == {"model": "m", "stream": False}


@pytest.mark.parametrize("keep_alive", [0, 0.0, "0", "0s", "0h0m"])
def test_a_model_that_shall_not_stay_is_not_loaded(keep_alive: str | float) -> None:
    with server() as fake:
        ended(fake, keep_alive=keep_alive)
    assert fake.requests == []


@pytest.mark.parametrize(
    ("model", "settings"),
    [
        ("m:cloud", {}),
        ("m:8b-cloud", {}),
        ("m", {"allowed_models": "other"}),
        ("m:cloud", {"local_only": "true"}),
        ("m", {"api": "openai"}),
    ],
)
def test_what_is_remote_forbidden_or_asked_otherwise_is_not_loaded(
    model: str, settings: Mapping[str, str]
) -> None:
    with server() as fake:
        context = runtime(Flags({"host": fake.url, **settings}))
        assert preload.begin(context, replace(REQUEST, model=model)).is_over
    assert fake.requests == []


def test_an_address_of_the_other_api_is_not_asked_to_load() -> None:
    with server() as fake:
        assert preload.begin(at(f"{fake.url}/v1"), REQUEST).is_over
    assert fake.requests == []


def test_the_log_of_requests_is_not_in_the_way_of_the_typing() -> None:
    with server() as fake:
        assert preload.begin(at(fake.url, verbose=1), REQUEST).is_over
    assert fake.requests == []


def test_a_model_that_the_server_has_run_elsewhere_is_not_loaded() -> None:
    remote = document({"capabilities": [], "remote_host": "https://ollama.com"})
    with server(show=remote) as fake:
        ended(fake)
        assert loads(fake) == []


def test_a_server_that_only_speaks_the_other_api_is_not_asked_to_load() -> None:
    with Server(by_path({"/v1/chat/completions": ANSWER}), is_ollama=False) as fake:
        ended(fake)
        assert loads(fake) == []


def test_a_server_that_describes_no_models_may_load_them() -> None:
    with server(show=document({"error": "no"}, 500)) as fake:
        begun(fake)
        until(lambda: loads(fake))


def test_a_model_that_is_not_there_is_not_asked_for_twice() -> None:
    missing = document({"error": "model 'm' not found"}, 404)
    with server(missing, show=missing) as fake:
        ahead = ended(fake)
        assert loads(fake) == []
    assert "'m' not found" in str(ahead.words_beside(ServerError("cut")))


def test_a_model_that_is_not_there_is_told_of_once() -> None:
    missing = document({"error": "model 'm:latest' not found"}, 404)
    with server(missing, show=missing) as fake:
        ahead = ended(fake)
    assert "'m:latest' not found" in str(ahead.missing())
    assert ahead.words_beside(ModelNotFoundError("model 'm' not found")) is None


def test_a_conversation_waits_for_no_server_that_is_slow() -> None:
    def silent(peer: Peer) -> None:
        peer.gone()

    with server(show=silent) as fake:
        _, ahead = begun(fake)
        assert ahead.missing() is None
        assert not ahead.is_over
        ahead.close()
    with server() as fake:
        assert begun(fake)[1].missing() is None


def test_a_failure_stands_beside_the_first_error_and_no_other() -> None:
    with server(document({"error": FULL}, 500)) as fake:
        ahead = ended(fake)
    words = ahead.words_beside(ServerError("cut"))
    assert words is not None
    assert words.startswith("the model could not be loaded before: ")
    assert FULL in words
    assert ahead.words_beside(ServerError("cut")) is None


def test_a_failure_that_the_answer_repeats_is_told_once() -> None:
    full = document({"error": FULL}, 500)
    with Server(by_path({"/api/generate": full, "/api/chat": full})) as fake:
        context, ahead = begun(fake)
        until(lambda: ahead.is_over)
        with pytest.raises(ServerError, match="requires more system memory") as caught:
            list(context.servers.provider().answer(REQUEST))
    assert ahead.words_beside(caught.value) is None


def test_what_is_well_says_nothing() -> None:
    with server() as fake:
        assert ended(fake).words_beside(ServerError("cut")) is None
    assert Preload().words_beside(ServerError("cut")) is None


def test_at_the_end_the_server_is_not_kept_loading() -> None:
    left = threading.Event()

    def load(peer: Peer) -> None:
        if peer.gone():
            left.set()

    with server(load) as fake:
        _, ahead = begun(fake)
        with ahead:
            until(lambda: loads(fake))
        assert left.wait(PATIENCE)
        assert len(loads(fake)) == 1


def test_a_preload_that_is_given_up_has_not_failed() -> None:
    with server(lambda peer: peer.stall()) as fake:
        _, ahead = begun(fake)
        until(lambda: loads(fake))
        ahead.close()
        ahead.close()
        until(lambda: ahead.is_over)
        assert ahead.words_beside(ServerError("cut")) is None
