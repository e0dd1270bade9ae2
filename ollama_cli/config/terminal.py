"""What kind of terminal this is, for those who need to know it before the settings are read."""

import os


def term() -> str:
    """Return `TERM`, empty if it is not set."""
    return os.environ.get("TERM", "")
