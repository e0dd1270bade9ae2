"""Frozen dataclasses, declared at a small part of their price.

The standard library compiles six methods where a dataclass is declared: 0.3 to 0.5 ms each on
Python 3.11, and a command declares up to twenty. Here it only reads the fields. The methods are
shared, and `__init__` is compiled when the first value of its class is made.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError
from typing import TYPE_CHECKING, Any, Final, Never, TypeVar

T = TypeVar("T")
_DEFAULTS: Final = "_default_of_"


def _declare(*, frozen: bool) -> Callable[[type[T]], type[T]]:
    """Declare a dataclass whose methods are shared, or compiled later; all are frozen."""
    if not frozen:
        raise TypeError("values are frozen")

    def declare(cls: type[T]) -> type[T]:
        kind: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
        kind.__dataclass_params__.frozen = True

        def compile_first(self: Any, *places: object, **named: object) -> None:
            kind.__init__ = _compile_init(kind)
            kind.__init__(self, *places, **named)

        kind.__init__ = compile_first
        kind.__eq__, kind.__hash__, kind.__repr__ = _is_equal, _hash, _show
        kind.__setattr__ = kind.__delattr__ = _refuse
        return cls

    return declare


def _compile_init(kind: Any) -> Callable[..., None]:
    head, body = ["self"], []
    space: dict[str, Any] = {"set_field": object.__setattr__, "MISSING": MISSING}
    for each in _fields(kind):
        value, default = each.name, f"{_DEFAULTS}{each.name}"
        if each.default is not MISSING:
            space[default] = each.default
            head.append(f"{each.name}={default}")
        elif each.default_factory is not MISSING:
            space[default] = each.default_factory
            head.append(f"{each.name}=MISSING")
            value = f"{default}() if {each.name} is MISSING else {each.name}"
        else:
            head.append(each.name)
        body.append(f" set_field(self, {each.name!r}, {value})")
    source = "\n".join([f"def __init__({', '.join(head)}):", *(body or [" pass"])])
    exec(source, space)  # noqa: S102  as dataclasses do: the names are those of our own fields
    init: Callable[..., None] = space["__init__"]
    init.__qualname__ = f"{kind.__qualname__}.__init__"
    init.__annotations__ = {each.name: each.type for each in _fields(kind)} | {"return": None}
    return init


def _fields(value: Any) -> tuple[Field[Any], ...]:
    return dataclasses.fields(value)


def _compared(value: Any) -> tuple[object, ...]:
    return tuple([getattr(value, each.name) for each in _fields(value)])


def _is_equal(self: object, other: object) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return _compared(self) == _compared(other)


def _hash(self: object) -> int:
    return hash(_compared(self))


def _show(self: object) -> str:
    shown = [f"{each.name}={getattr(self, each.name)!r}" for each in _fields(self)]
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _refuse(_: object, name: str, *__: object) -> Never:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414  what checkers take it for
else:
    dataclass = _declare
