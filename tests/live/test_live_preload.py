"""A real server loads the model of a conversation once: behind the first question."""

from runtimes import at
from waits import until

from ollama_cli.features.chat import preload
from ollama_cli.types.answer_events import Done
from ollama_cli.types.requests import ChatRequest

NUM_CTX = 640  # nobody else asks for so much, so the model is loaded anew


def test_the_first_answer_finds_its_model_loaded(live: str, model: str) -> None:
    options = {"num_ctx": NUM_CTX, "num_predict": 3, "seed": 1}
    messages = [{"role": "user", "content": "hi"}]
    request = ChatRequest(model, messages, options=options, keep_alive="2m")
    context = at(live)
    with preload.begin(context, request) as ahead:
        until(lambda: ahead.is_over)
        client = context.servers.ollama()
        (before,) = [each for each in client.running_models() if each.context_length == NUM_CTX]
        (*_, done) = context.servers.provider().answer(request)
        (after,) = [each for each in client.running_models() if each.name == before.name]
    assert isinstance(done, Done)
    assert done.answer.text
    assert after.context_length == NUM_CTX
    assert (done.answer.timings.load or 0.0) < 1.0
    context.close()
