"""What a pull will fetch, as the registry says before the first byte."""

import time
from collections.abc import Sequence
from typing import Any, Final

from ollama_cli.errors import ModelNotFoundError, OllamaCliError
from ollama_cli.features.context import Context
from ollama_cli.features.each import for_each
from ollama_cli.types.manifests import Manifest
from ollama_cli.types.pull_events import Expected, Layer
from ollama_cli.types.tables import Table
from ollama_cli.types.units import format_bytes
from ollama_cli.types.values import dataclass
from ollama_cli.ui import export, tables

_COLUMNS: Final = {
    "MODEL": "model",
    "SIZE": "total",
    "PRESENT": "present",
    "TO FETCH": "to_fetch",
    "LAYERS": "layers",
}
_LARGE: Final = 10**9
_MANY_LAYERS: Final = 100  # more requests would delay a pull
_TIME_LIMIT: Final = 2.0  # in seconds, for all requests together
_SHORTEST_TIMEOUT: Final = 0.001


@dataclass(frozen=True)
class Plan:
    """The layers of one pull, each with whether the server has it; None if unknown."""

    model: str
    layers: tuple[tuple[Layer, bool], ...] | None = None

    @property
    def total(self) -> int | None:
        """Sum all layers, in bytes."""
        return None if self.layers is None else sum(layer.size for layer, _ in self.layers)

    @property
    def present(self) -> int | None:
        """Sum the layers that the server has, in bytes."""
        if self.layers is None:
            return None
        return sum(layer.size for layer, is_present in self.layers if is_present)

    @property
    def to_fetch(self) -> int | None:
        """Sum the layers that the server lacks, in bytes."""
        return None if self.layers is None else (self.total or 0) - (self.present or 0)

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as a record for JSON output."""
        return {
            "model": self.model,
            "source": "unknown" if self.layers is None else "registry",
            "total": self.total,
            "present": self.present,
            "to_fetch": self.to_fetch,
            "layers": [
                {"digest": layer.digest, "size": layer.size, "present": is_present}
                for layer, is_present in self.layers or ()
            ],
        }


def expected(context: Context, name: str, *, insecure: bool) -> Expected | None:
    """Ask the registry for the layers of a model; None if it gives none. Never fails a pull.

    A note before a large pull says what will be fetched.
    """
    registry = context.servers.registry()
    try:
        layers = _layers(registry.manifest(name, insecure=insecure))
    except OllamaCliError as error:
        if context.flags.verbose:
            context.prompter.note(f"sizes are not known beforehand: {error.message}")
        return None
    if sum(layer.size for layer in layers) > _LARGE and not context.flags.quiet:
        context.prompter.note(f"{name}: {_describe(context, name, layers)}")
    return Expected(layers=layers)


def size_of(context: Context, name: str) -> int | None:
    """Ask the registry for the size of a model in bytes; None if it gives none.

    Raises ModelNotFoundError for a model that it does not know.
    """
    try:
        return sum(layer.size for layer in _layers(context.servers.registry().manifest(name)))
    except ModelNotFoundError:
        raise
    except OllamaCliError:
        return None


def show_plans(context: Context, names: Sequence[str], *, insecure: bool) -> None:
    """Show what pulls would fetch, without a pull; raises what `for_each` raises."""
    registry = context.servers.registry()
    plans: list[Plan] = []

    def plan(name: str) -> None:
        context.permit(name)
        try:
            manifest = registry.manifest(name, insecure=insecure)
        except ModelNotFoundError:
            raise
        except OllamaCliError as error:
            context.prompter.note(f"{name}: sizes are not known beforehand: {error.message}")
            plans.append(Plan(name))
        else:
            plans.append(_plan(context, name, _layers(manifest)))

    try:
        for_each(context, names, plan)
    finally:
        _show(context, plans)


def _layers(manifest: Manifest) -> tuple[Layer, ...]:
    return tuple(Layer(each.digest, each.size) for each in manifest.distinct)


def _plan(context: Context, name: str, layers: Sequence[Layer]) -> Plan:
    server = context.servers.native("pull")  # other servers may claim to have any blob
    return Plan(name, tuple((layer, server.has_blob(layer.digest)) for layer in layers))


def _plan_within(context: Context, name: str, layers: Sequence[Layer]) -> Plan:
    """Plan within the time limit; raises TimedOutError after it."""
    server, end = context.servers.ollama(), time.monotonic() + _TIME_LIMIT
    found: list[tuple[Layer, bool]] = []
    for layer in layers:
        left = max(end - time.monotonic(), _SHORTEST_TIMEOUT)
        found.append((layer, server.has_blob(layer.digest, patience=left)))
    return Plan(name, tuple(found))


def _describe(context: Context, name: str, layers: Sequence[Layer]) -> str:
    """Return the plan of a pull in one line; only the size if the rest costs too many requests."""
    total = format_bytes(sum(layer.size for layer in layers))
    if len(layers) > _MANY_LAYERS:
        return total
    try:
        plan = _plan_within(context, name, layers)
    except OllamaCliError:  # the pull itself reports it, if it matters
        return total
    sizes = [format_bytes(size or 0) for size in (plan.present, plan.to_fetch)]
    return f"{total}, present {sizes[0]}, to fetch {sizes[1]}"


def _show(context: Context, plans: Sequence[Plan]) -> None:
    records = [plan.as_dict() for plan in plans]
    table = Table(_COLUMNS, [_cells(plan) for plan in plans], spare=("LAYERS",))
    match context.output:
        case "json":
            document = {"models": records}
            export.show_document(context.out, "models-pull-plan", document, table=table)
        case "jsonl":
            export.show_lines(context.out, "models-pull-plan", records)
        case _ if plans:
            tables.show(context.out, table)


def _cells(plan: Plan) -> list[str]:
    if plan.layers is None:
        return [plan.model, "unknown", "-", "-", "-"]
    present = sum(is_present for _, is_present in plan.layers)
    sizes = (plan.total or 0, plan.present or 0, plan.to_fetch or 0)
    return [plan.model, *map(format_bytes, sizes), f"{present} of {len(plan.layers)} present"]
