"""The pages to learn from: what they show runs, and prints what they say."""

from pathlib import Path

import yaml
from conversations import PNG
from documentation import typed_lines
from hostile import Server, by_path, document, lines
from pages import page, run
from test_docs_examples import assert_readable

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
    with Server(EYES) as eyes:
        desk = run("docs/cookbook.md", tmp_path, TOOLS, {"cat.png": PNG}, EYES=eyes.url, **GIT).desk
    assert (desk / "copied.txt").read_text() == (desk / "corrected.txt").read_text() != ""
    assert (desk / "notified.txt").read_text() == "qwen2.5-coder:7b it is there\n"
    assert (desk / "filtered.txt").read_text()
    [asked] = [each.json for each in eyes.requests if each.path == "/api/generate"]
    assert len(asked["images"]) == 1


def test_the_job_of_the_cookbook_is_one() -> None:
    [text] = [each.text for each in page("docs/cookbook.md").blocks if each.language == "yaml"]
    [job] = yaml.safe_load(text)["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step][-1] == "sh check.sh"


def test_the_line_for_cron_can_be_read() -> None:
    [line] = [
        line for line in page("docs/cookbook.md").text.splitlines() if line.startswith("15 4 * * *")
    ]
    [arguments] = typed_lines(line)
    assert_readable(arguments)
