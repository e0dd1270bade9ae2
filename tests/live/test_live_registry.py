"""What the registry tells beforehand is what the server then pulls; a tag that moves is noticed.

This needs a registry on loopback that takes uploads (`OLLAMA_CLI_LIVE_PULL` names a model there).
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from registries import MANIFEST_TYPE, PREFIX, described
from shell import Result, call, run

from ollama_cli.types import model_names

pytestmark = pytest.mark.live
# An insecure pull asks the registry on loopback itself; no other one is to be asked.
AWAY = "http://127.0.0.1:9"
SYSTEM = b"You are another one.\n\n"


class Tag:
    """One tag of a registry that takes uploads."""

    def __init__(self, model: str) -> None:
        name = model_names.parse(model)
        assert name is not None
        self._root = f"http://{name.host}/v2/{name.namespace}/{name.model}"
        self._manifest = f"{self._root}/manifests/{name.tag}"

    def read(self) -> bytes:
        """Read the manifest."""
        return self._send("GET", self._manifest, {"Accept": MANIFEST_TYPE})[1]

    def write(self, manifest: bytes) -> None:
        """Move the tag."""
        self._send("PUT", self._manifest, {"Content-Type": MANIFEST_TYPE}, manifest)

    def upload(self, data: bytes) -> None:
        """Store a blob."""
        place = self._send("POST", f"{self._root}/blobs/uploads/", {}, b"")[0]["Location"]
        digest = hashlib.sha256(data).hexdigest()
        mark = "&" if "?" in place else "?"
        kind = {"Content-Type": "application/octet-stream"}
        self._send("PUT", f"{place}{mark}digest=sha256:{digest}", kind, data)

    def _send(
        self, method: str, url: str, headers: dict[str, str], data: bytes | None = None
    ) -> tuple[Any, bytes]:
        assert url.startswith("http://127.0.0.1:")
        request = Request(url, method=method, headers=headers, data=data)  # noqa: S310  http
        with urlopen(request, timeout=10) as reply:  # noqa: S310  likewise
            return reply.headers, reply.read()


@pytest.fixture
def tag(pulled: str) -> Iterator[Tag]:
    """Give the tag, and put its manifest back afterwards."""
    tag = Tag(pulled)
    try:
        before = tag.read()
    except (URLError, OSError) as error:
        pytest.skip(f"no registry: {error}")
    yield tag
    tag.write(before)


def outdated(live: str, model: str) -> Any:
    where = ("--insecure", "--registry", AWAY, "--host", live)
    result = call("models", "outdated", model, "--json", *where)
    assert result.code == 0, result.err
    return result.json["models"][0]


def pull(live: str, model: str, *args: str) -> Result:
    where = ("--insecure", "--registry", AWAY, "--host", live)
    result = call("models", "pull", model, *args, *where)
    assert result.code == 0, result.err
    return result


@pytest.mark.usefixtures("tag")
def test_the_numbers_of_the_registry_are_those_of_the_pull(live: str, pulled: str) -> None:
    (plan,) = pull(live, pulled, "--dry-run", "--json").json["models"]
    events = pull(live, pulled, "-o", "jsonl").events
    assert events[-1]["total"] == plan["total"]
    seen = {each["digest"]: each["layer_total"] for each in events if each["event"] == "progress"}
    planned = {layer["digest"]: layer["size"] for layer in plan["layers"]}
    assert seen.items() <= planned.items()
    (after,) = pull(live, pulled, "--dry-run", "--json").json["models"]
    assert (after["to_fetch"], after["present"]) == (0, plan["total"])


def test_a_tag_that_moves(live: str, pulled: str, tag: Tag) -> None:
    pull(live, pulled, "-q")
    assert outdated(live, pulled)["status"] == "current"
    manifest = json.loads(tag.read())
    tag.write(json.dumps(manifest, indent=2).encode())  # the same layers in another document
    assert outdated(live, pulled)["status"] == "current"
    kept = [each for each in manifest["layers"] if each["mediaType"] != f"{PREFIX}system"]
    tag.upload(SYSTEM)
    moved = {**manifest, "layers": [*kept, described(SYSTEM, f"{PREFIX}system")]}
    tag.write(json.dumps(moved).encode())
    found = outdated(live, pulled)
    assert (found["status"], found["changes"]) == ("outdated", ["system"])
    where = ("--insecure", "--registry", AWAY, "--host", live)
    assert run("models", "outdated", pulled, "--exit-code", "-q", *where).code == 12
    updated = run("models", "update", pulled, "--json", "-q", *where)
    assert updated.json["models"][0]["status"] == "updated"
    tag.write(json.dumps(moved, indent=2).encode())
    assert outdated(live, pulled)["status"] == "current"
