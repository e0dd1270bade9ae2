"""Config files as people write them, made from pieces, so that a test knows which may change."""

import random
from dataclasses import dataclass, field

COMMENTS = ("# mine", "#", "# model = 'x'", "# [hosts.old]", "# \N{SNOWMAN} é", "\t# far in")
BLANKS = ("", "", "", "  ", "\t")
VALUES = (
    '"m"', "'m'", "1_000", "0xF", "+1.5e3", "nan", "-inf", "true", "1979-05-27T07:32:00Z",
    "07:32:00", "[ 1,2 , 3,]", '["a",\n  # inside\n  "b",\n]', "{ x = 1, y = 'z' }", "{}", "[]",
    '"""\n# no comment\n[hosts.none]\nmodel = 1\n"""', "'''\n[ollama]\nmodel = 2'''",
    '"\\u00e9 # no"', '"""x\\\n   y"""',
)  # fmt: skip
STRINGS = ('"old"', "'old'", '"""old"""', "'''\nold'''", '"o\\u006cd"')
SEPARATORS = (" = ", "=", "  =\t")
TAILS = ("", "", " # since spring", "\t#tight", "   ")


@dataclass
class Config:
    """Pieces in their order: those of what is changed are marked, comments above apart."""

    pieces: list[tuple[str, str]] = field(default_factory=list)
    newline: str = "\n"
    ends: bool = True

    def add(self, mark: str, *lines: str) -> None:
        self.pieces += [(mark, f"{line}\n") for line in lines]

    def text(self, *without: str) -> str:
        text = "".join(piece for mark, piece in self.pieces if mark not in without)
        if not self.ends and self.pieces and self.pieces[-1][0] not in without:
            text = text.removesuffix("\n")
        return text.replace("\n", self.newline)


def noise(draw: random.Random, most: int = 2) -> list[str]:
    return [
        draw.choice(BLANKS if draw.random() < 0.5 else COMMENTS)
        for _ in range(draw.randint(0, most))
    ]


def line(draw: random.Random, key: str, value: str) -> str:
    return f"{draw.choice(('', '', '  '))}{key}{draw.choice(SEPARATORS)}{value}{draw.choice(TAILS)}"


def strange(draw: random.Random, number: int, prefix: str = "") -> str:
    """A line of a key that is none of ours."""
    key = draw.choice((f"k{number}", f'"k {number}"', f"'k.{number}'", f"k{number}.a.b"))
    return line(draw, prefix + key, draw.choice(VALUES))


def table(draw: random.Random, config: Config, header: str, numbers: list[int]) -> None:
    config.add("", *noise(draw), f"{header}{draw.choice(TAILS)}")
    for number in numbers:
        config.add("", *noise(draw, 1), strange(draw, number))


def with_setting(draw: random.Random, shape: str) -> Config:
    """A file in which `model` is set to old, in a table of the shape; its line is marked."""
    config = Config(newline=draw.choice(("\n", "\r\n")), ends=draw.random() < 0.8)
    config.add("", *noise(draw))
    key = draw.choice(("model", '"model"', "'model'"))
    setting = line(draw, key, draw.choice(STRINGS))
    if shape == "dotted":
        name = draw.choice(("ollama", '"ollama"'))
        config.add("", *(strange(draw, n, f"{name}.") for n in range(draw.randint(0, 2))))
        config.add("setting", f"{name}.{setting.strip()}")
        config.add("", *(strange(draw, n) for n in range(3, 5)))
    others = [f"[t{n}]" for n in range(draw.randint(0, 2))] + ["[[a]]"] * draw.randint(0, 1)
    draw.shuffle(others)
    place = draw.randint(0, len(others))
    for number, header in enumerate([*others, ""]):
        if number == place and shape == "table":
            header_of_ours = draw.choice(("[ollama]", "[ ollama ]", '["ollama"]', "  [ollama]"))
            config.add("", *noise(draw), f"{header_of_ours}{draw.choice(TAILS)}")
            config.add("", *(strange(draw, n) for n in range(draw.randint(0, 2))), *noise(draw))
            config.add("setting", setting)
            config.add("", *noise(draw), *(strange(draw, n) for n in range(5, draw.randint(5, 7))))
        if header:
            for _ in range(2 if header == "[[a]]" else 1):
                table(draw, config, header, list(range(draw.randint(0, 3))))
    if shape == "table" and draw.random() < 0.3:
        table(draw, config, "[ollama.sub]", [1, 2])
    config.add("", *noise(draw))
    return config


def with_host(draw: random.Random, shape: str) -> Config:
    """A file with a host `work` of the shape and others; what may go with it is marked."""
    config = Config(newline=draw.choice(("\n", "\r\n")), ends=draw.random() < 0.8)
    config.add("", *noise(draw))
    name = draw.choice(("work", '"work"', "'work'"))
    url = line(draw, "url", '"http://w"').strip()
    if shape == "dotted":
        config.add("host", f"hosts.{name}.{url}")
        config.add("", 'hosts.other.url = "http://o"', *noise(draw))
        config.add("host", f"hosts.{name}.insecure = true")
    config.add("", *noise(draw), "[ollama]", 'host = "work" # at work', *noise(draw))
    blocks = ["[hosts.gpu]", '[hosts."wor"]', "[t]"]
    draw.shuffle(blocks)
    place = draw.randint(0, len(blocks))
    for number, header in enumerate([*blocks, ""]):
        if number == place and shape == "table":
            config.add("", "")
            config.add("above", *(["# the one at work"] * draw.randint(0, 2)))
            config.add("host", f"[hosts.{name}]{draw.choice(TAILS)}", url)
            config.add("host", *noise(draw), 'api_key_cmd = ["a",\n # in\n "b"]')
            if draw.random() < 0.5:
                config.add("between", *noise(draw), "")
                config.add("host", f"[hosts.{name}.headers]", "X = 'a'")
            config.add("", "", *noise(draw))
        if header:
            config.add("", "", *noise(draw), header, 'url = "http://x" # c', *noise(draw))
    if shape == "apart":
        config.add("", "")
        config.add("host", f"[hosts.{name}.headers]", "X = 'a'")
        config.add("", "", "[u]", "x = 1", "")
        config.add("host", f"[hosts.{name}]", url)
    config.add("", *noise(draw))
    return config
