"""An answer gathered to its end, then shown as Markdown once, by rich."""

import json
import os
import sys

import requests
from rich.console import Console
from rich.markdown import Markdown

response = requests.post(
    f"{os.environ['OLLAMA_HOST']}/api/generate",
    json={"model": sys.argv[1], "prompt": "hi"},
    stream=True,
    timeout=60,
)
text = "".join(json.loads(line)["response"] for line in response.iter_lines() if line)
Console().print(Markdown(text))
