"""What the word model thinks before it answers: what it will do, and from what it chooses."""

from typing import Final

from ollama_cli.demo.language import Language
from ollama_cli.demo.task import Task

_THEN: Final = "After it, each word is one that has followed the three before it, or two, or one."


def thoughts(language: Language, task: Task) -> str:
    """Return what decides an answer: a tool, or the words of the prompt that are known."""
    if task.call is not None:
        return f"The prompt speaks of {task.call.name}, a tool that I may call: I ask it first."
    if task.results:
        return "A tool has answered: I say what it said."
    known = language.known(task.subject)
    if not known:
        return f"The prompt holds no word that I know well: any opening may come first. {_THEN}"
    words = ", ".join(f"{word} ({count})" for word, count in known.items())
    return (
        f"The prompt holds words that I know well: {words}. Of {language.openings} openings of "
        f"sentences, one that leads to them is likely to come first. {_THEN}"
    )
