"""What is missing on a server, and the steps that bring it there; nothing is done here.

Digests are those of manifests as `/api/tags` lists them, written `sha256:` and 64 digits.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ollama_cli.types.model_names import same_model
from ollama_cli.types.models import ModelSummary

Action = Literal["pull", "remove"]
State = Literal["installed", "missing", "differs", "extra"]
ACTIONS: Final = ("pull", "remove")
_ALGORITHM: Final = "sha256:"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One model that shall be there, with this digest unless it is None."""

    name: str
    digest: str | None = None
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `installed` is the digest that is there before, None where no model is.

    `digest` is the one that has to be there afterwards, None where any will do.
    """

    action: Action
    model: str
    installed: str | None = None
    digest: str | None = None
    insecure: bool = False


def steps_to(
    required: Sequence[Requirement], installed: Sequence[ModelSummary], *, prune: bool = False
) -> list[Step]:
    """Work out what to pull and, with `prune`, what to remove then."""
    found: list[Step] = []
    for each in required:
        there = digest_of(each.name, installed)
        if state(each, there) != "installed":
            found.append(Step("pull", each.name, there, each.digest, each.insecure))
    if prune:
        found += extra(required, installed)
    return found


def state(required: Requirement, installed: str | None) -> State:
    """Tell what stands where a model shall be; `installed` is its digest, None without one."""
    if installed is None:
        return "missing"
    return "differs" if required.digest not in {None, installed} else "installed"


def extra(required: Sequence[Requirement], installed: Iterable[ModelSummary]) -> Iterator[Step]:
    """Find the models that nothing requires, as steps that remove them."""
    for model in installed:
        if not any(same_model(each.name, model.name) for each in required):
            yield Step("remove", model.name, written(model.digest))


def digest_of(name: str, installed: Iterable[ModelSummary]) -> str | None:
    """Give the digest of an installed model, None where it is not installed."""
    found = (model.digest for model in installed if same_model(name, model.name))
    digest = next(found, None)
    return None if digest is None else written(digest)


def misfit(step: Step, installed: Sequence[ModelSummary]) -> str | None:
    """Tell in words what changed since a step was planned; None where nothing did."""
    now = digest_of(step.model, installed)
    if now == step.installed:
        return None
    before = "was not installed" if step.installed is None else f"was {step.installed}"
    after = "is not installed now" if now is None else f"is {now} now"
    return f"{step.model} {before} and {after}"


def written(digest: str) -> str:
    """Write a digest with its algorithm, in lower case."""
    return _ALGORITHM + digest.lower().removeprefix(_ALGORITHM)
