"""The list of models by the `ollama` package."""

import ollama

for model in ollama.list().models:
    print(model.model)
