"""Model names, read and compared as the server does (`[host/][namespace/]model[:tag]`)."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final, NamedTuple

from ollama_cli.errors import UsageError

GRAMMAR: Final = "a name is [HOST/][NAMESPACE/]MODEL[:TAG]"
DEFAULT_HOST: Final = "registry.ollama.ai"
DEFAULT_NAMESPACE: Final = "library"
DEFAULT_TAG: Final = "latest"
# Suggestions for a misspelled name when no similar one is installed.
WELL_KNOWN: Final = (
    "codellama", "codestral", "command-r", "deepseek-r1", "devstral", "gemma2", "gemma3",
    "gpt-oss", "granite3.3", "llama3", "llama3.1", "llama3.2", "llama3.3", "llava", "mistral",
    "mixtral", "mxbai-embed-large", "nomic-embed-text", "phi3", "phi4", "qwen2.5",
    "qwen2.5-coder", "qwen3", "qwen3-coder", "qwq", "smollm2", "starcoder2", "tinyllama",
)  # fmt: skip
_HOST: Final = r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,349}"
_NAMESPACE: Final = r"[A-Za-z0-9_][A-Za-z0-9_-]{0,79}"
_PART: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}"
_CHARACTER: Final = r"[A-Za-z0-9_.:/-]"
_CLOUD: Final = "cloud"
_LOCAL: Final = "local"


class Name(NamedTuple):
    """A model's full name, with the defaults filled in and the spelling kept."""

    host: str
    namespace: str
    model: str
    tag: str

    @property
    def shortest(self) -> str:
        """Write the name as the server displays it: defaults hidden, the tag always shown."""
        place = ""
        if self.host.lower() != DEFAULT_HOST:
            place = f"{self.host}/{self.namespace}/"
        elif self.namespace.lower() != DEFAULT_NAMESPACE:
            place = f"{self.namespace}/"
        return f"{place}{self.model}:{self.tag}"


def parse(name: str) -> Name | None:
    """Read a name, right to left; None if the server would reject it."""
    text, source = _without_source(name.strip())
    if source and _without_source(text)[1]:  # `x:cloud:local`
        return None
    path, slash, last = text.rpartition("/")
    model, colon, tag = last.partition(":")
    if colon and not tag:
        return None
    tag = tag or DEFAULT_TAG
    if source == "cloud":
        tag = f"{tag}-cloud" if colon else "cloud"
    host, namespace = DEFAULT_HOST, DEFAULT_NAMESPACE
    if slash:
        before, second, namespace = path.rpartition("/")
        if second:
            host = before.partition("://")[2] or before
    if not (
        re.fullmatch(_HOST, host)
        and re.fullmatch(_NAMESPACE, namespace)
        and re.fullmatch(_PART, model)
        and re.fullmatch(_PART, tag)
    ):
        return None
    return Name(host, namespace, model, tag)


def checked(name: str) -> str:
    """Return a name without white space at its ends; UsageError if it holds some, or is empty.

    Servers trim parts of a name: `x: cloud` is `x:cloud` to them, and another name to who reads it.
    A character that cannot be seen is refused likewise.
    """
    text = name.strip()
    odd = next((each for each in text if each.isspace() or not each.isprintable()), None)
    if odd or not text:
        raise _no_name(text, odd)
    return text


def checked_grammar(name: str) -> str:
    """Return the same for a name that Ollama alone reads; UsageError for one that it rejects."""
    text = checked(name)
    if parse(text) is None:
        odd = next((each for each in text if not re.match(_CHARACTER, each)), None)
        raise _no_name(text, odd)
    return text


def source_of(name: str) -> str:
    """Return where Ollama runs a model by its name alone: `cloud`, `local`, or empty: as it likes.

    What stands behind the last colon decides, trimmed and in any case, as in `parseSourceSuffix` of
    Ollama's `internal/modelref`.
    """
    word = name.rpartition(":")[2].strip().lower() if ":" in name else ""
    if word in {_CLOUD, _LOCAL}:
        return word
    return _CLOUD if word.endswith(f"-{_CLOUD}") and "/" not in word else ""


def is_cloud(name: str) -> bool:
    """Return whether the name says that the model runs in the cloud: `x:cloud`, `x:8b-cloud`.

    One that says both (`x:cloud:local`) counts, too: servers refuse it, or did not yet.
    """
    source = source_of(name)
    return source == _CLOUD or (source == _LOCAL and is_cloud(name.rpartition(":")[0]))


def is_valid(name: str) -> bool:
    """Return whether the server would accept the name."""
    return parse(name) is not None


def shortest(name: str) -> str:
    """Write a name as the server displays it; an invalid one is returned as it is."""
    parsed = parse(name)
    return parsed.shortest if parsed else name


def same_model(a: str, b: str) -> bool:
    """Return whether two names mean one model: `:latest` is the default, case does not matter."""
    one, other = parse(a), parse(b)
    if one is None or other is None:
        return bool(a.strip()) and a.strip().lower() == b.strip().lower()
    return tuple(map(str.lower, one)) == tuple(map(str.lower, other))


def find(name: str, known: Iterable[str]) -> str | None:
    """Find the known name that means the same model, as it is spelled there; None if none does."""
    return next((each for each in known if same_model(name, each)), None)


def nearest(name: str, known: Iterable[str], *, limit: int = 3) -> list[str]:
    """Find the known names most similar to the one typed, the best first; tags count for less."""
    wanted = name.lower().removesuffix(":latest")
    candidates = {known_name.lower().removesuffix(":latest"): known_name for known_name in known}
    found = get_close_matches(wanted, candidates, n=limit, cutoff=0.6)
    base = wanted.partition(":")[0]
    found += [
        low for low in candidates if low not in found and base and low.partition(":")[0] == base
    ]
    return [candidates[low] for low in found[:limit]]


def _no_name(text: str, odd: str | None) -> UsageError:
    if odd is None:
        return UsageError(f"no model name: {text!r}", hint=GRAMMAR)
    shown = "a space" if odd == " " else repr(odd) if odd.isprintable() else "a character"
    return UsageError(f"no model name: {text!r} holds {shown} (U+{ord(odd):04X})", hint=GRAMMAR)


def _without_source(text: str) -> tuple[str, str]:
    """Split `:cloud` or `:local` off the end of a name: (the rest, the source or empty)."""
    before, _, suffix = text.rpartition(":")
    source = suffix.lower()
    return (before, source) if before and source in {"cloud", "local"} else (text, "")
