"""A text that comes in pieces, handed on line by line."""


class Lines:
    """Hold back the line that is not complete yet."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def add(self, text: str) -> str:
        """Take a piece, and return the lines that are complete now."""
        done, line_end, rest = text.rpartition("\n")
        if not line_end:
            self._pieces.append(text)
            return ""
        found = "".join(self._pieces) + done + line_end
        self._pieces = [rest] if rest else []
        return found

    def rest(self) -> str:
        """Return the line that was never completed."""
        found = "".join(self._pieces)
        self._pieces = []
        return found
