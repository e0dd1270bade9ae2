"""The pages to learn from: what they show runs, and prints what they say."""

import tarfile
from pathlib import Path

import pytest
import yaml
from conversations import PNG
from documentation import typed_lines
from hostile import Server, by_path, document, lines
from pages import Block, Page, Reader, check, page, run
from test_docs_examples import assert_readable
from typists import Typist

# A server whose one model sees a cat.
SEEN = {"model": "gemma3", "response": "A cat on a wall.", "done": True, "done_reason": "stop"}
EYES = by_path(
    {
        "/api/version": document({"version": "0.32.15"}),
        "/api/show": document({"capabilities": ["completion", "vision"], "model_info": {}}),
        "/api/generate": lines(SEEN),
    }
)
# What a desk has; each writes down what it was given.
TOOLS = {
    "wl-paste": "echo teh river",
    "wl-copy": "cat > copied.txt",
    "notify-send": 'echo "$@" > notified.txt',
}
WHO = "a@b.example"
GIT = {f"GIT_{who}_{what}": WHO for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def test_the_tutorial(tmp_path: Path) -> None:
    desk = run("docs/tutorial.md", tmp_path).desk
    assert (desk / "story.txt").read_text()
    assert (desk / "haiku.txt").read_text()


def test_the_cookbook(tmp_path: Path) -> None:
    files = {"cat.png": PNG, "../home/.ollama/models/blobs/sha256-1": b"weights"}
    with Server(EYES) as eyes:
        desk = run("docs/cookbook.md", tmp_path, TOOLS, files, EYES=eyes.url, **GIT).desk
    with tarfile.open(desk / "models.tar") as archive:
        assert "models/blobs/sha256-1" in archive.getnames()
    assert (desk / "copied.txt").read_text() == (desk / "corrected.txt").read_text() != ""
    assert (desk / "notified.txt").read_text() == "qwen2.5-coder:7b it is there\n"
    assert (desk / "filtered.txt").read_text()
    [asked] = [each.json for each in eyes.requests if each.path == "/api/generate"]
    assert len(asked["images"]) == 1


def test_the_job_of_the_cookbook_is_one() -> None:
    [text] = [each.text for each in page("docs/cookbook.md").blocks if each.language == "yaml"]
    [job] = yaml.safe_load(text)["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step][-1] == "sh check.sh"


def test_the_recipe_of_twenty_lines_has_no_more() -> None:
    [text] = [each.text for each in page("docs/cookbook.md").blocks if each.language == "python"]
    assert len(list(filter(None, text.splitlines()))) <= 20


def test_the_line_for_cron_can_be_read() -> None:
    [line] = [
        line for line in page("docs/cookbook.md").text.splitlines() if line.startswith("15 4 * * *")
    ]
    [arguments] = typed_lines(line)
    assert_readable(arguments)


@pytest.mark.parametrize(
    ("said", "script", "shown", "is_true"),
    [
        ("", "echo 3 apples", "4 apples", True),
        ("", "echo 3 apples", "4 pears", False),
        ("", "echo 3 apples, 2 hours ago", "1 apples, less than a second ago", True),
        ("", "echo one; echo and two", "one\n…two", True),
        ("", "echo one; echo two", "one", False),
        ("exit=3", "(exit 3)", "", True),
        ("", "(exit 3)", "", False),
        ("exit=3", "echo", "", False),
    ],
)
def test_a_page_is_held_to_what_it_shows(
    said: str, script: str, shown: str, *, is_true: bool, tmp_path: Path
) -> None:
    told = Page("a page", f"```sh {said}\n{script}\n```\n\n```text\n{shown}\n```\n")
    ran = Reader(tmp_path).type(told)
    if is_true:
        check(ran)
    else:
        with pytest.raises(AssertionError):
            check(ran)


def test_a_typist_runs_lines_as_a_shell_does(tmp_path: Path) -> None:
    typist = Typist(tmp_path, tmp_path, {"WHAT": "--version"}, {"http://there": "http://here"})
    text = (
        "ollama-cli $WHAT > version.txt   # kept\n"
        "ollama-cli help exit-codes | grep -c timeout\n"
        "echo http://there\n"
        "ollama-cli \\\n  models lst\n"
        "test -s version.txt && echo yes\n"
    )
    ran = [done for _, done in typist.type(Block("sh", text, {}), ["echo not"])]
    assert [done.code for done in ran] == [0, 0, 0, 2, 0]
    assert [done.out for done in ran] == ["", "1\n", "http://here\n", "", "yes\n"]
    assert (tmp_path / "version.txt").read_text().startswith("ollama-cli ")
    [(_, done)] = typist.type(Block("sh", "for i in 1 2; do\n  echo $i\ndone\n", {}))
    assert done.out == "1\n2\n"
