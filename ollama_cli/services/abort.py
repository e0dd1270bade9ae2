"""Questions to servers that another thread may end."""

from contextlib import AbstractContextManager

from ollama_cli.transport.deadline import Watch


class Abort:
    """Ends, from any thread, whatever another one asks servers within `watching`.

    The connection is closed, so that the server stops its work, and nothing more is sent: the
    thread that waits gets one of the errors of a lost connection.
    """

    def __init__(self) -> None:
        self._watch = Watch()

    def watching(self) -> AbstractContextManager[None]:
        """Watch what this thread asks within the block, in whatever way."""
        return self._watch.entered()

    def abort(self) -> None:
        """Close the connection, if one is in use; doing it twice does nothing."""
        self._watch.end()
