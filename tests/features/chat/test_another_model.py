"""`/model` puts what the settings say for the new model in the place of that for the old one."""

from pathlib import Path
from typing import Any

from conversations import talking

TABLES: dict[str, dict[str, tuple[Any, str]]] = {
    "m": {"top_p": (0.1, "here")},
    "sage": {"num_ctx": (9, "here")},
}


def test_another_model_has_its_own_defaults(tmp_path: Path) -> None:
    with talking(tmp_path, settings={"top_p": "0.5"}) as talk:
        context = talk.conversation.context
        vars(context)["settings"] = context.settings._replace(models=TABLES)
        talk.say("/set temperature 1")
        talk.say("/set top_p 0.1")
        talk.say("/model sage")
        talk.say("hi")
        assert talk.asked[-1]["options"] == {"temperature": 1.0, "top_p": 0.5, "num_ctx": 9}
        talk.say("/model m")
        talk.say("hi")
        assert talk.asked[-1]["options"] == {"temperature": 1.0, "top_p": 0.1}
        talk.say("/set top_p 0.9")
        talk.say("/model eyes")
        talk.say("hi")
        assert talk.asked[-1]["options"] == {"temperature": 1.0, "top_p": 0.9}


def test_without_any_nothing_is_changed(tmp_path: Path) -> None:
    with talking(tmp_path) as talk:
        talk.say("/set top_p 0.1")
        talk.say("/model sage")
        talk.say("hi")
        assert talk.asked[-1]["options"] == {"top_p": 0.1}
