"""A pull as most scripts read it, and nothing shown before its end."""

import json
import os
import sys

import requests

response = requests.post(
    f"{os.environ['OLLAMA_HOST']}/api/pull", json={"model": sys.argv[1]}, stream=True, timeout=60
)
status, completed = "", {}
for line in response.iter_lines():
    if line:
        event = json.loads(line)
        status = event["status"]
        completed[event.get("digest")] = event.get("completed")
print(status, len(completed))
