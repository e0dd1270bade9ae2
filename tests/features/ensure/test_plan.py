"""Plans: what is missing, in the order of the file, by the naming rules of the server."""

import pytest

from ollama_cli.features.ensure import plan
from ollama_cli.features.ensure.plan import Requirement, Step
from ollama_cli.types.models import ModelSummary

A, B = "a" * 64, "b" * 64
INSTALLED = [ModelSummary("one:latest", digest=A), ModelSummary("ns/Two:7b", digest=B)]


@pytest.mark.parametrize(
    ("required", "steps"),
    [
        (Requirement("one"), []),
        (Requirement("ONE:latest"), []),
        (Requirement("registry.ollama.ai/library/one"), []),
        (Requirement("NS/two:7B", f"sha256:{B}"), []),
        (Requirement("ns/two"), [Step("pull", "ns/two")]),
        (Requirement("two:7b", insecure=True), [Step("pull", "two:7b", insecure=True)]),
        (
            Requirement("one", f"sha256:{B}"),
            [Step("pull", "one", installed=f"sha256:{A}", digest=f"sha256:{B}")],
        ),
    ],
)
def test_what_is_missing_or_differs_is_pulled(required: Requirement, steps: list[Step]) -> None:
    assert plan.steps_to([required], INSTALLED) == steps


def test_what_is_extra_is_removed_last() -> None:
    required = [Requirement("three"), Requirement("one"), Requirement("four")]
    assert plan.steps_to(required, INSTALLED, prune=True) == [
        Step("pull", "three"),
        Step("pull", "four"),
        Step("remove", "ns/Two:7b", installed=f"sha256:{B}"),
    ]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (Step("pull", "three"), None),
        (Step("remove", "one", f"sha256:{A}"), None),
        (Step("pull", "one"), f"one was not installed and is sha256:{A} now"),
        (Step("remove", "gone", "sha256:x"), "gone was sha256:x and is not installed now"),
        (Step("pull", "one", "sha256:x"), f"one was sha256:x and is sha256:{A} now"),
    ],
)
def test_a_step_no_longer_fits_where_its_model_changed(step: Step, told: str | None) -> None:
    assert plan.describe_change(step, INSTALLED) == told


@pytest.mark.parametrize("digest", [A, f"sha256:{A}", A.upper(), f"SHA256:{A.upper()}"])
def test_a_digest_is_written_in_one_way(digest: str) -> None:
    assert plan.normal_digest(digest) == f"sha256:{A}"
