"""A server that sends far too much of something: a pull ends, and shows no more than a screen."""

import pytest
from hostile import Server, lines
from shell import Result, run

LINES = ("--progress", "plain")
SUCCESS = {"status": "success"}


def pull(*values: object, options: tuple[str, ...] = LINES) -> Result:
    with Server(lines(*values)) as server:
        return run("models", "pull", "m", *options, "--retries", "0", "--host", server.url)


@pytest.mark.parametrize(
    "text",
    [
        "model " * 40_000,
        "lookup a: " * 40_000,
        "@ " + "//a:" * 60_000,
    ],
    ids=lambda text: text[:8],
)
def test_an_error_that_takes_hours_to_search(text: str) -> None:
    result = pull({"error": text})
    assert result.code == 5
    assert result.err.startswith("error: pull failed: ")
    assert len(result.err) < 3000


def test_what_tells_stands_at_the_ends_of_an_error() -> None:
    assert pull({"error": "x" * 10**6 + " no space left on device"}).err.startswith(
        "error: the server's disk is full, not yours: xxx"
    )


@pytest.mark.parametrize("options", [LINES, ("-o", "json")])
def test_a_status_of_megabytes(options: tuple[str, ...]) -> None:
    result = pull({"status": "A" * 10**7}, SUCCESS, options=options)
    assert result.code == 0
    assert len(result.err) < 3000


@pytest.mark.parametrize("options", [LINES, ("-o", "jsonl")])
def test_a_pull_that_ends_again_and_again(options: tuple[str, ...]) -> None:
    def turn(n: int) -> list[dict[str, object]]:
        """One layer more, an end that is none, and the first layer again."""
        one, first = {"digest": f"sha256:{n:064x}"}, {"digest": f"sha256:{0:064x}"}
        numbers: dict[str, object] = {"status": "pulling x", "total": 1000}
        end: dict[str, object] = {"status": "verifying sha256 digest"}
        return [{**numbers, **one, "completed": 10}, end, {**numbers, **first, "completed": 9}]

    turns = (line for n in range(20_000) for line in turn(n))
    assert pull(*turns, SUCCESS, options=options).code == 0
