"""Vectors by requests' own json(): one request for all texts, timed without the imports."""

import json
import os
import sys
import time

import requests

model, count = sys.argv[1:]
texts = [f"text {number}" for number in range(int(count))]
url = f"{os.environ['OLLAMA_HOST']}/api/embed"
requests.get(os.environ["OLLAMA_HOST"], timeout=5)
started = time.perf_counter()
reply = requests.post(url, json={"model": model, "input": texts}, timeout=60).json()
told = {"vectors": len(reply["embeddings"]), "seconds": time.perf_counter() - started}
print(json.dumps(told), file=sys.stderr)
