"""Documents of `/api/embed` and of the older `/api/embeddings`."""

from ollama_cli.errors import ProtocolError
from ollama_cli.types.answers import Embeddings, Usage
from ollama_cli.wire import decoding, fields
from ollama_cli.wire.timings import parse_timings


def decode_embed(body: bytes, model: str, expected: int) -> Embeddings:
    """Decode the bytes of `/api/embed`, and parse them as `parse_embed` does."""
    return parse_embed(decoding.document(body), model, expected, no_booleans=has_no_booleans(body))


def has_no_booleans(body: bytes) -> bool:
    """Return whether no list in a document can hold true or false, by the letters in it."""
    start, end = body.find(b"["), body.rfind(b"]")
    return body.find(b"u", start, end) < 0 and body.find(b"s", start, end) < 0


def parse_embed(
    document: object, model: str, expected: int, *, no_booleans: bool = False
) -> Embeddings:
    """Read `/api/embed`; ProtocolError unless each of `expected` inputs has a usable vector."""
    reply = fields.mapping(document)
    listed = reply.get("embeddings")
    rows = listed if isinstance(listed, list) else []
    vectors = [fields.vector(row, no_booleans=no_booleans) for row in rows]
    return Embeddings(
        model=fields.text(reply.get("model")) or model,
        vectors=checked_vectors(vectors, expected),
        usage=Usage(prompt_tokens=fields.count(reply.get("prompt_eval_count"))),
        timings=parse_timings(reply),
    )


def checked_vectors(
    vectors: list[tuple[float, ...] | None], expected: int
) -> tuple[tuple[float, ...], ...]:
    """Return the vectors of a reply, all of one length, one for each of `expected` inputs.

    Raises ProtocolError if they are not so.
    """
    if len(vectors) != expected:
        raise ProtocolError(f"the server sent {len(vectors)} vectors for {expected} inputs")
    checked = tuple(map(_checked, vectors))
    if len(lengths := set(map(len, checked))) > 1:
        shown = " and ".join(map(str, sorted(lengths)[:2]))
        raise ProtocolError(f"the server sent vectors of different lengths: {shown}")
    return checked


def parse_legacy_embedding(document: object) -> tuple[float, ...]:
    """Read `/api/embeddings`: one vector."""
    return _checked(fields.vector(fields.mapping(document).get("embedding")))


def _checked(vector: tuple[float, ...] | None) -> tuple[float, ...]:
    if vector is None:
        raise ProtocolError("the server sent an embedding that is no list of finite numbers")
    if not any(vector):
        raise ProtocolError("the server sent an embedding that is empty or all zeros")
    return vector
