"""Tokens that an agent has counted leave the model as it is loaded."""

import pytest
from counting_servers import MARK, counting
from runtimes import at

from ollama_cli.features.mcp_server import calls
from ollama_cli.features.mcp_server.desk import Desk


@pytest.mark.parametrize(("words", "exact"), [(3, True), (300, False)])
def test_the_context_in_force_stays_and_pieces_add_up(words: int, exact: bool) -> None:
    with counting(loaded=64) as server:
        context = at(server.url)
        asked = {"model": "m", "text": " ".join(["x"] * words)}
        outcome = calls.count_tokens(Desk(context), asked, lambda *_: None)
        context.close()
        sizes = {
            each.json["options"]["num_ctx"]
            for each in server.requests
            if each.path == "/api/generate"
        }
    assert outcome.document == {"model": "m", "tokens": words + MARK, "exact": exact}
    assert sizes == {64}
