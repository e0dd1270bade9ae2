"""Documents of `/api/embed` and of the older `/api/embeddings`."""

from ollama_cli.errors import ProtocolError
from ollama_cli.types.answers import Embeddings, Usage
from ollama_cli.wire import decoding, fields
from ollama_cli.wire.timings import parse_timings


def decode_embed(body: bytes, model: str, expected: int) -> Embeddings:
    """Read the bytes of `/api/embed` as `parse_embed` reads their value."""
    return parse_embed(decoding.document(body), model, expected, wordless=is_wordless(body))


def is_wordless(body: bytes) -> bool:
    """Tell whether no list in a document can hold true or false: the letters are not there."""
    start, end = body.find(b"["), body.rfind(b"]")
    return body.find(b"u", start, end) < 0 and body.find(b"s", start, end) < 0


def parse_embed(
    document: object, model: str, expected: int, *, wordless: bool = False
) -> Embeddings:
    """Read `/api/embed`; ProtocolError unless each of `expected` inputs has a vector of use."""
    reply = fields.mapping(document)
    listed = reply.get("embeddings")
    rows = listed if isinstance(listed, list) else []
    vectors = [fields.vector(row, wordless=wordless) for row in rows]
    return Embeddings(
        model=fields.text(reply.get("model")) or model,
        vectors=checked_vectors(vectors, expected),
        usage=Usage(prompt_tokens=fields.count(reply.get("prompt_eval_count"))),
        timings=parse_timings(reply),
    )


def checked_vectors(
    vectors: list[tuple[float, ...] | None], expected: int
) -> tuple[tuple[float, ...], ...]:
    """Give the vectors of a reply, all of one length, one for each of `expected` inputs.

    Raises ProtocolError for any others.
    """
    if len(vectors) != expected:
        raise ProtocolError(f"the server sent {len(vectors)} vectors for {expected} inputs")
    checked = tuple(map(_checked, vectors))
    if len(lengths := set(map(len, checked))) > 1:
        told = " and ".join(map(str, sorted(lengths)[:2]))
        raise ProtocolError(f"the server sent vectors of different lengths: {told}")
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
