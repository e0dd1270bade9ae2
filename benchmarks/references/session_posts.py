"""Many small requests by one session of requests, timed without the imports."""

import json
import os
import sys
import time

import requests

model, count = sys.argv[1:]
url = f"{os.environ['OLLAMA_HOST']}/api/embed"
with requests.Session() as session:
    session.post(url, json={"model": model, "input": ["warm"]}, timeout=60).json()
    started, used = time.perf_counter(), time.process_time()
    for number in range(int(count)):
        session.post(url, json={"model": model, "input": [f"text {number}"]}, timeout=60).json()
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
told = {"seconds": seconds, "rate": int(count) / seconds, "cpu_each": cpu / int(count)}
print(json.dumps(told), file=sys.stderr)
