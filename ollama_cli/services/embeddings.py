"""Embeddings in batches of bounded size, by `/api/embed` or by the older `/api/embeddings`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from ollama_cli.errors import OtherApiError, ServerError, UsageError
from ollama_cli.types.answers import Embeddings, Timings, Usage
from ollama_cli.types.requests import EmbedRequest
from ollama_cli.wire import decoding, embeddings as wire
from ollama_cli.wire.ollama_requests import embed_body, embed_fields

Post = Callable[[str, Mapping[str, Any]], bytes]
MOST_INPUTS: Final = 64
MOST_CHARACTERS: Final = 1 << 18
_UNKNOWN_ROUTE: Final = (404, 405)


def batches(post: Post, inputs: Iterable[str], request: EmbedRequest) -> Iterator[Embeddings]:
    """Embed the inputs batch by batch; the first answer shows which route this server has."""
    legacy = False
    model = request.model
    for batch in in_batches(inputs):
        if not legacy:
            try:
                body = post("/api/embed", embed_body(batch, request))
                yield wire.decode_embed(body, model, len(batch))
                continue
            except ServerError as error:
                if error.http_status not in _UNKNOWN_ROUTE:
                    raise
                legacy = True
        yield _legacy(post, batch, request)


class Replayed:
    """Texts that are read as they are embedded, and of which the first batch can be read again.

    Until its answer comes, another client may have to be asked, or a missing model to be pulled.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._rest = iter(texts)
        self._first: list[str] = []
        self._count = 0

    def __iter__(self) -> Iterator[str]:
        if self._count > len(self._first):
            raise RuntimeError("an answer has come: the texts before it are forgotten")
        yield from self._first
        for text in self._rest:
            self._count += 1
            if self._count <= MOST_INPUTS + 1:  # the last one shows that the batch is full
                self._first.append(text)
            yield text


def refuse_empty(text: str, index: int) -> None:
    """Raise UsageError for an empty text, as it has no vector; `index` counts from 0."""
    if not text:
        raise UsageError(f"text {index + 1} is empty: an empty text has no embedding")


def joined(parts: Iterable[Embeddings], model: str) -> Embeddings:
    """Join the embeddings of several batches into one reply."""
    listed = list(parts)
    return Embeddings(
        model=listed[0].model if listed else model,
        vectors=tuple(vector for part in listed for vector in part.vectors),
        usage=Usage(prompt_tokens=_total([part.usage.prompt_tokens for part in listed])),
        timings=Timings(
            total=_total([part.timings.total for part in listed]),
            load=_total([part.timings.load for part in listed]),
        ),
    )


def in_batches(inputs: Iterable[str]) -> Iterator[list[str]]:
    """Group texts into batches; UsageError for an empty text, as it has no vector."""
    batch: list[str] = []
    size = 0
    for index, text in enumerate(inputs):
        refuse_empty(text, index)
        if batch and (len(batch) == MOST_INPUTS or size + len(text) > MOST_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def _legacy(post: Post, batch: list[str], request: EmbedRequest) -> Embeddings:
    model, fields = request.model, embed_fields(request)
    for name in ("dimensions", "truncate"):
        if name in fields:
            raise OtherApiError(f"this server is too old for `{name}`: it has no /api/embed")
    bodies = [post("/api/embeddings", {"model": model, "prompt": text, **fields}) for text in batch]
    vectors = tuple(wire.parse_legacy_embedding(decoding.document(body)) for body in bodies)
    return Embeddings(model=model, vectors=vectors)


def _total(numbers: list[Any]) -> Any:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None
