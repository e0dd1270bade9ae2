"""The words that `--schema` takes for a schema, as the help explains them."""

from typing import Final

WORDS: Final = (
    ("name", "a text; all fields are required, and stand in this order"),
    ("name str", "the same; also: int, float, bool, and their long names"),
    ("tags [str]", "a list of texts; `[int]` of whole numbers, `[[int]]` of lists of them"),
    ("colour red|green", "one of these values; in quotes where it holds a blank or names a type"),
    ("stars 1|2|3", "one of these whole numbers"),
    ("note? str", "it may be left out"),
    ("note: in one line", "a description, which the model is shown; it ends at a comma"),
    ('note: "short, in one line"', "quotes keep the commas of a description, and of names"),
)
EXAMPLE: Final = "name, age int, tags [str], colour red|green, note? str: at most one line"
_FIELDS: Final = (
    f"Fields stand between commas: --schema '{EXAMPLE}'. Or each on a line of its own, where a"
    " description may hold commas."
)
_MORE: Final = (
    "An unknown type is exit 2. What words cannot say, a JSON Schema can: --schema @FILE.json, or"
    " the JSON itself."
)
NOTES: Final = (_FIELDS, _MORE)
