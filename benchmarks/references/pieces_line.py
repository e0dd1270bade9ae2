"""An answer of long lines by iter_content(64 KiB), split and decoded."""

import json
import os
import sys
import time

import requests

started = time.perf_counter()
response = requests.post(
    f"{os.environ['OLLAMA_HOST']}/api/generate",
    json={"model": sys.argv[1], "prompt": "hi"},
    stream=True,
    timeout=60,
)
characters, pending = 0, []
for piece in response.iter_content(65536):
    *whole, rest = piece.split(b"\n")
    if whole:
        pending.append(whole[0])
        for line in (b"".join(pending), *whole[1:]):
            characters += len(json.loads(line)["response"])
        pending = []
    pending.append(rest)
told = {"characters": characters, "seconds": time.perf_counter() - started}
print(json.dumps(told), file=sys.stderr)
