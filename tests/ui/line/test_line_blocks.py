"""A block between marks is one question; its marks are not sent."""

import pytest

from ollama_cli.ui.line import blocks
from ollama_cli.ui.line.line import Typed


@pytest.mark.parametrize(
    "text",
    [
        '"""',
        ' """one',
        '"""one\ntwo',
        '/set system """',
        '/system """you are\nbrief',
        '"""def f():\n    """doc"""',
        '"""def f():\n    """doc',
        '"""def f():\n    """doc\n    """',
    ],
)
def test_an_open_block(text: str) -> None:
    assert blocks.is_open(text)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("plain", Typed("plain")),
        ('say """hi', Typed('say """hi')),
        ('"""one"""', Typed("one", is_block=True)),
        ('"""\none\ntwo\n"""', Typed("one\ntwo", is_block=True)),
        ('"""/exit"""', Typed("/exit", is_block=True)),
        ('"""one""" and more', Typed('"""one""" and more')),
        ('/set system """you are\nbrief"""', Typed("/set system you are\nbrief")),
        ('/system """\nbrief\n""" ', Typed("/system brief")),
        ('"""def f():\n    """doc"""\n"""', Typed('def f():\n    """doc"""', is_block=True)),
        (
            '"""def f():\n    """doc\n    """\n"""',
            Typed('def f():\n    """doc\n    """', is_block=True),
        ),
        ("/etc/hosts means what?", Typed("/etc/hosts means what?")),
    ],
)
def test_what_is_sent(text: str, sent: Typed) -> None:
    assert not blocks.is_open(text)
    assert blocks.typed(text) == sent
    assert blocks.typed(text, is_pasted=True).is_block
