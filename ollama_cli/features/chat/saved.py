"""One answer that belongs to a session: asked with what was said before, and saved."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ollama_cli.errors import OllamaCliError, OutputError, TooLongError
from ollama_cli.features.chat import answer
from ollama_cli.features.chat.ending import Heard
from ollama_cli.features.chat.messages import Sight, wire_messages
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.chat.recorder import Draft, Recorder
from ollama_cli.features.chat.room import Question
from ollama_cli.features.chat.tree import ASSISTANT, SYSTEM, TOOL, Node, Tree
from ollama_cli.features.context import Context
from ollama_cli.system.signals import SHIELD
from ollama_cli.types.answer_events import Attempt, RunEvent, Text, Thinking, ToolResult
from ollama_cli.types.answers import Answer
from ollama_cli.types.requests import ChatRequest
from ollama_cli.types.sessions import Message, State
from ollama_cli.types.times import timestamp

if TYPE_CHECKING:
    from ollama_cli.features.chat.structure import Structure
    from ollama_cli.features.tools.toolbox import Toolbox


class Recorded(Heard):
    """What comes of an answer to the question at a node, written down as a draft as it comes.

    A round whose calls are run is kept once all results are there, and `node` is then the last of
    its messages.
    """

    def __init__(
        self,
        context: Context,
        question: Question,
        recorder: Recorder,
        tree: Tree,
        node: Node,
        *,
        runs_tools: bool = False,
    ) -> None:
        super().__init__(context, question, runs_tools=runs_tools)
        self._recorder = recorder
        self._tree = tree
        self._results: list[ToolResult] = []
        self.node = node
        self.draft = Draft(recorder, node, question.request.model)

    def hear(self, burst: Sequence[RunEvent]) -> Sequence[RunEvent]:
        """Take the events of one network read in, and return them."""
        with SHIELD:  # nothing is half written down
            for event in burst:
                match event:
                    case Text(text):
                        self.draft.add(text=text)
                    case Thinking(text):
                        self.draft.add(thinking=text)
                    case Attempt():
                        self.draft = Draft(self._recorder, self.node, self.question.request.model)
                    case ToolResult():
                        self._results.append(event)
                        if len(self._results) == len(self.rounds[-1].tool_calls):
                            self._keep_round(self.rounds[-1])
        return super().hear(burst)

    @property
    def has_said(self) -> bool:
        """Return whether anything came that is worth keeping."""
        return bool(self.rounds or self.draft.text or self.draft.thinking)

    def _keep_round(self, given: Answer) -> None:
        """Keep an answer with the results of its calls, which are its next messages in a row."""
        results, self._results = self._results, []
        said = replace(answer_message(self, self.question, "done"), **_kept(given))
        told = [Message(TOOL, each.text, created_at=timestamp()) for each in results]
        is_private = self._recorder.is_private or self.node.is_private
        self._tree.head = self.node
        for each in (said, *told):
            self.node = self._tree.add(each, is_private=is_private)
        self._recorder.save(self._tree, again=False)
        self.draft = Draft(self._recorder, self.node, self.question.request.model)


def _kept(given: Answer) -> dict[str, Any]:
    return {"tool_calls": given.tool_calls, "usage": given.usage, "timings": given.timings}


def messages_of(
    context: Context, recorder: Recorder, tree: Tree, model: str, told: set[str]
) -> list[dict[str, object]]:
    """Return what a model is sent: the system prompt, and the history up to the head."""
    system = recorder.session.system
    first: list[dict[str, object]] = [{"role": SYSTEM, "content": system}] if system else []
    sight = Sight(context, model, told)
    sent = wire_messages([node.message for node in tree.history], recorder, sight)
    sight.tell()
    return [*first, *sent]


def answer_message(heard: Recorded, question: Question, state: State) -> Message:
    """Return an answer as it is kept: all of it, or what came of it."""
    given = heard.last or Answer()
    return Message(
        ASSISTANT,
        heard.draft.text,
        thinking=heard.draft.thinking,
        state=state,
        model=question.request.model,
        options=dict(question.request.options or {}),
        created_at=timestamp(),
        **_kept(given),
    )


def show_saved(
    context: Context,
    request: ChatRequest,
    options: AnswerOptions,
    recorder: Recorder,
    tree: Tree,
    *,
    auto: bool,
    tools: "Toolbox | None" = None,
    structure: "Structure | None" = None,
) -> tuple[Question, Answer | None]:
    """Ask the question at the head of a tree, show the answer, and save both.

    Raises what `show_answer` raises; what came until then is saved.
    """
    node = tree.head
    assert node is not None  # noqa: S101  the question is there
    recorder.save(tree)
    messages = messages_of(context, recorder, tree, request.model, set())
    asked = Question(context, replace(request, messages=messages), auto=auto, structure=structure)
    heard = Recorded(context, asked, recorder, tree, node, runs_tools=tools is not None)
    session = recorder.session.id if recorder.is_saved and not recorder.is_private else None
    try:
        answer.show_answer(
            context, asked, options, "chat", heard=heard, session=session, tools=tools
        )
    except BaseException as error:
        _keep(recorder, tree, heard, asked, error)
        if isinstance(error, TooLongError) and session is not None:
            raise error.with_facts(hint=_ways(session)) from error.__cause__
        raise
    _keep(recorder, tree, heard, asked, None)
    return asked, heard.answer


def _keep(
    recorder: Recorder,
    tree: Tree,
    heard: Recorded,
    asked: Question,
    error: BaseException | None,
) -> None:
    node = heard.node
    state: State = "done"
    if heard.answer is None and error is not None:
        is_ours = isinstance(error, OllamaCliError) and not isinstance(error, OutputError)
        state = "partial" if is_ours else "interrupted"
    if state == "partial" and not heard.has_said:
        recorder.set_state(node, "failed")
    else:
        tree.head = node
        tree.add(answer_message(heard, asked, state), is_private=node.is_private)
    recorder.save(tree, again=False)


def _ways(session: str) -> str:
    return (
        f"make room with /compact or /drop N in `ollama-cli chat --session {session}`,"
        " or here by `--num-ctx`"
    )
