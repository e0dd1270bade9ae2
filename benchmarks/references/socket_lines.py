"""The lines of an answer by a bare socket: bytes taken apart and split, nothing decoded.

Tells how fast; with `latency` how old each token is when it is at hand (see the stub's clock).
"""

import json
import os
import socket
import sys
import time

host, _, port = os.environ["OLLAMA_HOST"].rpartition("/")[2].partition(":")
model, *modes = sys.argv[1:]
body = json.dumps({"model": model, "prompt": "hi"}).encode()
ages, lines, rest, data = [], 0, b"", b""
started = time.perf_counter()
connection = socket.create_connection((host, int(port)))
connection.sendall(
    b"POST /api/generate HTTP/1.1\r\nHost: stub\r\nContent-Length: %d\r\n\r\n" % len(body) + body
)
while (end := data.find(b"\r\n\r\n")) < 0:
    data += connection.recv(65536)
chunked = b"chunked" in data[:end]
data = data[end + 4 :]
size = 1
while size:
    parts, position = [], 0
    if not chunked:
        parts, position = [data], len(data)
    while chunked and (newline := data.find(b"\r\n", position)) >= 0:
        size = int(data[position:newline], 16)
        start = newline + 2
        if not size or start + size + 2 > len(data):
            break
        parts.append(data[start : start + size])
        position = start + size + 2
    *whole, rest = (rest + b"".join(parts)).split(b"\n")
    lines += len(whole)
    if modes:
        now = time.monotonic_ns()
        values = [json.loads(line) for line in whole]
        ages += [now - int(value["response"]) for value in values if not value["done"]]
    data = data[position:]
    if size:
        more = connection.recv(65536)
        if not more:
            break
        data += more
seconds = time.perf_counter() - started
told = {"lines": lines, "seconds": seconds, "rate": lines / seconds}
if ages:
    ages.sort()
    told |= {"p50": ages[len(ages) // 2] / 1e9, "p99": ages[len(ages) * 99 // 100] / 1e9}
print(json.dumps(told), file=sys.stderr)
