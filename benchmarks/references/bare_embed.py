"""The lines of a file embedded in one request, a JSON object printed for each."""

import json
import os
import sys
from pathlib import Path

import requests

model, path = sys.argv[1:]
texts = Path(path).read_text(encoding="utf-8").splitlines()
reply = requests.post(
    f"{os.environ['OLLAMA_HOST']}/api/embed", json={"model": model, "input": texts}, timeout=600
).json()
for index, vector in enumerate(reply["embeddings"]):
    print(json.dumps({"index": index, "embedding": vector}))
