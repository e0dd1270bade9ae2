"""An answer by the `ollama` package."""

import sys

import ollama

for part in ollama.generate(sys.argv[1], "hi", stream=True):
    print(part.response, end="", flush=True)
