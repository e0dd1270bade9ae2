"""The list of models by requests alone, as JSON."""

import json
import os

import requests

models = requests.get(f"{os.environ['OLLAMA_HOST']}/api/tags", timeout=30).json()["models"]
print(json.dumps({"models": models}))
