"""The models of the demo: two that are built in, and six that can be pulled.

The pulled ones have well-known names but bytes of the demo itself; their license says so. They
answer with the same word model and the same hashed vectors.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from ollama_cli.demo import vectors
from ollama_cli.demo.language import corpus
from ollama_cli.demo.layers import TENSOR, Layer

COMPLETION: Final = "completion"
EMBEDDING: Final = "embedding"
TOOLS: Final = "tools"
THINKING: Final = "thinking"
MEGABYTE: Final = 1_000_000
EMBEDDING_CONTEXT: Final = 2048
COMPLETION_CONTEXT: Final = 8192
TEMPLATE: Final = "{{ .System }} {{ .Prompt }}"
SYSTEM: Final = (
    "This is the demo server of ollama-cli. The model counts words in a few kilobytes of text; it "
    "is no substitute for a real model."
)

MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
"""The media type of a manifest."""

_MEDIA_PREFIX: Final = "application/vnd.ollama.image."
_TENSORS: Final = 26
_WRITER: Final = (COMPLETION,)
_THINKER: Final = (COMPLETION, TOOLS, THINKING)
_CONFIG: Final = "application/vnd.docker.container.image.v1+json"
_LICENSE: Final = (
    "MIT License, as the rest of ollama-cli.\n\n"
    "{name} on this server is made by ollama-cli's demo: a model of word statistics for trying\n"
    "the tool where no Ollama is installed. It is no substitute for a real model.\n"
)
_STAND_IN_NOTE: Final = (
    "The bytes of this download are the demo's own. They hold no weights of the model whose name\n"
    "they carry, and nothing was fetched from a registry.\n"
)


_Split = Callable[[str, int], tuple[Layer, ...]]


@dataclass(frozen=True)
class Model:
    """One model: its capabilities, and the layers of its manifest."""

    capabilities: tuple[str, ...]
    license: str
    weights: tuple[Layer, ...]
    parameters: tuple[tuple[str, float], ...] = ()

    @property
    def is_tensor(self) -> bool:
        """Return whether each tensor has its own layer; such a model is pulled as one piece."""
        return self.weights[0].is_tensor

    @property
    def completes(self) -> bool:
        """Return whether the model writes text; the others make vectors."""
        return COMPLETION in self.capabilities

    @property
    def context_length(self) -> int:
        """Return the context length in tokens."""
        return COMPLETION_CONTEXT if self.completes else EMBEDDING_CONTEXT

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """List the layers in the order of the manifest, the config last."""
        texts = [("license", self.license)]
        if self.completes:
            parameters = json.dumps(dict(self.parameters))
            texts += [("template", TEMPLATE), ("system", SYSTEM), ("params", parameters)]
        small = (Layer(f"{_MEDIA_PREFIX}{kind}", text.encode()) for kind, text in texts)
        return (*self.weights, *small, self._config)

    @cached_property
    def manifest(self) -> bytes:
        """Return the manifest: the document whose digest is that of the model."""
        *layers, config = (layer.descriptor for layer in self.layers)
        head = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}
        return json.dumps(head, separators=(",", ":")).encode()

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the manifest: 64 hexadecimal digits."""
        return hashlib.sha256(self.manifest).hexdigest()

    @property
    def size(self) -> int:
        """Return the bytes of all layers."""
        return sum(layer.size for layer in self.layers)

    @property
    def _config(self) -> Layer:
        text = {
            "model_format": "demo",
            "model_family": "demo",
            "capability": " ".join(self.capabilities),
        }
        return Layer(_CONFIG, json.dumps(text).encode())


def _weights(text: str, size: int = 0) -> tuple[Layer, ...]:
    return (Layer(f"{_MEDIA_PREFIX}model", text.encode(), size),)


def _tensors(text: str, size: int) -> tuple[Layer, ...]:
    """Split the bytes into tensors; each begins with its number."""
    parts = (f"tensor {number} of {_TENSORS}: {text}".encode() for number in range(_TENSORS))
    return tuple(Layer(TENSOR, part, size // _TENSORS) for part in parts)


def _stand_in(
    name: str, capabilities: tuple[str, ...], size: int, split: _Split = _weights
) -> Model:
    """Make a model that can be pulled; its large layers begin with a text that explains them."""
    text = f"ollama-cli demo bytes in place of {name}: no weights\n"
    parameters = (("temperature", 0.8),) if COMPLETION in capabilities else ()
    text_of_license = _LICENSE.format(name=name) + "\n" + _STAND_IN_NOTE
    return Model(capabilities, text_of_license, split(text, size), parameters)


@cache
def built_in() -> dict[str, Model]:
    """Return the models that are installed at the start, by name."""
    embedder = f"hashed words and trigrams, {vectors.DIMENSIONS} dimensions\n"
    return {
        "demo:latest": Model(
            _WRITER,
            _LICENSE.format(name="demo"),
            _weights(corpus()),
            (("num_ctx", 4096), ("temperature", 0.8)),
        ),
        "demo-embed:latest": Model(
            (EMBEDDING,), _LICENSE.format(name="demo-embed"), _weights(embedder)
        ),
    }


@cache
def registry() -> dict[str, Model]:
    """Return the models that can be pulled, by name."""
    return {
        "llama3:8b": _stand_in("llama3:8b", _WRITER, 32 * MEGABYTE),
        "llama3.2:latest": _stand_in("llama3.2", (*_WRITER, TOOLS), 20 * MEGABYTE),
        "qwen2.5-coder:7b": _stand_in("qwen2.5-coder:7b", (*_WRITER, TOOLS), 28 * MEGABYTE),
        "nomic-embed-text:latest": _stand_in("nomic-embed-text", (EMBEDDING,), 8 * MEGABYTE),
        "qwen3:4b": _stand_in("qwen3:4b", _THINKER, 24 * MEGABYTE),
        "qwen3:4b-mlx": _stand_in("qwen3:4b-mlx", _THINKER, 52 * MEGABYTE, _tensors),
    }
