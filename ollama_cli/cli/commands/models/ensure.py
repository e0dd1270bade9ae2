"""`ollama-cli models ensure`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from ollama_cli.cli import consent
from ollama_cli.errors import ConfigError, NotFoundError, ProtocolError, RefusedError, UsageError
from ollama_cli.features.context import Context
from ollama_cli.features.ensure import plan_file, requirements
from ollama_cli.features.ensure.apply import Report, perform
from ollama_cli.features.ensure.plan import Requirement, Step, describe_change, digest_of, steps_to
from ollama_cli.system import files
from ollama_cli.system.locks import locked as locked_file
from ollama_cli.types.models import ModelSummary
from ollama_cli.types.text import one_line
from ollama_cli.ui.inputs import STDIN, read_bytes

DEFAULT: Final = "models.toml"
_EXIT_NO: Final = 12
_LARGEST_LIST: Final = 16 << 20
_LARGEST_PIPED: Final = 1 << 20  # it is held in memory until its end
_PUBLIC_MODE: Final = 0o666  # a lock or a plan holds no secret


def command(
    ctx: typer.Context,
    file: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE", help="Lists the models; models.toml unless named, - is stdin."
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell what is to be done; exit 12 if anything.")
    ] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove all other models, after asking.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    lock: Annotated[
        bool, typer.Option("--lock", help="Write the digests that are installed to models.lock.")
    ] = False,
    frozen: Annotated[
        bool, typer.Option("--frozen", help="Hold all models to the digests of models.lock.")
    ] = False,
    plan: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Only write what is to be done; - is stdout."),
    ] = None,
    apply: Annotated[
        str | None, typer.Option(metavar="FILE", help="Do what a plan says, and nothing else.")
    ] = None,
) -> None:
    """Pull the models that a file lists and that the server lacks.

    The file is TOML: models = ["llama3.2", {name = "qwen3:8b", digest = "sha256:…"}]. A model that
    does not have its digest when it was pulled is an error. A plan is done without asking, and
    refused (13) where the models of the server are not those any more that it was made for.

    Examples:
      ollama-cli models ensure
      ollama-cli models ensure team.toml --check
      ollama-cli models ensure --lock
      ollama-cli models ensure --frozen --prune --yes
      ollama-cli models ensure --prune --plan plan.jsonl
      ollama-cli models ensure --apply plan.jsonl
    """
    context: Context = ctx.obj
    outcomes = {"--check": check, "--lock": lock, "--plan": plan is not None}
    _refuse_both({**outcomes, "--apply": apply is not None})
    _refuse_both({"--lock": lock, "--frozen": frozen})
    for name, given in {"FILE": file is not None, "--prune": prune, "--frozen": frozen}.items():
        _refuse_both({"--apply": apply is not None, name: given})
    if apply is not None:
        _apply(context, apply)
        return
    file = DEFAULT if file is None else file
    locked = requirements.lock_of(file) if lock or frozen else None
    required = _required(context, file, locked if frozen else None)
    installed = context.servers.native("ensure").list_models()
    steps = steps_to(required, installed, prune=prune)
    if plan is not None:
        _write_plan(context, plan, steps)
        return
    if check:
        _check(context, required, steps, installed)
        return
    if not yes:
        _confirm(context, steps)
    with Report(context) as report:
        changed = {step.model for step in steps}
        kept = [each for each in required if each.name not in changed]
        report.compare(kept, [], installed)
        perform(context, steps, report)
    if not steps:
        context.prompter.note("all models are installed")
    if lock and locked:
        _write_lock(context, locked, required)


def _refuse_both(given: Mapping[str, bool]) -> None:
    used = [name for name, is_given in given.items() if is_given]
    if len(used) > 1:
        raise UsageError(f"{used[0]} does not go with {used[1]}")


def _required(context: Context, file: str, locked: Path | None) -> list[Requirement]:
    """Read what a file requires, with the digests of the lock if there is one."""
    required = _parse_file(context, file, hint='write one, for example: models = ["llama3.2"]')
    if locked is None:
        return required
    lock = _parse_file(context, str(locked), hint="write it: run it with --lock")
    return requirements.apply_lock(required, lock, _shown_name(file), str(locked))


def _parse_file(context: Context, file: str, hint: str) -> list[Requirement]:
    if file in {DEFAULT, requirements.LOCK}:  # they come with the folder, which may be a stranger's
        _refuse_irregular(file)
    try:
        largest = _LARGEST_PIPED if file == STDIN else _LARGEST_LIST
        data = read_bytes(file, context.stdin, largest=largest)
    except NotFoundError as error:
        raise error.with_facts(hint=hint) from error
    required, warnings = requirements.parse(data, _shown_name(file))
    for warning in warnings:
        context.prompter.warn(warning)
    return required


def _refuse_irregular(file: str) -> None:
    try:
        is_there = files.read_start(Path(file), 0) is not None
    except OSError:  # who reads it, says so
        return
    if not is_there:
        raise UsageError(f"{file} is no regular file")


def _shown_name(file: str) -> str:
    return "standard input" if file == STDIN else file


def _check(
    context: Context,
    required: Sequence[Requirement],
    steps: Sequence[Step],
    installed: Sequence[ModelSummary],
) -> None:
    """Report what is installed and what is not; exit with 12 if there is something to do."""
    with Report(context) as report:
        report.compare(required, steps, installed)
    if context.output == "text":
        for row in report.rows:
            if row["state"] != "installed":
                context.out.line(one_line(f"{row['state']}  {row['model']}"))
    if steps:
        raise typer.Exit(_EXIT_NO)


def _confirm(context: Context, steps: Sequence[Step]) -> None:
    """Ask to confirm the removals, if there are any; exit with 1 on a no."""
    removed = [step.model for step in steps if step.action == "remove"]
    if removed:
        question = one_line(f"remove {', '.join(removed)}?")
        consent.require(context, question, else_told="nothing was done")


def _write_plan(context: Context, file: str, steps: Sequence[Step]) -> None:
    text = plan_file.format_plan(steps)
    if file == STDIN:
        context.out.write(text)
        return
    files.write_text(Path(file), text, mode=_PUBLIC_MODE)
    context.prompter.report(f"wrote {file}: {len(steps)} {'step' if len(steps) == 1 else 'steps'}")


def _apply(context: Context, file: str) -> None:
    steps = plan_file.parse_plan(read_bytes(file, context.stdin), _shown_name(file))
    installed = context.servers.native("ensure").list_models()
    for step in steps:
        if changed := describe_change(step, installed):
            raise RefusedError(
                f"the plan no longer fits, nothing was done: {changed}",
                hint="make a new one: `ollama-cli models ensure --plan FILE`",
            )
    with Report(context) as report:
        perform(context, steps, report)


def _write_lock(context: Context, path: Path, required: Sequence[Requirement]) -> None:
    installed = context.servers.native("ensure").list_models()
    locked: dict[str, str] = {}
    for each in required:
        digest = digest_of(each.name, installed)
        if digest is None or not requirements.is_digest(digest):
            raise ProtocolError(f"the server lists no digest of {each.name}; no lock was written")
        locked[each.name] = digest
    with locked_file(path):
        _refuse_other_file(path)
        files.write_text(path, requirements.format_lock(locked), mode=_PUBLIC_MODE)
    context.prompter.report(f"wrote {path}")


def _refuse_other_file(path: Path) -> None:
    """Raise ConfigError for a link to what is no lock: the folder may be a stranger's."""
    data = files.read_bytes(path) if path.is_symlink() else None
    if not data:
        return
    try:
        requirements.parse(data, str(path))
    except ConfigError as error:
        raise ConfigError(
            f"{path} is a link to {path.resolve()}, which is no lock",
            hint=f"if that is to be overwritten, remove it; else remove the link: {path}",
        ) from error
