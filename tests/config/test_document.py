"""One thing in a TOML text is changed, and all else stays to the byte."""

import random
import tomllib
from collections.abc import Callable

import pytest
from config_files import Config, with_host, with_setting
from rounds import rounds

from ollama_cli.config.document import Document
from ollama_cli.errors import ConfigError

SEEDS = rounds(50, 150)


def document(text: str, table: str = "ollama") -> Document:
    return Document(text, "c.toml", table)


def drawn(make: Callable[[random.Random, str], Config], shapes: tuple[str, ...]) -> list[Config]:
    return [make(random.Random(seed), shapes[seed % len(shapes)]) for seed in SEEDS]


def test_of_a_setting_that_is_there_the_value_alone_is_replaced() -> None:
    for config in drawn(with_setting, ("table", "dotted")):
        text = config.text()
        (line,) = (piece for mark, piece in config.pieces if mark == "setting")
        line = line.rstrip("\n").replace("\n", config.newline)
        before, found, after = text.partition(line)
        assert found
        new = document(text).with_value("model", "new")
        assert new.startswith(before)
        assert new.endswith(after)
        changed = new[len(before) : len(new) - len(after)]
        key, joint, tail = (part for part in changed.partition('"new"'))
        assert joint
        assert line.startswith(key)
        assert line.endswith(tail)
        assert tomllib.loads(new)["ollama"]["model"] == "new"


def test_a_setting_that_is_not_there_is_added_and_nothing_else_moves() -> None:
    for config in drawn(with_setting, ("table", "dotted")):
        text = config.text("setting")
        new = document(text).with_value("timeout", 5.0)
        same = next(
            (n for n, (one, other) in enumerate(zip(text, new, strict=False)) if one != other),
            len(text),
        )
        assert new.endswith(text[same:])
        assert "timeout = 5.0" in new[same : len(new) - len(text[same:])] + config.newline
        assert tomllib.loads(new)["ollama"]["timeout"] == 5.0


def test_of_a_setting_that_is_removed_the_line_goes() -> None:
    for config in drawn(with_setting, ("table", "dotted")):
        assert document(config.text()).without("model") == config.text("setting")


def test_a_host_goes_with_the_comments_above_and_inside() -> None:
    for config in drawn(with_host, ("table", "dotted", "apart")):
        new = document(config.text(), "hosts").without("work")
        assert new == config.text("host", "above", "between")
        assert "work" not in tomllib.loads(new).get("hosts", {})


def test_a_host_is_added_at_the_end() -> None:
    for config in drawn(with_host, ("table", "dotted", "apart")):
        text = config.text()
        new = document(text, "hosts").with_table("fresh", {"url": "http://f", "insecure": True})
        assert new.startswith(text)
        assert tomllib.loads(new)["hosts"]["fresh"] == {"url": "http://f", "insecure": True}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ollama = {}\n", 'ollama = {model = "n"}\n'),
        (
            "ollama = { model = 'm', x = 1_000 } # c\n",
            'ollama = { model = "n", x = 1_000 } # c\n',
        ),
        ("ollama={ x = 0xF, y = [ 1,2 ] }", 'ollama={ x = 0xF, y = [ 1,2 ], model = "n" }'),
        ("ollama.x = 1 # c\na = 2", 'ollama.x = 1 # c\nollama.model = "n"\na = 2'),
        ("[ollama.sub]\nx = 1\n", '[ollama.sub]\nx = 1\n\n[ollama]\nmodel = "n"\n'),
        ("a = 1\n[ollama] # c", 'a = 1\n[ollama] # c\nmodel = "n"\n'),
        (
            "[ollama]\nx='''\n# model = 1\n'''\n[t]\n# model = 2\n",
            "[ollama]\nx='''\n# model = 1\n'''\nmodel = \"n\"\n[t]\n# model = 2\n",
        ),
        ("[ollama]\n  # model = 1\n  x = 1\n", '[ollama]\n  # model = 1\n  model = "n"\n  x = 1\n'),
        ("# only this", '# only this\n\n[ollama]\nmodel = "n"\n'),
        ("a = 1\n\n", 'a = 1\n\n[ollama]\nmodel = "n"\n'),
        ("", '[ollama]\nmodel = "n"\n'),
        ("[ollama]\nmodel = ['over', # c\n  'lines']\n", '[ollama]\nmodel = "n"\n'),
    ],
)
def test_a_setting_in_any_shape_of_table(before: str, after: str) -> None:
    assert document(before).with_value("model", "n") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ollama = { model = 'm', x = 1_0 } # c\n", "ollama = { x = 1_0 } # c\n"),
        ("ollama = {x=1_0,model='m'}", "ollama = {x=1_0}"),
        ("ollama = { a = ',', model = 'm', b = '}' }", "ollama = { a = ',', b = '}' }"),
        ("ollama = {model = 'm'} # model\n", "ollama = {} # model\n"),
        ("ollama.model = 'm'\n", ""),
        ("[ollama.model]\nx = 1\n[t]\n", "[t]\n"),
        ("[ollama]\nmodel = 'm'\n", "[ollama]\n"),
    ],
)
def test_a_setting_is_removed_from_any_shape_of_table(before: str, after: str) -> None:
    assert document(before).without("model") == after


@pytest.mark.parametrize(
    ("before", "gone", "added"),
    [
        (
            "hosts = {work = {url = 'x'}, \"b c\"={url='y'}}\n",
            "hosts = {\"b c\"={url='y'}}\n",
            "hosts = {work = {url = 'x'}, \"b c\"={url='y'}, new = {url = \"u\"}}\n",
        ),
        (
            "[hosts]\nwork = {url='x'} # c\n# d\nb.url='y'\n",
            "[hosts]\n# d\nb.url='y'\n",
            "[hosts]\nwork = {url='x'} # c\n# d\nb.url='y'\n\n[hosts.new]\nurl = \"u\"\n",
        ),
        ("[hosts.work]\n", "", '[hosts.work]\n\n[hosts.new]\nurl = "u"\n'),
        (
            "x = '''\n# no comment'''\n[hosts.work]\nurl = 'x'",
            "x = '''\n# no comment'''\n",
            "x = '''\n# no comment'''\n[hosts.work]\nurl = 'x'\n\n[hosts.new]\nurl = \"u\"\n",
        ),
    ],
)
def test_hosts_in_any_shape_of_table(before: str, gone: str, added: str) -> None:
    assert document(before, "hosts").without("work") == gone
    assert document(before, "hosts").with_table("new", {"url": "u"}) == added


def test_what_goes_and_comes_again_leaves_no_blank_lines() -> None:
    text = "[ollama]\nmodel = 'm'\n"
    first = text = document(text, "hosts").with_table("a", {"url": "u"})
    for _ in range(3):
        text = document(document(text, "hosts").without("a"), "hosts").with_table("a", {"url": "u"})
    assert text == first


@pytest.mark.parametrize("value", ["\"\\\x00\x7f\u2028\t\né'''", ["a", "b"], float("inf"), True])
def test_any_value_is_read_as_it_was_written(value: object) -> None:
    new = document("[ollama]\nx = nan\n").with_value("model", value)
    assert tomllib.loads(new)["ollama"]["model"] == value


@pytest.mark.parametrize(
    "text",
    [
        "[ollama.model]\nx = 1\n",  # a table, which no value can replace
        "[[a]]\n[ollama]\n[[a]]\n",  # which tomlkit would put into another order
    ],
)
def test_what_cannot_be_changed_alone_is_refused(text: str) -> None:
    with pytest.raises(ConfigError) as failure:
        document(text).with_value("model", "m")
    assert failure.value.message == "c.toml cannot be changed here and stay the same elsewhere"
    assert failure.value.hint == "change it by hand: c.toml"
