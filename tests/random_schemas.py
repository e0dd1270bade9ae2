"""Schemas at random: good, odd and harmful ones, as nobody should send them unread."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

TYPES: Final = ("object", "array", "string", "number", "integer", "boolean", "null")
NAMES: Final = ("a", "b", "c d", "é", "$ref", "root", "string", "x-y", "a]", 'q"t', "b\\", "A1", "")
PATTERNS: Final = (
    *("^a$", "^[a-c]{2}$", r"^\d{3}-\d{4}$", r"^\w+@\w+\.com$", r"^(red|green)\s?$", "^.{1,20}$"),
    *("(?i)a", "^(?:a|b)$", "^(?=a)[a-c]{2}$", "^(?P<x>a)$", "(?<=a)b", "x(?!y)", "^(a|(?:b))$"),
    *("abc", "^a{1001}$", "^(a{500}){500}$", r"^\bfoo\b$", r"^a\/b\-c$", "^é$", '^"$', r"^\\$"),
    *("^[^a]+$", "^[]a]$", "^(a|)$", "^a|b$", "^()$", "^(a+)+$", r"^[\w.-]+$", "^[ -~]*$", "^$"),
    *("^a?b*c+$", "^((a|b){1,3}c?)*$", r"^\$1\.00$", "^a{2,}$", "^[+-]?[0-9]{1,5}$", r"^a\b$"),
)
REFERENCES: Final = (
    *("#", "#/$defs/a", "#/$defs/b", "#/definitions/c", "#/properties/a", "#anchor", "#/none"),
    *("http://127.0.0.1:9/s.json", "https://example.org/s", "other.json", "file:///etc/passwd"),
)
NUMBERS: Final = (0, 1, 2, -3, 5, 999, 1000, 1001, 2500, 10**6, 2**63, 10**30, 0.5, -1.5, 1e300)
COUNTS: Final = (0, 1, 2, 3, 999, 1000, 1001, 2001, 10**6, 2**63)
DATA: Final[tuple[Any, ...]] = (
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    "",
    "x",
    'é\n"\\',
    [],
    [1, "a"],
    {},
    {"a": [None]},
)
HARMFUL: Final[tuple[Any, ...]] = (
    {"$ref": "http://127.0.0.1:9/x"},
    {"$ref": "#"},
    {"pattern": "(?i)x"},
)


def schema(random: Random, *, is_odd: bool = True) -> dict[str, Any]:
    """Make one schema; without `is_odd` its references lead to what it holds."""
    return Maker(random, is_odd=is_odd).root()


class Maker:
    def __init__(self, random: Random, *, is_odd: bool) -> None:
        self.random = random
        self.is_odd = is_odd

    def root(self) -> dict[str, Any]:
        found = self.node(4)
        found["$defs"] = {name: self.inner(2) for name in ("a", "b")}
        found["definitions"] = {"c": self.inner(2)}
        if self.random.random() < 0.3:
            found["$defs"]["b"] = {"$anchor": "anchor", **self.node(1)}
        return found

    def inner(self, depth: int) -> Any:
        return self.random.choice([True, False]) if self.one_of(12) else self.node(depth)

    def node(self, depth: int) -> dict[str, Any]:
        random = self.random
        found: dict[str, Any] = {}
        if random.random() < 0.8:
            found["type"] = random.choice(TYPES if depth else TYPES[2:])
        if self.one_of(12):
            found["type"] = random.sample(TYPES, random.randint(1, 4))
        keys = [*_OF_VALUES, *(_OF_SCHEMAS if depth > 0 else ())]
        for key in random.sample(keys, random.randint(0, 4)):
            found[key] = self.value(key, depth)
        if found.get("type") == "object" and depth > 0 and random.random() < 0.8:
            found["properties"] = self.value("properties", depth)
        if found.get("type") == "string" and random.random() < 0.4:
            found["pattern"] = random.choice(PATTERNS)
        if self.one_of(6):
            found["$ref"] = self.reference()
        return found

    def reference(self) -> str:
        known = REFERENCES if self.is_odd and self.one_of(6) else ("#", *REFERENCES[1:4])
        return self.random.choice(known)

    def value(self, key: str, depth: int) -> Any:
        make = {**_OF_VALUES, **_OF_SCHEMAS}[key]
        return make(self, depth)

    def one_of(self, count: int) -> bool:
        return self.random.randrange(count) == 0

    def some(self, depth: int) -> list[Any]:
        return [self.inner(depth - 1) for _ in range(self.random.randint(1, 3))]

    def map(self, depth: int) -> dict[str, Any]:
        names = self.random.sample(NAMES, self.random.randint(0, 4))
        return {name: self.inner(depth - 1) for name in names}

    def data(self) -> Any:
        return self.random.choice(HARMFUL if self.one_of(10) else DATA)


def _pick(values: tuple[Any, ...]) -> Callable[[Maker, int], Any]:
    return lambda maker, _: maker.random.choice(values)


def _names(maker: Maker, _: int) -> list[str]:
    return maker.random.sample(NAMES, maker.random.randint(0, 3))


_OF_VALUES: Final[dict[str, Callable[[Maker, int], Any]]] = {
    "enum": lambda maker, _: [maker.data() for _ in range(maker.random.randint(0, 4))],
    "const": lambda maker, _: maker.data(),
    "pattern": _pick(PATTERNS),
    "format": _pick(("date", "time", "date-time", "uuid", "email", "uri", "none")),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _pick(NUMBERS)),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _pick(COUNTS)),
    "minProperties": _pick(COUNTS),
    "multipleOf": _pick((1, 0.1, 7)),
    "uniqueItems": _pick((True, False)),
    "required": _names,
    "dependentRequired": lambda maker, _: {"a": _names(maker, 0)},
    "title": _pick(("(?i)", "a title")),
    "default": lambda maker, _: maker.data(),
    "unknown": _pick(({"$ref": "http://127.0.0.1:9/x"}, 1)),
}
_OF_SCHEMAS: Final[dict[str, Callable[[Maker, int], Any]]] = {
    "properties": Maker.map,
    "patternProperties": lambda maker, depth: {
        maker.random.choice(PATTERNS): maker.inner(depth - 1)
    },
    **dict.fromkeys(("anyOf", "oneOf", "allOf", "prefixItems"), Maker.some),
    **dict.fromkeys(
        ("items", "additionalProperties", "not", "contains", "if", "then", "propertyNames"),
        lambda maker, depth: maker.inner(depth - 1),
    ),
}
