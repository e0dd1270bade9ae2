"""One answer that belongs to a session: asked with what was said before, and saved."""

from collections.abc import Sequence
from dataclasses import replace

from ollama_cli.errors import OllamaCliError, OutputError, TooLongError
from ollama_cli.features.chat import answer
from ollama_cli.features.chat.ending import Heard
from ollama_cli.features.chat.messages import Sight, wire_message
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.chat.recorder import Draft, Recorder
from ollama_cli.features.chat.room import Question
from ollama_cli.features.chat.tree import ASSISTANT, SYSTEM, Node, Tree
from ollama_cli.features.context import Context
from ollama_cli.system.signals import SHIELD
from ollama_cli.types.answer_events import ChatEvent, Text, Thinking
from ollama_cli.types.answers import Answer
from ollama_cli.types.requests import ChatRequest
from ollama_cli.types.sessions import Message, State
from ollama_cli.types.times import timestamp


class Recorded(Heard):
    """What comes of an answer, written down as a draft as it comes."""

    def __init__(self, context: Context, question: Question, draft: Draft) -> None:
        super().__init__(context, question)
        self.draft = draft

    def hear(self, burst: Sequence[ChatEvent]) -> Sequence[ChatEvent]:
        """Take the events of one network read in, and return them."""
        with SHIELD:  # nothing is half written down
            for event in burst:
                match event:
                    case Text(text):
                        self.draft.add(text=text)
                    case Thinking(text):
                        self.draft.add(thinking=text)
        return super().hear(burst)


def messages_of(
    context: Context, recorder: Recorder, tree: Tree, model: str, told: set[str]
) -> list[dict[str, object]]:
    """Return what a model is sent: the system prompt, and the history up to the head."""
    system = recorder.session.system
    first: list[dict[str, object]] = [{"role": SYSTEM, "content": system}] if system else []
    sight = Sight(context, model, told)
    sent = [wire_message(node.message, recorder, sight) for node in tree.history]
    sight.tell()
    return [*first, *sent]


def answer_message(heard: Recorded, question: Question, state: State) -> Message:
    """Return an answer as it is kept: all of it, or what came of it."""
    given = heard.answer or Answer()
    return Message(
        ASSISTANT,
        heard.draft.text,
        thinking=heard.draft.thinking,
        state=state,
        model=question.request.model,
        options=dict(question.request.options or {}),
        tool_calls=given.tool_calls,
        usage=given.usage,
        timings=given.timings,
        created_at=timestamp(),
    )


def show_saved(
    context: Context,
    request: ChatRequest,
    options: AnswerOptions,
    recorder: Recorder,
    tree: Tree,
    *,
    auto: bool,
) -> tuple[Question, Answer | None]:
    """Ask the question at the head of a tree, show the answer, and save both.

    Raises what `show_answer` raises; what came until then is saved.
    """
    node = tree.head
    assert node is not None  # noqa: S101  the question is there
    recorder.save(tree)
    messages = messages_of(context, recorder, tree, request.model, set())
    asked = Question(context, replace(request, messages=messages), auto=auto)
    heard = Recorded(context, asked, Draft(recorder, node, request.model))
    session = recorder.session.id if recorder.is_saved and not recorder.is_private else None
    try:
        answer.show_answer(context, asked, options, "chat", heard=heard, session=session)
    except BaseException as error:
        _keep(recorder, tree, node, heard, asked, error)
        if isinstance(error, TooLongError) and session is not None:
            raise error.with_facts(hint=_ways(session)) from error.__cause__
        raise
    _keep(recorder, tree, node, heard, asked, None)
    return asked, heard.answer


def _keep(
    recorder: Recorder,
    tree: Tree,
    node: Node,
    heard: Recorded,
    asked: Question,
    error: BaseException | None,
) -> None:
    state: State = "done"
    if heard.answer is None and error is not None:
        is_ours = isinstance(error, OllamaCliError) and not isinstance(error, OutputError)
        state = "partial" if is_ours else "interrupted"
    if state == "partial" and not heard.draft.text and not heard.draft.thinking:
        recorder.set_state(node, "failed")
    else:
        tree.add(answer_message(heard, asked, state), is_private=node.is_private)
    recorder.save(tree, again=False)


def _ways(session: str) -> str:
    return (
        f"make room with /compact or /drop N in `ollama-cli chat --session {session}`,"
        " or here by `--num-ctx`"
    )
