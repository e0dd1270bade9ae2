"""The messages of a conversation as a server is sent them."""

import base64
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.chat.attachments import IMAGE
from ollama_cli.features.chat.recorder import Recorder
from ollama_cli.features.chat.tree import ASSISTANT, TOOL
from ollama_cli.features.context import Context
from ollama_cli.features.models.capabilities import VISION
from ollama_cli.types.sessions import Attachment, Message

_SUMMARY: Final = "Summary of the conversation so far:\n\n"


class Sight:
    """Whether a model can see, which is asked where there is something to see.

    What it is not shown is told of once: `told` holds what was.
    """

    def __init__(self, context: Context, model: str, told: set[str]) -> None:
        self._context = context
        self._model = model
        self._told = told
        self._withheld = 0
        self._can_see: bool | None = None

    def shows(self, image: Attachment) -> bool:
        """Return whether an image is sent."""
        assert image.media_type.startswith(IMAGE)  # noqa: S101  others are text
        if self._can_see is None:
            self._can_see = self._ask()
        self._withheld += not self._can_see
        return self._can_see

    def can_read(self, each: Attachment, recorder: Recorder) -> bool:
        """Return whether the bytes of an attachment are there; where not, that is told once."""
        if recorder.has(each.sha256):
            return True
        if each.sha256 not in self._told:
            self._told.add(each.sha256)
            self._context.prompter.warn(f"{each.name} cannot be read any more, and is not sent")
        return False

    def tell(self) -> None:
        """Tell how many images were not sent, once for each model."""
        about = f"blind {self._model}"
        if self._withheld and about not in self._told:
            self._told.add(about)
            which = "an image" if self._withheld == 1 else f"{self._withheld} images"
            is_ = "is" if self._withheld == 1 else "are"
            self._context.prompter.note(
                f"{self._model} cannot see: {which} of this conversation {is_} not sent to it"
            )

    def _ask(self) -> bool:
        try:
            known = self._context.servers.capability_provider().capabilities(self._model)
        except OllamaCliError:  # the request itself will report the problem
            return True
        return known.has(VISION) is not False


def wire_messages(
    messages: Sequence[Message], recorder: Recorder, sight: Sight
) -> list[dict[str, Any]]:
    """Return messages in a row as they are sent.

    Calls of tools go along where all their results follow; servers refuse others.
    """
    sent: list[dict[str, Any]] = []
    open_calls: list[Mapping[str, Any]] = []
    for place, message in enumerate(messages):
        calls, after = message.tool_calls, messages[place + 1 :]
        wire = wire_message(message, recorder, sight)
        if message.role == TOOL and open_calls:
            call = open_calls.pop(0)
            wire |= {"tool_name": call["name"], "tool_call_id": call["id"]}
        elif message.role != TOOL:
            open_calls = []
        results = len(list(takewhile(lambda each: each.role == TOOL, after)))
        if message.role == ASSISTANT and calls and results >= len(calls):
            open_calls = [_named(call, f"call_{place}_{n}") for n, call in enumerate(calls)]
            wire["tool_calls"] = [
                {"id": each["id"], "function": {k: each[k] for k in ("name", "arguments")}}
                for each in open_calls
            ]
        sent.append(wire)
    return sent


def _named(call: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return a call with an id, also one from another program."""
    arguments = call.get("arguments")
    return {
        "id": call.get("id") or name,
        "name": call.get("name") or "",
        "arguments": arguments if isinstance(arguments, dict) else {},
    }


def wire_message(message: Message, recorder: Recorder, sight: Sight) -> dict[str, Any]:
    """Return a message as it is sent: text files follow its text, images go beside it.

    Thinking is never sent back: it fills the context.
    """
    content, images = message.content, []
    for each in message.attachments:
        if not sight.can_read(each, recorder):
            continue
        if not each.media_type.startswith(IMAGE):
            text = recorder.blob(each.sha256).decode()
            content = f"{content}\n\n{text}" if content else text
        elif sight.shows(each):
            images.append(base64.b64encode(recorder.blob(each.sha256)).decode("ascii"))
    if message.state == "summary":
        content = _SUMMARY + content
    sent: dict[str, Any] = {"role": message.role, "content": content}
    return sent | ({"images": images} if images else {})
