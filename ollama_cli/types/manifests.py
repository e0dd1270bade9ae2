"""The layers of a model, as a registry lists them; sizes are bytes."""

from ollama_cli.types.values import dataclass


@dataclass(frozen=True)
class ManifestLayer:
    """One layer of a manifest: `digest` is `sha256:…`, `kind` model, template, params, config ….

    `origin` names the model that the layer was copied from, empty if there is none.
    """

    digest: str
    size: int
    kind: str = ""
    origin: str = ""


@dataclass(frozen=True)
class Manifest:
    """The layers of a model, the config last; `digest` is that of the registry's document."""

    digest: str
    layers: tuple[ManifestLayer, ...]

    @property
    def distinct(self) -> tuple[ManifestLayer, ...]:
        """Return each layer once: a digest that is listed twice is stored and fetched once."""
        first: dict[str, ManifestLayer] = {}
        for layer in self.layers:
            first.setdefault(layer.digest, layer)
        return tuple(first.values())
