"""Files of required models: what cannot be read names the file and the key."""

import pytest

from ollama_cli.errors import ConfigError, UsageError
from ollama_cli.features.ensure.plan import Requirement
from ollama_cli.features.ensure.requirements import apply_lock, format_lock, lock_of, parse

A = "sha256:" + "a" * 64
B = "sha256:" + "b" * 64


def required(text: str) -> list[Requirement]:
    found, warnings = parse(text.encode(), "f.toml")
    assert warnings == []
    return found


def test_names_and_tables_may_be_mixed() -> None:
    text = f'models = ["llama3.2", {{name = "qwen3:8b", digest = "{A}", insecure = true}}]'
    assert required(text) == [Requirement("llama3.2"), Requirement("qwen3:8b", A, insecure=True)]


def test_tables_may_stand_in_sections() -> None:
    assert required('[[models]]\nname = "a"\n[[models]]\nname = "b"\n') == [
        Requirement("a"),
        Requirement("b"),
    ]


def test_a_digest_may_lack_its_algorithm() -> None:
    assert required(f'models = [{{name = "a", digest = "{"A" * 64}"}}]') == [Requirement("a", A)]


def test_a_list_may_be_empty() -> None:
    assert required("models = []") == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "f.toml: models: there is no list"),
        ("model = []", "f.toml: models: there is no list"),
        ('models = "a"', "f.toml: models: is no list"),
        ("models = [", "f.toml is no valid TOML: "),
        ("models = [1]", "f.toml: models[0]: 1 is no name, and no table with a name"),
        ('models = ["a", ""]', "f.toml: models[1]: '' is no name of a model"),
        ('models = ["a b"]', "f.toml: models[0]: 'a b' is no name of a model"),
        ("models = [{}]", "f.toml: models[0].name: None is no name of a model"),
        ("models = [{name = 1}]", "f.toml: models[0].name: 1 is no name of a model"),
        (
            'models = [{name = "a", digest = "abc"}]',
            "f.toml: models[0].digest: 'abc' is no digest: sha256: and 64 hexadecimal digits",
        ),
        ('models = [{name = "a", digest = 1}]', "f.toml: models[0].digest: 1 is no digest"),
        (
            'models = [{name = "a", insecure = "no"}]',
            "f.toml: models[0].insecure: 'no' is neither true nor false",
        ),
        (
            f'models = ["a", {{name = "library/A:latest", digest = "{A}"}}]',
            "f.toml: models[1]: library/A:latest is listed twice, with other digests",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text.encode(), "f.toml")
    assert caught.value.message.startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("modles = []\nmodels = []", "f.toml: unknown key 'modles': did you mean models?"),
        ("models = []\nxyz = 1", "f.toml: unknown key 'xyz'"),
        (
            'models = [{name = "a", digset = "x"}]',
            "f.toml: models[0]: unknown key 'digset': did you mean digest?",
        ),
        ('models = ["a", "A:latest"]', "f.toml: models[1]: A:latest is listed twice"),
    ],
)
def test_what_means_nothing_is_a_warning(text: str, told: str) -> None:
    assert parse(text.encode(), "f.toml")[1] == [told]


def test_a_lock_is_read_as_a_file_is() -> None:
    locked = {"llama3.2": A, 'strange"name': B}
    text = format_lock(locked)
    assert text.startswith("# written by ")
    assert required(format_lock({"llama3.2": A})) == [Requirement("llama3.2", A)]
    with pytest.raises(ConfigError, match="is no name of a model"):
        parse(text.encode(), "f.toml")


@pytest.mark.parametrize(
    ("file", "lock"),
    [("models.toml", "models.lock"), ("a/team.toml", "a/team.lock"), ("list", "list.lock"),
     ("-", "models.lock")],
)  # fmt: skip
def test_a_lock_stands_beside_its_file(file: str, lock: str) -> None:
    assert lock_of(file).as_posix() == lock


def test_a_lock_has_no_lock() -> None:
    with pytest.raises(UsageError, match=r"models\.lock is a lock itself"):
        lock_of("models.lock")


@pytest.mark.parametrize("file", ["", ".", "/"])
def test_what_is_no_file_has_no_lock(file: str) -> None:
    with pytest.raises(UsageError, match="names no file"):
        lock_of(file)


def test_frozen_takes_the_digests_of_the_lock() -> None:
    file = [Requirement("a", insecure=True), Requirement("b", B)]
    lock = [Requirement("B:latest", B), Requirement("a:latest", A)]
    assert apply_lock(file, lock, "f", "l") == [
        Requirement("a", A, insecure=True),
        Requirement("b", B),
    ]


@pytest.mark.parametrize(
    ("file", "lock", "told"),
    [
        ([Requirement("a")], [], "l does not fit f: a is not locked"),
        ([Requirement("a")], [Requirement("a")], "l does not fit f: a is not locked"),
        ([], [Requirement("a", A)], "l does not fit f: a is locked and not required"),
        (
            [Requirement("a", B)],
            [Requirement("a", A)],
            "l does not fit f: a is locked at another digest",
        ),
    ],
)
def test_a_lock_that_does_not_fit_is_an_error(
    file: list[Requirement], lock: list[Requirement], told: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        apply_lock(file, lock, "f", "l")
    assert caught.value.message == told
