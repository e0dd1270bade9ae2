"""Exchanges recorded from real servers, played again as scripts for `hostile.Server`."""

from pathlib import Path

from hostile import LAST_CHUNK, Script, bytes_then, chunk, head

WIRE = Path(__file__).parent / "data" / "wire"


def parts(path: Path) -> tuple[int, dict[str, str], bytes]:
    """Split a recorded exchange: status, headers, body."""
    top, _, body = path.read_bytes().partition(b"\r\n\r\n")
    first, *rest = top.decode("latin-1").split("\r\n")
    pairs = (line.partition(": ") for line in rest)
    return int(first.split()[1]), {name: value for name, _, value in pairs}, body


def recorded(path: Path, *, cut: bool = False) -> Script:
    """A recorded exchange, framed as it came; `cut` leaves out the last chunk."""
    status, headers, body = parts(path)
    headers.pop("Connection", None)
    if headers.get("Transfer-Encoding") != "chunked":
        if body:  # some were made neutral afterwards; the answer to a HEAD has a length alone
            headers["Content-Length"] = str(len(body))
        return bytes_then(head(status, headers) + body)
    chunks = [chunk(line) for line in body.splitlines(keepends=True) if line]
    return bytes_then(head(status, headers) + b"".join(chunks) + (b"" if cut else LAST_CHUNK))


def exchanges(folder: Path) -> dict[str, Path]:
    """The recorded exchanges of a folder, by name."""
    found = sorted(folder.rglob("*.http"))
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in found}


def expectations(folder: Path) -> dict[str, str]:
    """What the client makes of each, by the table beside them."""
    rows = (folder / "expectations.tsv").read_text("utf-8").splitlines()
    return dict(row.split("\t") for row in rows if row and not row.startswith("#"))
