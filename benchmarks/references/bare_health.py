"""The requests of `health`, by requests alone."""

import os

import requests

root = os.environ["OLLAMA_HOST"]
with requests.Session() as session:
    version = session.get(f"{root}/api/version", timeout=5).json()["version"]
    models = session.get(f"{root}/api/tags", timeout=5).json()["models"]
    running = session.get(f"{root}/api/ps", timeout=5).json()["models"]
print(version, len(models), (running or models)[0]["name"])
