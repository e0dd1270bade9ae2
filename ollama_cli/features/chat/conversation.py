"""A conversation: its tree, what it is asked with, and one question with its answer.

It is fed with strings, and knows of no terminal but the streams of its context.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from ollama_cli.errors import OllamaCliError, OutputError, TooLongError
from ollama_cli.features.chat import answer, window
from ollama_cli.features.chat.attachments import read_picture
from ollama_cli.features.chat.blocks import CodeBlocks
from ollama_cli.features.chat.ending import warn_of_end
from ollama_cli.features.chat.options import AnswerOptions
from ollama_cli.features.chat.pictures import take_pictures
from ollama_cli.features.chat.preload import Preload
from ollama_cli.features.chat.recorder import Recorder
from ollama_cli.features.chat.room import Question, context_in_force
from ollama_cli.features.chat.saved import Recorded, answer_message, messages_of
from ollama_cli.features.chat.tree import ASSISTANT, USER, Exchange, Node, Tree
from ollama_cli.features.chat.window import Window
from ollama_cli.features.context import Context
from ollama_cli.features.explain import explain
from ollama_cli.system import signals
from ollama_cli.system.signals import SHIELD
from ollama_cli.types.answers import Answer, Limit
from ollama_cli.types.requests import ChatRequest
from ollama_cli.types.sessions import Attachment, Message, State
from ollama_cli.types.text import one_line
from ollama_cli.types.times import timestamp
from ollama_cli.ui import motion
from ollama_cli.ui.sentences import show_error, show_sentence

if TYPE_CHECKING:
    from ollama_cli.features.tools.toolbox import Toolbox

T = TypeVar("T")
Reader = Callable[[str, str], str | None]
"""Asks for one line: a prompt, and the text that waits in it; None if nobody answers."""


class Next(NamedTuple):
    """What comes next: a line in which `text` waits, or the end."""

    text: str = ""
    leaves: bool = False


GO_ON: Final = Next()
LEAVE: Final = Next(leaves=True)
STOPPED: Final = "stopped; the conversation goes on"


class Conversation:
    """One conversation; `request` holds all but its messages, which are those of the tree.

    With `auto` the context grows where a question needs it. `read` asks for a line of its own.
    """

    def __init__(
        self,
        context: Context,
        request: ChatRequest,
        options: AnswerOptions,
        recorder: Recorder,
        *,
        tree: Tree | None = None,
        auto: bool = False,
        tools: "Toolbox | None" = None,
        read: Reader = lambda _prompt, _text: None,
    ) -> None:
        self.context = context
        context.is_conversation = True
        self.request = request
        self.options = options
        self.recorder = recorder
        self.auto = auto
        self.tools = tools
        self.read = read
        self.use_keys: Callable[[str], None] = lambda _keys: None
        self.attached: list[Attachment] = []
        self.edited: Node | None = None
        self.refused = ""
        self.window = Window()
        self.told: set[str] = set()
        self.ahead = Preload()
        self._sizes: dict[tuple[str, int | None], int] = {}
        self.go_to(tree or Tree())

    def go_to(self, tree: Tree) -> None:
        """Go on with another tree, as that of another session."""
        self.tree = tree
        answers = (each.message for each in tree.nodes if each.message.role == ASSISTANT)
        self.code = CodeBlocks(each.content for each in answers)
        self._speed = ""
        self.look_back()

    def look_back(self) -> None:
        """Take the numbers of the last answer of the branch; the next one tells the window."""
        self.window.forget()
        answers = [each for each in self.tree.history if each.message.role == ASSISTANT]
        if answers:
            size = self._sizes.get((self.request.model, self._num_ctx(self.request.options)))
            self.window.measure(answers[-1].message.usage, size)

    @property
    def system(self) -> str | None:
        """Return the system prompt."""
        return self.recorder.session.system

    @property
    def right(self) -> str:
        """Return what stands at the right of the prompt: model, context, speed."""
        parts = [self.request.model, self.window.shown, self._speed]
        return " · ".join(one_line(part) for part in parts if part)

    @property
    def header(self) -> str:
        """Return the line that stands above the first prompt."""
        session = self.recorder.session
        parts = [self.request.model]
        if self.recorder.session_id is not None:
            parts += [f"session {session.id}", session.title]
        if self.recorder.is_private:
            parts.append("private: nothing is saved")
        return one_line(" · ".join([*filter(None, parts), "/help, Ctrl-D leaves"]))

    def tell_once(self, habit: str, text: str) -> None:
        """Tell how ours differs from what was typed, the first time."""
        if habit not in self.told:
            self.told.add(habit)
            self.context.prompter.note(text)

    def set_request(self, **fields: Any) -> None:
        """Change what questions are asked with; model and options are kept in the session."""
        self.set_request_quietly(**fields)
        kept = {name: fields[name] for name in ("model", "options") if name in fields}
        if kept:
            self.recorder.change(**kept)
            self.recorder.save(self.tree)

    def set_request_quietly(self, **fields: Any) -> None:
        """Change what questions are asked with, as another session wants it."""
        self.request = replace(self.request, **fields)

    def send(self, text: str, *, is_block: bool = False) -> Next:
        """Ask a question that was typed; of a block that was pasted nothing else is made."""
        typed, paths = text, list[str]()
        if not is_block:
            taken = unless_stopped(partial(take_pictures, self.context, self.request.model, text))
            if taken is None:
                return self._tell_stop()
            text, paths = taken
        stdin, recorder = self.context.stdin, self.recorder
        self.attached += [read_picture(path, stdin, recorder) for path in paths]
        if self.edited is not None:
            self.tree.head, self.edited = self.edited.parent, None
        attached, self.attached = tuple(self.attached), []
        question = Message(USER, text, created_at=timestamp(), attachments=attached)
        node = self.tree.add(question, is_private=self.recorder.is_private)
        self.recorder.save(self.tree)
        return self.answer(node, typed=typed)

    def answer(self, question: Node, *, model: str | None = None, typed: str = "") -> Next:
        """Have a question of the tree answered; a second answer begins a branch.

        If it is too long, what was `typed` waits in the line.
        """
        self.refused = ""
        with SHIELD:
            return self._answer(question, model or self.request.model, typed)

    def _answer(self, question: Node, model: str, typed: str) -> Next:
        before, was_failed = self.tree.head, question.message.state == "failed"
        self.tree.head = question
        question.change(state="done")
        try:
            asked = unless_stopped(partial(self._question, model))
        except OllamaCliError:
            self.recorder.set_state(question, "failed")
            raise
        if asked is None:
            self.recorder.set_state(question, "failed")
            return self._tell_stop()
        heard = Recorded(
            self.context,
            asked,
            self.recorder,
            self.tree,
            question,
            runs_tools=self.tools is not None,
        )
        failure = self._show(asked, heard)
        state: State = "done"
        if isinstance(failure, KeyboardInterrupt):
            state = "interrupted"
        elif failure is not None:
            state = "partial"
        if failure is None or state == "interrupted" or heard.has_said:
            self._keep(question, heard, state, asked)
            if was_failed:
                self.recorder.set_state(question, "done")
        elif question.children:
            self.tree.head = before
        else:
            self.recorder.set_state(question, "failed")
        self.recorder.save(self.tree, again=False)
        if isinstance(failure, OllamaCliError):
            return self._tell_failure(failure, typed)
        self.ahead.close()
        was_stopped(partial(self._measure, asked, heard))
        return GO_ON

    def _tell_stop(self) -> Next:
        self.context.prompter.note(STOPPED)
        return GO_ON

    def _question(self, model: str) -> Question:
        messages = messages_of(self.context, self.recorder, self.tree, model, self.told)
        request = replace(self.request, model=model, messages=messages)
        return Question(self.context, request, auto=self.auto)

    def _show(self, asked: Question, heard: Recorded) -> BaseException | None:
        """Show an answer as it comes; return what stopped it: an error, or Ctrl-C."""
        try:
            if was_stopped(partial(self._stream, asked, heard)):
                self._tell_stop()
                return KeyboardInterrupt()
        except OllamaCliError as error:
            if not isinstance(error, OutputError):
                return error
            heard.draft.write()
            raise
        except BaseException:
            heard.draft.write()
            raise
        return None

    def _stream(self, asked: Question, heard: Recorded) -> None:
        context, model = self.context, asked.request.model
        with (
            answer.bursts(context, asked, self.tools) as bursts,
            answer.writer(
                context,
                self.options,
                "chat",
                model,
                numbers=self.code.numbers(),
                tools=self.tools,
            ) as shown,
        ):
            for burst in bursts:
                events = heard.hear(burst)
                with SHIELD:  # nothing is half shown
                    shown.show_burst(events)

    def _keep(self, question: Node, heard: Recorded, state: State, asked: Question) -> None:
        self.tree.head = heard.node
        message = answer_message(heard, asked, state)
        for said in (*(each.text for each in heard.rounds), message.content):
            self.code.add(said)
        self.tree.add(message, is_private=self.recorder.is_private or question.is_private)
        if asked.request.model == self.request.model:
            self._take_room(asked)

    def _take_room(self, asked: Question) -> None:
        """Keep the room that was made for a question."""
        if self.auto and asked.request.options != self.request.options:
            self.request = replace(self.request, options=asked.request.options)

    def _measure(self, asked: Question, heard: Recorded) -> None:
        """Tell how the answer ended and how full the context is."""
        given = heard.last
        if given is None:
            warn_of_end(self.context, heard)
            return
        size = self._size(asked, given)
        end = window.overrun(given, size)
        if end == "full":
            given = replace(given, complete=False, cut="context", limit=Limit(size, "context"))
        heard.last = given = replace(given, context_length=size)
        warn_of_end(self.context, heard)
        self.window.measure(given.usage, size)
        self._speed = speed(given)
        if self.options.stats:
            for name, value in answer.statistics(heard.answer or given):
                self.context.err.line(f"{name + ':':<16}{one_line(value)}")
        if "small" not in self.told:
            self.told.add("small")
            answer.warn_of_small_context(self.context, asked, given)
        note = self.window.warning()
        if end is not None:
            self.offer(needs=None)
        elif note:
            self.context.prompter.note(f"{note}; {self.ways(needs=None)}")

    def _size(self, asked: Question, given: Answer) -> int | None:
        if not asked.is_native:
            return None
        key = (asked.request.model, self._num_ctx(asked.request.options))
        if given.context_length is not None:
            self._sizes[key] = given.context_length
        elif key not in self._sizes:
            if window.used(given.usage) is None:  # without it there is nothing to tell
                return None
            found = context_in_force(self.context, asked.request.model)
            if found is None:
                return None
            self._sizes[key] = found
        return self._sizes[key]

    def _tell_failure(self, failure: OllamaCliError, typed: str) -> Next:
        error = unless_stopped(partial(explain, failure, self.context)) or failure
        if words := self.ahead.words_beside(failure):
            self.context.prompter.note(words)
        if not isinstance(error, TooLongError):
            show_error(self.context.err, error)
            return GO_ON
        show_error(self.context.err, error, with_hint=False)
        self.offer(needs=error.needs, holds=error.holds, waits=bool(typed))
        self.refused = typed
        return Next(text=typed)

    def offer(self, *, needs: int | None, holds: int | None = None, waits: bool = False) -> None:
        """Name the ways to make room, and how to get to the line if a question `waits` in it."""
        if not self.context.flags.quiet:
            clears = "; Ctrl-C clears the line, the question comes back" if waits else ""
            ways = self.ways(needs=needs, holds=holds)
            show_sentence(self.context.err, f"hint: {ways}{clears}")

    def ways(self, *, needs: int | None, holds: int | None = None) -> str:
        """Name the ways to make room, none of which is taken."""
        key = (self.request.model, self._num_ctx(self.request.options))
        holds = holds or self._sizes.get(key) or key[1] or self.window.size
        answered = [each for each in self._sent_exchanges if each.answer]
        most, said = self._most(), self.window.used
        return window.ways(answered, needs=needs, holds=holds, most=most, said=said)

    @property
    def _sent_exchanges(self) -> list[Exchange]:
        return window.sent_exchanges(self.tree)

    def _most(self) -> int | None:
        try:
            known = self.context.servers.capability_provider().capabilities(self.request.model)
        except OllamaCliError:  # a question that is only nice to have
            return None
        return known.context_length

    @staticmethod
    def _num_ctx(options: Any) -> int | None:
        found = (options or {}).get("num_ctx")
        return found if isinstance(found, int) else None


def was_stopped(work: Callable[[], None]) -> bool:
    """Do some work that Ctrl-C stops, within a shield; return whether it did."""
    try:
        signals.let_in(work)
    except KeyboardInterrupt:
        motion.end()
        signals.go_on()
        return True
    return False


def unless_stopped(work: Callable[[], T]) -> T | None:
    """Return what some work gives, None if Ctrl-C stopped it; within a shield."""
    given: list[T] = []
    was_stopped(lambda: given.append(work()))
    return given[0] if given else None


def speed(given: Answer) -> str:
    """Return how fast an answer was written; empty if that is unknown."""
    tokens, seconds = given.usage.completion_tokens, given.timings.completion
    return f"{tokens / seconds:.0f} tok/s" if tokens and seconds else ""
