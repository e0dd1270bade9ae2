"""A pull by the `ollama` package."""

import sys

import ollama

status, completed = "", {}
for event in ollama.pull(sys.argv[1], stream=True):
    status = event.status
    completed[event.digest] = event.completed
print(status, len(completed))
