"""The client of the protocol's own SDK speaks with `mcp serve`, in both eras and both ways."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from shell import PROGRAM, ended, environment, start

pytest.importorskip("mcp", reason="the extra mcp is not installed")

import anyio
import httpx2
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

ERAS = {"auto": "2026-07-28", "legacy": "2025-11-25"}


async def speak(client: Client) -> None:
    tools = {tool.name for tool in (await client.list_tools()).tools}
    assert "ai_ollama_generate" in tools
    told: list[float] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        assert (total, message) == (None, None)
        told.append(progress)

    asked: dict[str, Any] = {"prompt": "hi", "max_tokens": 20}
    result = await client.call_tool("ai_ollama_generate", asked, progress_callback=note)
    assert not result.is_error
    assert result.structured_content["text"]
    assert told == sorted(told) != []
    bad = await client.call_tool("ai_ollama_generate", {"prompt": "hi", "max_token": 1})
    assert bad.is_error
    resources = (await client.list_resources()).resources
    content = (await client.read_resource(str(resources[0].uri))).contents[0]
    assert resources[0].name in content.text  # type: ignore[union-attr]  # it is text


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def limited() -> None:
        with anyio.fail_after(30):
            await work()

    anyio.run(limited)


@pytest.mark.parametrize("mode", ERAS)
def test_by_pipe(demo: str, mode: str) -> None:
    words = ["--host", demo, "mcp", "serve"]
    parameters = StdioServerParameters(command=PROGRAM, args=words, env=environment())

    async def work() -> None:
        async with Client(stdio_client(parameters), mode=mode) as client:
            assert client.protocol_version == ERAS[mode]
            await speak(client)

    run(work)


@pytest.mark.parametrize("mode", ERAS)
def test_by_http(demo: str, mode: str) -> None:
    process = start("--host", demo, "mcp", "serve", "--listen", "0")
    try:
        assert process.stderr is not None
        said = ""
        while "token: " not in said:
            said += process.stderr.read(1 << 16).decode()
        (url,), (token,) = (
            re.findall(r"listening on (\S+)", said),
            re.findall(r"token: (\S+)", said),
        )

        async def work() -> None:
            headers = {"Authorization": f"Bearer {token}"}
            async with (
                httpx2.AsyncClient(headers=headers, timeout=30) as sender,
                Client(streamable_http_client(url, http_client=sender), mode=mode) as client,
            ):
                await speak(client)

        run(work)
    finally:
        process.kill()
        ended(process)
