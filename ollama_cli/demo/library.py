"""The installed models, the blobs, and the models in memory."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ollama_cli.demo import catalogue
from ollama_cli.demo.catalogue import Model
from ollama_cli.demo.documents import BAD_REQUEST, NO_ROOM, NOT_FOUND, RefusalError
from ollama_cli.demo.keepalive import DEFAULT_SECONDS, FOREVER_SECONDS
from ollama_cli.demo.layers import Blob, Layer
from ollama_cli.demo.peer import GoneError
from ollama_cli.types import model_names


@dataclass(frozen=True)
class Installed:
    """An installed model and its name."""

    name: str
    model: Model
    modified_ns: int


@dataclass(frozen=True)
class Loaded:
    """A model in memory, and when it leaves (nanoseconds since 1970)."""

    installed: Installed
    context_length: int
    keep_seconds: float
    expires_ns: int


def key(name: str) -> str:
    """Return the key by which names are compared: with the tag and in lower case."""
    return model_names.shortest(name).lower()


class Library:
    """The installed models and the blobs, complete and partial."""

    def __init__(self, most: int) -> None:
        now = time.time_ns()
        self._most = most
        self._lock = threading.Lock()
        self._closed = False
        self._models = {
            name: Installed(name, model, now) for name, model in catalogue.built_in().items()
        }
        self._blobs: dict[str, Blob] = {}

    def all(self) -> list[Installed]:
        """List the installed models, the newest first."""
        with self._lock:
            return sorted(self._models.values(), key=lambda model: -model.modified_ns)

    def find(self, name: str) -> Installed | None:
        """Return a model by its name, None if it is not installed."""
        with self._lock:
            return self._models.get(key(name))

    def install(self, name: str, model: Model) -> None:
        """Install a model under a name; an existing name keeps its spelling.

        Refuses one more than there may be: their names stay in memory.
        """
        with self._lock:
            known = self._models.get(key(name))
            if known is None and len(self._models) >= self._most:
                message = f"no room for more than {self._most} models on the demo server"
                raise RefusalError(NO_ROOM, message)
            spelling = known.name if known else model_names.shortest(name)
            if known is None or known.model != model:
                self._models[key(name)] = Installed(spelling, model, time.time_ns())

    def remove(self, name: str) -> bool:
        """Remove a model, and the blobs that no other model uses; False if there is none."""
        with self._lock:
            removed = self._models.pop(key(name), None)
            if removed is None:
                return False
            kept = self._used()
            for layer in removed.model.layers:
                if layer.digest not in kept and layer.digest in self._blobs:
                    self._blobs.pop(layer.digest).close()
            return True

    def blob(self, layer: Layer) -> Blob:
        """Return the blob of a layer; a new one is empty unless it is built in."""
        with self._lock:
            if self._closed:
                raise GoneError
            if layer.digest not in self._blobs:
                built_in = layer.digest in self._used()
                self._blobs[layer.digest] = Blob(layer, built_in=built_in)
            return self._blobs[layer.digest]

    def has(self, digest: str) -> bool:
        """Return whether the verified blob exists."""
        with self._lock:
            blob = self._blobs.get(digest)
            return digest in self._used() if blob is None else blob.verified

    def forget(self) -> None:
        """Drop the partial blobs, as a server does after a restart."""
        with self._lock:
            for digest in [digest for digest, blob in self._blobs.items() if not blob.verified]:
                self._blobs.pop(digest).close()

    def discard(self, layer: Layer) -> None:
        """Drop a damaged blob, so that the next pull starts from zero."""
        with self._lock:
            damaged = self._blobs.pop(layer.digest, None)
            if damaged:
                damaged.close()

    def close(self) -> None:
        """Close all files."""
        with self._lock:
            self._closed = True
            for blob in self._blobs.values():
                blob.close()

    def _used(self) -> set[str]:
        return {layer.digest for each in self._models.values() for layer in each.model.layers}


class Memory:
    """The loaded models; each leaves when its keep-alive ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loaded: dict[str, Loaded] = {}

    def all(self) -> Iterable[Loaded]:
        """List the loaded models, the one that stays longest first."""
        with self._lock:
            now = time.time_ns()
            self._loaded = {k: v for k, v in self._loaded.items() if v.expires_ns > now}
            return sorted(self._loaded.values(), key=lambda each: -each.expires_ns)

    def load(self, installed: Installed, context: int, keep: float | None) -> None:
        """Load a model, or extend a loaded one; 0 seconds unload it."""
        with self._lock:
            name = key(installed.name)
            old = self._loaded.pop(name, None)
            usual = old.keep_seconds if old else DEFAULT_SECONDS
            seconds = usual if keep is None else keep
            expires = time.time_ns() + int(min(seconds, FOREVER_SECONDS) * 1e9)
            if seconds > 0:
                self._loaded[name] = Loaded(installed, context, seconds, expires)

    def unload(self, installed: Installed) -> None:
        """Unload a model."""
        with self._lock:
            self._loaded.pop(key(installed.name), None)

    def touch(self, installed: Installed) -> None:
        """Restart the keep-alive of a loaded model after an answer."""
        with self._lock:
            name = key(installed.name)
            old = self._loaded.get(name)
            if old is not None:
                expires = time.time_ns() + int(old.keep_seconds * 1e9)
                self._loaded[name] = replace(old, expires_ns=expires)


def check_name(name: str) -> str:
    """Return a valid name; raises the refusal of the server for others."""
    if {*name.lower().split(":")[-2:]} == {"local", "cloud"}:
        message = f'use either :local or :cloud, not both: "{name}"'
        raise RefusalError(BAD_REQUEST, message)
    if not model_names.is_valid(name):
        raise RefusalError(BAD_REQUEST, "invalid model name")
    return name


def not_found(name: str) -> RefusalError:
    """Return the error of generate and chat for a model that is not installed."""
    return RefusalError(NOT_FOUND, f"model '{name}' not found")
