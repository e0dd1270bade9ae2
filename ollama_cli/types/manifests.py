"""What a model is made of, as a registry lists it; sizes are bytes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ManifestLayer:
    """One layer of a manifest: `digest` is `sha256:…`, `kind` model, template, params, config ….

    `origin` names the model that it was taken from, where whoever made this one took it from one.
    """

    digest: str
    size: int
    kind: str = ""
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
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
