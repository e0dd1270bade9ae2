"""The models that a server lacks, and the steps to get them; nothing is performed here.

Digests are those of manifests as `/api/tags` lists them, written `sha256:` and 64 digits.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from ollama_cli.types.model_names import same_model
from ollama_cli.types.models import ModelSummary
from ollama_cli.types.values import dataclass

Action = Literal["pull", "remove"]
State = Literal["installed", "missing", "differs", "extra"]
ACTIONS: Final = ("pull", "remove")
_ALGORITHM: Final = "sha256:"


@dataclass(frozen=True)
class Requirement:
    """One model that must be installed, with this digest unless it is None."""

    name: str
    digest: str | None = None
    insecure: bool = False


@dataclass(frozen=True)
class Step:
    """One action; `installed` is the digest before it, None if the model is not installed.

    `digest` is the one required after it, None if any is right.
    """

    action: Action
    model: str
    installed: str | None = None
    digest: str | None = None
    insecure: bool = False


def steps_to(
    required: Sequence[Requirement], installed: Sequence[ModelSummary], *, prune: bool = False
) -> list[Step]:
    """Return the models to pull and, with `prune`, those to remove after that."""
    found: list[Step] = []
    for each in required:
        found_digest = digest_of(each.name, installed)
        if state(each, found_digest) != "installed":
            found.append(Step("pull", each.name, found_digest, each.digest, each.insecure))
    if prune:
        found += extra_models(required, installed)
    return found


def state(required: Requirement, installed: str | None) -> State:
    """Compare a requirement with the installed digest, None if the model is not installed."""
    if installed is None:
        return "missing"
    return "differs" if required.digest not in {None, installed} else "installed"


def extra_models(
    required: Sequence[Requirement], installed: Iterable[ModelSummary]
) -> Iterator[Step]:
    """Yield the steps that remove all models which nothing requires."""
    for model in installed:
        if not any(same_model(each.name, model.name) for each in required):
            yield Step("remove", model.name, normal_digest(model.digest))


def digest_of(name: str, installed: Iterable[ModelSummary]) -> str | None:
    """Return the digest of a model, None if it is not installed."""
    found = (model.digest for model in installed if same_model(name, model.name))
    digest = next(found, None)
    return None if digest is None else normal_digest(digest)


def describe_change(step: Step, installed: Sequence[ModelSummary]) -> str | None:
    """Return in words what changed since a step was planned; None if nothing did."""
    now = digest_of(step.model, installed)
    if now == step.installed:
        return None
    before = "was not installed" if step.installed is None else f"was {step.installed}"
    after = "is not installed now" if now is None else f"is {now} now"
    return f"{step.model} {before} and {after}"


def normal_digest(digest: str) -> str:
    """Return a digest with its algorithm, in lower case."""
    return _ALGORITHM + digest.lower().removeprefix(_ALGORITHM)
