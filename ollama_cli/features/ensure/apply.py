"""Perform the steps of a plan: pull, compare, remove and report."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Self

from ollama_cli.errors import DigestError, InterruptError, OllamaCliError
from ollama_cli.features.context import Context
from ollama_cli.features.each import for_each
from ollama_cli.features.ensure import plan
from ollama_cli.features.ensure.plan import Requirement, Step
from ollama_cli.features.explain import explaining
from ollama_cli.features.pull.download import Downloads
from ollama_cli.types.models import ModelSummary
from ollama_cli.ui import export

COMMAND: Final = "models-ensure"


class Report:
    """The result for each model, as records; a JSON document is written at the end of the block.

    The digest of a row is None if the model is not installed, or if that is unknown.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self.rows: list[dict[str, Any]] = []

    def add(
        self, model: str, state: str, digest: str | None, wanted: str | None, error: Any = None
    ) -> None:
        """Add the result for one model."""
        row = {
            "model": model,
            "state": state,
            "digest": digest,
            "wanted_digest": wanted,
            "error": error,
        }
        if self._context.output == "jsonl":
            head = {} if self.rows else export.schema(COMMAND)
            export.show_line(self._context.out, head | row)
        self.rows.append(row)

    def compare(
        self,
        required: Sequence[Requirement],
        steps: Sequence[Step],
        installed: Sequence[ModelSummary],
    ) -> None:
        """Add the current state of all models; nothing is changed."""
        for each in required:
            found_digest = plan.digest_of(each.name, installed)
            self.add(each.name, plan.state(each, found_digest), found_digest, each.digest)
        for step in steps:
            if step.action == "remove":
                self.add(step.model, "extra", step.installed, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._context.output == "json":
            export.show_document(self._context.out, COMMAND, {"models": self.rows})


def perform(context: Context, steps: Sequence[Step], report: Report) -> None:
    """Perform all pull steps; if none failed, perform the remove steps."""
    by_name = {step.model: step for step in steps}
    pulled = [step.model for step in steps if step.action == "pull"]
    downloads = Downloads(context, pulled)

    def pull(name: str) -> None:
        step = by_name[name]
        with _reporting_failure(report, step), explaining(context):
            downloads.pull(name, insecure=step.insecure)
            found_digest = plan.digest_of(name, context.servers.ollama().list_models())
            if step.digest not in {None, found_digest}:
                found = f"has the digest {found_digest}" if found_digest else "is not there"
                raise DigestError(
                    f"{name} was pulled and {found}, wanted is {step.digest}",
                    hint="the registry has another one under this name: correct the digest",
                )
        report.add(name, "pulled", found_digest, step.digest)

    def remove(name: str) -> None:
        with _reporting_failure(report, by_name[name]), explaining(context):
            context.servers.ollama().delete(name)
            context.servers.forget_installed()
        report.add(name, "removed", None, None)
        context.prompter.report(f"removed {name}")

    for_each(context, pulled, pull)
    for_each(context, [step.model for step in steps if step.action == "remove"], remove)


@contextmanager
def _reporting_failure(report: Report, step: Step) -> Iterator[None]:
    try:
        yield
    except OllamaCliError as error:
        shown_error = error.as_dict()
        report.add(step.model, "failed", None, step.digest, shown_error)
        raise
    except (KeyboardInterrupt, InterruptError):
        report.add(step.model, "interrupted", None, step.digest)
        raise
