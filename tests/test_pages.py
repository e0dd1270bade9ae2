"""The pages to learn from: what they show runs, and prints what they say."""

from pathlib import Path

from pages import run


def test_the_tutorial(tmp_path: Path) -> None:
    reader = run("docs/tutorial.md", tmp_path)
    assert (reader.desk / "story.txt").read_text()
    assert (reader.desk / "haiku.txt").read_text()
