"""An answer as most scripts read it: iter_lines, json.loads, print with a flush."""

import json
import os
import sys

import requests

response = requests.post(
    f"{os.environ['OLLAMA_HOST']}/api/generate",
    json={"model": sys.argv[1], "prompt": "hi"},
    stream=True,
    timeout=60,
)
for line in response.iter_lines():
    if line:
        print(json.loads(line)["response"], end="", flush=True)
