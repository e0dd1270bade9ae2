"""What the tokens of a prompt tell of the context that they went into."""

from typing import Final

# num_keep is 4, and 5 where the tokenizer begins a text with a token of its own.
_KEPT: Final = (4, 5)


def looks_cut(read: int, holds: int) -> bool:
    """Return whether a prompt of so many tokens was probably cut to fit its context.

    Ollama fills it to the last token; from 0.32 on, `num_keep` tokens and half of the rest.
    """
    return read >= holds or any(read == holds - (holds - kept) // 2 for kept in _KEPT)
