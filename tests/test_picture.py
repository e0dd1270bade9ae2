"""The picture in the README: what it shows is what the program shows, and it fetches nothing."""

import html
import re
import runpy
from typing import Any

from documentation import ROOT

from ollama_cli.demo import DemoServer

PICTURE = (ROOT / "docs/picture.svg").read_text(encoding="utf-8")


def _words(picture: str) -> list[str]:
    """Return the words of a picture, row by row, whatever port and time they tell of."""
    pieces = re.findall(r'<text class="run-r\d+" [^>]*>([^<]*)', picture)
    text = html.unescape("".join(pieces)).replace("\xa0", " ")
    return re.sub(r"[\d.]+ m?s\b|(?<=127\.0\.0\.1:)\d+", "N", text).split()


def test_it_shows_what_the_program_shows() -> None:
    script: dict[str, Any] = runpy.run_path(str(ROOT / "docs/picture.py"))
    server = DemoServer(
        fault=script["FAULT"], fault_times=1, tokens_per_second=0, bytes_per_second=0
    )
    with server:
        screen = script["run"](server.url)
    assert _words(PICTURE) == _words(script["drawn"](screen)), "run: python docs/picture.py"


def test_it_shows_a_pull_that_heals_folded_thinking_and_markdown() -> None:
    shown = " ".join(_words(PICTURE))
    for wanted in ("trying again in N", "pulled qwen3:4b", "thought for N", "• also around items"):
        assert wanted in shown
    assert "**" not in shown


def test_it_fetches_nothing_and_the_readme_shows_it() -> None:
    assert "url(http" not in PICTURE.replace('"', "").replace("'", "")
    assert "@font-face" not in PICTURE
    assert "<script" not in PICTURE
    assert "](docs/picture.svg)" in (ROOT / "README.md").read_text(encoding="utf-8")
