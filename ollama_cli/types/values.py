"""Frozen values, declared as frozen dataclasses are, at a small part of their price.

A dataclass compiles six methods where it is declared, some 0.4 ms; with thirty of them that was an
eighth of the time of every command. Here all values share their methods but `__init__`, and that is
compiled when the first value of its kind is made.
"""

from collections.abc import Callable, Mapping
from typing import Any, Never, Self, TypeVar, dataclass_transform

T = TypeVar("T")
V = TypeVar("V", bound="Value")


class _Fresh:
    def __init__(self, make: Callable[[], object]) -> None:
        self.make = make


def field(*, default_factory: Callable[[], T]) -> T:
    """Give a field a default that is made anew for each value."""
    return _Fresh(default_factory)  # type: ignore[return-value]  # the metaclass puts it in place


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class _Kind(type):
    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> "_Kind":
        names = tuple(body.get("__annotations__", ()))
        defaults = {each: body.pop(each) for each in names if each in body}

        def compile_first(self: "Value", *places: object, **named: object) -> None:
            initialiser(kind)(self, *places, **named)  # type: ignore[arg-type]  # is a kind of Value

        own = {"__slots__": names, "__match_args__": names, "_defaults": defaults}
        init = {"__init__": compile_first} if names else {}
        kind = super().__new__(cls, name, bases, body | own | init)
        return kind


class Value(metaclass=_Kind):
    """The parent of all values: what its children annotate are their fields, in that order.

    Values of one kind with equal fields are equal; setting a field raises AttributeError.
    """

    def __setattr__(self, name: str, _: Never) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be removed")

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in fields(self))

    def __hash__(self) -> int:
        return hash((self.__class__, *as_dict(self).values()))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={each!r}" for name, each in as_dict(self).items())
        return f"{type(self).__name__}({shown})"

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), tuple(as_dict(self).values())


def initialiser(kind: type[Value]) -> Callable[..., None]:
    """Compile the `__init__` of a kind, put it in its place and return it."""
    defaults: Mapping[str, object] = vars(kind)["_defaults"]
    head, body = ["self"], []
    for name in fields(kind):
        head.append(f"{name}=_defaults[{name!r}]" if name in defaults else name)
        is_fresh = isinstance(defaults.get(name), _Fresh)
        given = f"{name}.make() if {name}.__class__ is _Fresh else {name}" if is_fresh else name
        body.append(f" _set(self, {name!r}, {given})")
    space: dict[str, Any] = {"_defaults": defaults, "_set": object.__setattr__, "_Fresh": _Fresh}
    source = "\n".join([f"def __init__({', '.join(head)}):", *body])
    exec(source, space)  # noqa: S102  as dataclasses do: the names are those of our own fields
    init: Callable[..., None] = space["__init__"]
    init.__annotations__ = kind.__annotations__
    kind.__init__ = init  # type: ignore[method-assign]  # compiled once
    return init


def fields(value: Value | type[Value]) -> tuple[str, ...]:
    """Name the fields of a value or of a kind of values, in their order."""
    names: tuple[str, ...] = value.__match_args__
    return names


def as_dict(value: Value) -> dict[str, Any]:
    """Give the fields of a value, themselves and not copies, by name."""
    return {name: getattr(value, name) for name in fields(value)}


def replace(value: V, **changes: object) -> V:
    """Make a value that differs in these fields; TypeError for a field that it has not."""
    return type(value)(**{**as_dict(value), **changes})
