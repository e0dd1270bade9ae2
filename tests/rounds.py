"""How much is drawn at random: enough to find again what was ever found; all where it is asked for.

What a test proves of a few hundred draws it proves in every run. Ten times as many are for who
changes what is tested: `OLLAMA_CLI_TEST_ROUNDS=all`.
"""

import os

_ALL = os.environ.get("OLLAMA_CLI_TEST_ROUNDS") == "all"


def rounds(usual: int, everything: int) -> range:
    """Number what is drawn: the first of everything, in every run the same."""
    return range(everything if _ALL else usual)
