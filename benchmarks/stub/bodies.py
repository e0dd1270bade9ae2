"""The bodies that the stub sends, encoded once and kept."""

import json
import random
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from benchmarks.stub.wishes import Wish

_WORDS: Final = (
    " a", " the", " river", " runs", " over", " stone", ",", ".", "\n", " naïve", " “so”", " ✓",
    " and", " light", " falls", " through", " leaves", "ing", "ed", " 42", " cold", " into",
)  # fmt: skip
_TIME: Final = "2026-11-20T12:00:00.123456789Z"
_DETAILS: Final = {
    "parent_model": "",
    "format": "gguf",
    "family": "llama",
    "families": ["llama"],
    "parameter_size": "3.2B",
    "quantization_level": "Q4_K_M",
}
_LAYERS: Final = 8
_DISTINCT_VECTORS: Final = 16
_MARKDOWN: Final = """

## Part {0}

Some **strong** words and *others*, a bit of `code`, and a [link](https://example.org/{0}) that \
stand in one paragraph which is long enough to be wrapped at the edge of a screen.

- first of {0}
- second, with `code`
- third

```python
def part_{0}(value: int) -> int:
    return value + {0}
```

| name | value |
|---|---|
| one | {0} |
| two | **{0}** |

> quoted, and then
> quoted again

1. one
2. two
"""


def encoded(value: object) -> bytes:
    """Encode as Go does: no blanks, UTF-8 left as it is."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def markdown(tokens: int) -> list[str]:
    """Make about `tokens` tokens of Markdown: words with the blank before them."""
    text = "".join(map(_MARKDOWN.format, range(tokens // _MARKDOWN.count(" ") + 1)))
    return [f" {word}" if place else word for place, word in enumerate(text.split(" "))][:tokens]


def tokens(wish: Wish) -> Iterator[str]:
    """Make the tokens of an answer, always the same ones."""
    if wish.size:
        yield from ["x" * wish.size] * wish.events
    elif wish.markdown:
        yield from markdown(wish.events)
    else:
        choose = random.Random(1).choice  # noqa: S311  the same words in each run, no secret
        yield from (choose(_WORDS) for _ in range(wish.events))


def piece(kind: str, text: str, *, done: bool = False) -> dict[str, Any]:
    """Make one event of an answer, of chat or of generate."""
    content: dict[str, Any] = {"response": text}
    if kind == "chat":
        content = {"message": {"role": "assistant", "content": text}}
    return {"model": "stub", "created_at": _TIME, **content, "done": done}


def last(kind: str, events: int) -> bytes:
    """Make the line that ends an answer."""
    counts = {"prompt_eval_count": 26, "eval_count": events, "done_reason": "stop"}
    durations = {"total_duration": 4_000_000, "eval_duration": 3_000_000, "load_duration": 10}
    return encoded(piece(kind, "", done=True) | counts | durations) + b"\n"


def lines(kind: str, wish: Wish) -> Iterator[bytes]:
    """Make the lines of an answer or of a pull."""
    if kind == "pull":
        yield from _pull(wish.events)
        return
    known: dict[str, bytes] = {}
    for text in tokens(wish):
        if text not in known:
            known[text] = encoded(piece(kind, text)) + b"\n"
        yield known[text]
    yield last(kind, wish.events)


def _pull(events: int) -> Iterator[bytes]:
    yield b'{"status":"pulling manifest"}\n'
    each = max(1, events // _LAYERS)
    digests = [f"sha256:{layer + 1:064x}" for layer in range(_LAYERS)]
    for event in range(events):  # layers beside one another, as the server reports them
        layer = event % _LAYERS
        total = (layer + 1) * 500_000_000
        done = min(total, total * (event // _LAYERS + 1) // each)
        digest = digests[layer]
        status = f"pulling {digest[7:19]}"
        report = {"status": status, "digest": digest, "total": total, "completed": done}
        yield encoded(report) + b"\n"
    yield b'{"status":"verifying sha256 digest"}\n{"status":"writing manifest"}\n'
    yield b'{"status":"success"}\n'


def chunk(data: bytes) -> bytes:
    """Frame one HTTP chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


@cache
def stream(kind: str, wish: Wish) -> bytes:
    """Make a whole stream, one HTTP chunk for each event unless the wish says close."""
    parts = lines(kind, wish)
    if wish.close:
        return b"".join(parts)
    return b"".join(map(chunk, parts)) + b"0\r\n\r\n"


def document(body: bytes, status: bytes = b"200 OK") -> bytes:
    """Make a whole answer of known length."""
    head = b"HTTP/1.1 %b\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d"
    return (head + b"\r\n\r\n%b") % (status, len(body), body)


@cache
def vectors(count: int, dims: int) -> bytes:
    """Make the answer of embed: a few vectors again and again, which are real floats to parse."""
    number = random.Random(2).uniform  # noqa: S311  no secret
    rows = [
        b"[%b]" % ",".join(f"{number(-0.1, 0.1):.9g}" for _ in range(dims)).encode()
        for _ in range(min(count, _DISTINCT_VECTORS))
    ]
    body = b",".join(rows[place % len(rows)] for place in range(count))
    return document(b'{"model":"stub","embeddings":[%b],"prompt_eval_count":8}' % body)


@cache
def tags(count: int, named: tuple[str, ...]) -> bytes:
    """Make the list of `count` models, the `named` ones first."""
    names = [*named, *(f"model-{number}:latest" for number in range(count))][:count]
    models = [
        {"name": name, "model": name, "modified_at": _TIME, "size": 2_000_000_000 + number}
        | {"digest": f"{number + 1:064x}", "details": _DETAILS, "capabilities": ["completion"]}
        for number, name in enumerate(names)
    ]
    return document(encoded({"models": models}))


@cache
def show(capability: str) -> bytes:
    """Make the description of a model that can do one thing: `ollama run` embeds with who can."""
    details = {"details": _DETAILS, "model_info": {}, "capabilities": [capability]}
    return document(encoded({"modelfile": "FROM stub", "template": "{{ .Prompt }}", **details}))
