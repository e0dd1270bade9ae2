"""Details of one model, and of the models in memory."""

from dataclasses import field

from ollama_cli.types.numbers import whole
from ollama_cli.types.values import dataclass


@dataclass(frozen=True)
class RunningModel:
    """One loaded model: `size` in memory, `size_vram` of it on the GPU, `context_length` tokens."""

    name: str
    digest: str = ""
    size: int | None = None
    size_vram: int | None = None
    parameter_size: str = ""
    quantization: str = ""
    family: str = ""
    expires_at: str | None = None
    context_length: int | None = None


@dataclass(frozen=True)
class ModelDetails:
    """The answer of `/api/show`; `info` and `document` are as the server sent them."""

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

    def record(self) -> dict[str, object]:
        """Return all that the server sent, for JSON output: but tensors, which fill pages."""
        shown = {key: value for key, value in self.document.items() if key != "tensors"}
        return {"name": self.name, **shown}

    def parameter(self, name: str) -> int | None:
        """Return a whole number, 0 or more, of the model's own parameters; None without one."""
        lines = (line.partition(" ") for line in self.parameters.splitlines())
        found = (whole(value) for word, _, value in lines if word == name)
        return next((number for number in found if number is not None), None)


@dataclass(frozen=True)
class Capabilities:
    """What one model can do and its longest context in tokens; None if unknown.

    `remote_host` names the host that the model runs on, if that is another one.
    """

    names: tuple[str, ...] | None = None
    context_length: int | None = None
    remote_host: str = ""

    def has(self, name: str) -> bool | None:
        """Return whether the model has a capability (`vision`, `tools`, …); None if not known."""
        return None if self.names is None else name in self.names
