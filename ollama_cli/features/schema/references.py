"""The references of a schema, resolved within it: none of them ever leads to another document."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

from ollama_cli.features.schema.rules import REFERENCES, Steps, inner, invalid, places
from ollama_cli.types.text import sentence

_FORKS: Final = ("allOf", "anyOf", "oneOf")
_BESIDE: Final = ("not", "if", "then", "else")  # what holds a value itself against a schema, too
_NEEDS: Final = ("dependentSchemas", "dependencies")
_ANCHORS: Final = ("$anchor", "$dynamicAnchor")


class References:
    """Where the references of a schema lead, which must be a valid one.

    UsageError for one that leads out of it, to nothing, or in a circle without a value in it.
    """

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        found = [(steps, each) for steps, each in places(root) if isinstance(each, dict)]
        self._anchors = {
            each[key]: _named(s) for s, each in found for key in _ANCHORS if key in each
        }
        ids = {each["$id"].partition("#")[0]: steps for steps, each in found if "$id" in each}
        self._documents = set(ids)
        self._has_parts = any(ids.values())
        for steps, each in found:
            for key in REFERENCES:
                if key in each:
                    self._refuse_lost((*steps, key), each[key])
        self._ways = _ways_of_parts(root, found) if self._has_parts else {}
        self._refuse_circles({_named(steps): each for steps, each in found})

    def target(self, reference: str) -> tuple[str, ...] | None:
        """Return where a reference leads, as the steps from the root; None if servers cannot know.

        They know one document alone, and none of those that a schema may hold within.
        """
        if self._has_parts or not reference.startswith("#"):
            return None
        pointer = unquote(reference[1:])
        if pointer and not pointer.startswith("/"):
            return self._anchors.get(pointer)
        steps = pointer.split("/")[1:]
        return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)

    def at(self, steps: tuple[str, ...]) -> Any:
        """Return what stands so many steps from the root, None if there is nothing."""
        found: Any = self._root
        for step in steps:
            if isinstance(found, list) and step.isdecimal() and int(step) < len(found):
                found = found[int(step)]
            elif isinstance(found, dict):
                found = found.get(step)
            else:
                return None
        return found

    def _refuse_lost(self, steps: Steps, reference: str) -> None:
        document = reference.partition("#")[0]
        if document and document not in self._documents:
            raise invalid(
                steps,
                f"leads to another document: {sentence(reference)}",
                "copy what it names into `$defs`: nothing is fetched",
            )
        if document or self._has_parts:
            return
        target = self.target(reference)
        if target is None or not isinstance(self.at(target), dict | bool):
            raise invalid(steps, f"leads to nothing: {sentence(reference)}")

    def _refuse_circles(self, schemas: Mapping[tuple[str, ...], Mapping[str, Any]]) -> None:
        """Refuse a schema that is itself, or one of its own alternatives: nothing fits it."""
        done: set[tuple[str, ...]] = set()
        for start in schemas:
            way, is_on_way = [start], {start}
            while way:
                here = way[-1]
                ahead = self._ahead(here, schemas.get(here, {}))
                step = next((each for each in ahead if each not in done), None)
                if step is None:
                    done.add(here)
                    is_on_way.discard(way.pop())
                elif step in is_on_way:
                    raise invalid(here, "leads back to itself: no value fits it")
                else:
                    way.append(step)
                    is_on_way.add(step)

    def _ahead(self, path: tuple[str, ...], schema: Mapping[str, Any]) -> list[tuple[str, ...]]:
        """Return the schemas that a value must fit, or may, to fit this one."""
        found = [
            (*path, fork, str(n)) for fork in _FORKS for n, _ in enumerate(schema.get(fork, ()))
        ]
        found += [(*path, key) for key in _BESIDE if key in schema]
        found += [(*path, key, str(name)) for key in _NEEDS for name in schema.get(key, ())]
        targets = (self.target(schema[key]) for key in REFERENCES if key in schema)
        found += [target for target in targets if target is not None]
        return found + self._ways.get(path, [])


def _ways_of_parts(
    root: Mapping[str, Any], schemas: Sequence[tuple[Steps, Any]]
) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
    """Return where references lead in a schema that holds documents of their own, by `$id`.

    UsageError for one that leads to nothing.
    """
    from referencing import Registry  # noqa: PLC0415  documents within alone: 40 ms
    from referencing.exceptions import Unresolvable  # noqa: PLC0415  likewise: 40 ms
    from referencing.jsonschema import DRAFT202012  # noqa: PLC0415  likewise: 40 ms

    places_by_schema = {id(each): _named(steps) for steps, each in schemas}
    ways: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    whole = DRAFT202012.create_resource(root)
    registry: Any = Registry()
    waiting: list[tuple[Steps, Any, Any]] = [((), root, registry.resolver_with_root(whole))]
    while waiting:
        steps, schema, outside = waiting.pop()
        if not isinstance(schema, dict):
            continue
        resolver = outside.in_subresource(DRAFT202012.create_resource(schema))
        for key in REFERENCES:
            if key not in schema:
                continue
            try:
                found = resolver.lookup(schema[key]).contents
            except Unresolvable:
                found = None
            if not isinstance(found, dict | bool):
                raise invalid((*steps, key), f"leads to nothing: {sentence(schema[key])}")
            if id(found) in places_by_schema:
                ways.setdefault(_named(steps), []).append(places_by_schema[id(found)])
        waiting += [((*steps, *more), each, resolver) for more, each in inner(schema)]
    return ways


def _named(steps: Steps) -> tuple[str, ...]:
    return tuple(map(str, steps))
