"""The tools of MCP servers: all of one, or some that were named."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ollama_cli.errors import OllamaCliError
from ollama_cli.features.context import Context
from ollama_cli.features.mcp.servers import Servers, split_name, tool_named
from ollama_cli.features.tools.offers import Offer, Outcome, failure, wire_name


class McpTools:
    """The tools that some words name: SERVER, or SERVER.TOOL; NotFoundError for no such server.

    Servers that no word names are never started.
    """

    def __init__(self, context: Context, config: str | None, words: Sequence[str]) -> None:
        self.server = "mcp"
        self.offers: list[Offer] = []
        self._servers = Servers.of(context, config)
        self._wanted = [self._place(word) for word in words]

    def _place(self, word: str) -> tuple[str, str | None]:
        if word in self._servers.known:
            return word, None
        return split_name(word, self._servers.known) or (self._servers.named(word).name, None)

    def start(self) -> None:
        """Start the servers, all at once; raises what they raise, NotFoundError for no such tool.

        Their errors are shown as they come.
        """
        self._servers.open([server for server, _ in self._wanted])
        tools = self._servers.tools()
        whole = {server for server, tool in self._wanted if tool is None}
        for server, name in dict.fromkeys(self._wanted):
            if name is not None and server in whole:
                continue
            own = [tool for tool in tools if tool.server == server]
            for tool in own if name is None else [tool_named(own, name)]:
                self.offers.append(
                    Offer(
                        wire_name(server, tool.name),
                        server,
                        tool.name,
                        tool.description,
                        tool.input_schema,
                        read_only=tool.read_only is True,
                    )
                )

    def call(self, offer: Offer, arguments: Mapping[str, Any]) -> Outcome:
        """Call a tool; a server that dies, is silent or breaks the protocol has failed."""
        try:
            result = self._servers.call(offer.server, offer.tool, arguments)
        except OllamaCliError as error:
            return failure(error.message)
        text = result.text
        if not text and result.structured_content is not None:
            text = json.dumps(result.structured_content, ensure_ascii=False)
        return Outcome(ok=not result.is_error, text=text)

    def told(self) -> list[str]:
        """Return nothing: what servers tell on stderr is shown as it comes."""
        return []

    def close(self) -> None:
        """End the servers."""
        self._servers.close()
