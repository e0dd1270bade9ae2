"""Frozen values: what a server told us, in our words.

Every field of the wire may be missing: text is then empty, numbers and times are None.
Sizes are bytes, durations seconds, times RFC 3339 in UTC, digests 64 hexadecimal digits.
"""

from typing import Literal, TypeAlias

from ollama_cli.types.values import Value, field

Think: TypeAlias = bool | Literal["low", "medium", "high", "max"]


class Usage(Value):
    """Tokens read and written."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Timings(Value):
    """Seconds spent: in all, loading the model, reading the prompt, writing the answer."""

    total: float | None = None
    load: float | None = None
    prompt: float | None = None
    completion: float | None = None


class Answer(Value):
    """A whole answer; `tool_calls` are objects with name, arguments and id."""

    model: str = ""
    text: str = ""
    thinking: str = ""
    done_reason: str | None = None
    tool_calls: tuple[dict[str, object], ...] = ()
    usage: Usage = field(default_factory=Usage)
    timings: Timings = field(default_factory=Timings)


class Embeddings(Value):
    """One vector per input, in the order of the inputs; `dimensions` is 0 when there is none."""

    model: str
    vectors: tuple[tuple[float, ...], ...]
    usage: Usage = field(default_factory=Usage)
    timings: Timings = field(default_factory=Timings)

    @property
    def dimensions(self) -> int:
        """Count the numbers in each vector."""
        return len(self.vectors[0]) if self.vectors else 0


class ModelSummary(Value):
    """One installed model; `remote_host` names where it runs when that is elsewhere."""

    name: str
    digest: str = ""
    size: int | None = None
    parameter_size: str = ""
    quantization: str = ""
    family: str = ""
    capabilities: tuple[str, ...] | None = None
    modified_at: str | None = None
    remote_host: str = ""

    @property
    def is_remote(self) -> bool:
        """Tell whether the model runs on another host."""
        return bool(self.remote_host)


class RunningModel(Value):
    """One loaded model: `size` in memory, `size_vram` of it on the GPU, `context_length` given."""

    name: str
    digest: str = ""
    size: int | None = None
    size_vram: int | None = None
    parameter_size: str = ""
    quantization: str = ""
    family: str = ""
    expires_at: str | None = None
    context_length: int | None = None


class ModelDetails(Value):
    """What `/api/show` tells; `info` and `document` are as the server sent them."""

    name: str
    modelfile: str = ""
    parameters: str = ""
    template: str = ""
    system: str = ""
    license: str = ""
    capabilities: tuple[str, ...] = ()
    details: dict[str, object] = field(default_factory=dict)
    info: dict[str, object] = field(default_factory=dict)
    projector: dict[str, object] = field(default_factory=dict)
    remote_model: str = ""
    remote_host: str = ""
    requires: str = ""
    modified_at: str | None = None
    document: dict[str, object] = field(default_factory=dict)


class Capabilities(Value):
    """What one model can do and its longest context in tokens; None where nobody tells.

    `remote_host` names where it runs when that is elsewhere.
    """

    names: tuple[str, ...] | None = None
    context_length: int | None = None
    remote_host: str = ""

    def has(self, name: str) -> bool | None:
        """Tell whether the model has a capability (`vision`, `tools`, …); None if not known."""
        return None if self.names is None else name in self.names


class ManifestLayer(Value):
    """One layer of a manifest: `digest` is `sha256:…`, `kind` model, template, params, config ….

    `origin` names the model that it was taken from, where whoever made this one took it from one.
    """

    digest: str
    size: int
    kind: str = ""
    origin: str = ""


class Manifest(Value):
    """What a model is made of, the config last; `digest` is that of the registry's document."""

    digest: str
    layers: tuple[ManifestLayer, ...]

    @property
    def distinct(self) -> tuple[ManifestLayer, ...]:
        """Name each layer once: a digest that is listed twice is stored and fetched once."""
        first: dict[str, ManifestLayer] = {}
        for layer in self.layers:
            first.setdefault(layer.digest, layer)
        return tuple(first.values())


class Freshness(Value):
    """What sets an installed model apart from the registry's, and the bytes of an update.

    `status` is current, outdated, local (the registry has no such model) or unknown, `reason`
    tells why nothing is known. `parent` is the model that an outdated one was made from by a user.
    """

    model: str
    status: Literal["current", "outdated", "local", "unknown"]
    changes: tuple[str, ...] = ()
    to_fetch: int | None = None
    reason: str = ""
    parent: str = ""


class Health(Value):
    """Whether a server answers as Ollama does, and what was found; never an exception.

    `model_detected` and `model_id` speak of the model asked for or, without one, of a model that
    can chat. `error_kind` is the code of the error (`unreachable`, …), None when all is well.
    `kind` is what kind of server it is (`ollama`, `lm-studio`, …), where that was found out.
    """

    connected: bool
    base_url: str
    model_detected: bool = False
    model_id: str | None = None
    provider_type: str = "ollama"
    error: str | None = None
    version: str | None = None
    latency_seconds: float | None = None
    model_count: int | None = None
    http_status: int | None = None
    error_kind: str | None = None
    kind: str | None = None
