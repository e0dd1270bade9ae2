"""What a file that merely lies in the folder may say, and what not."""

import pytest

from ollama_cli.config.resolve import Layer, resolve
from ollama_cli.errors import ConfigError, RefusedError, UsageError

PUBLIC = "http://8.8.8.8:11434"


def layer(origin: str = "SOMEWHERE", *, trusted: bool = True, **values: object) -> Layer:
    return Layer({name: (value, origin) for name, value in values.items()}, trusted=trusted)


@pytest.mark.parametrize("value", [PUBLIC, "ollama.com", "https://evil.example/v1", "134744072"])
def test_an_untrusted_layer_may_not_name_a_public_host(value: str) -> None:
    with pytest.raises(RefusedError) as caught:
        resolve([layer("OLLAMA_HOST in .env", trusted=False, host=value)])
    assert caught.value.exit_code == 13
    assert "OLLAMA_HOST in .env would send your prompts to a public" in caught.value.message
    assert "--env-file" in str(caught.value.hint)
    assert resolve([layer(host=value)]).host


@pytest.mark.parametrize(
    "value", ["http://evil%2etest", "http://10.0.0.1%2eevil.test/v1", "ftp://box", "evil..lan"]
)
@pytest.mark.parametrize("name", ["host", "registry"])
def test_an_untrusted_layer_names_no_host_that_could_be_read_otherwise(
    name: str, value: str
) -> None:
    def settled(origin: str, *, trusted: bool = True) -> None:
        resolve([Layer({name: (value, origin)}, trusted=trusted)])

    with pytest.raises(RefusedError) as caught:
        settled("OLLAMA_HOST in .env", trusted=False)
    assert caught.value.exit_code == 13
    with pytest.raises(ConfigError):
        settled("OLLAMA_HOST in .env")
    with pytest.raises(UsageError):
        settled("--host")


def test_an_untrusted_layer_may_name_no_public_registry_but_the_usual_one() -> None:
    origin = "OLLAMA_CLI_REGISTRY in .env"
    with pytest.raises(RefusedError) as caught:
        resolve([layer(origin, trusted=False, registry="https://evil.example")])
    assert caught.value.message.startswith(f"{origin} would tell the names of your models to a")
    for value in ("none", "http://10.0.0.7:5000", "registry.ollama.ai"):
        assert resolve([layer(origin, trusted=False, registry=value)]).registry


@pytest.mark.parametrize(
    "value",
    ["127.0.0.1:1", "localhost", "10.0.0.7", "192.168.1.2:80", "gpu-box", "box.lan", "[::1]:11434"],
)
def test_an_untrusted_layer_may_name_a_private_host_and_all_else(value: str) -> None:
    settings = resolve([layer(trusted=False, host=value, model="m", timeout=3)])
    assert (settings.model, settings.timeout) == ("m", 3)


@pytest.mark.parametrize("name", ["model", "embed_model"])
def test_it_may_name_no_model_of_the_cloud(name: str) -> None:
    origin = f"OLLAMA_CLI_{name.upper()} in .env"
    strange = Layer({name: ("x:cloud", origin)}, trusted=False)
    with pytest.raises(RefusedError) as caught:
        resolve([strange])
    assert caught.value.message.startswith(f"{origin} would send your ")
    assert caught.value.message.endswith(" to the cloud: x:cloud")
    assert resolve([Layer({name: ("x:cloud", "typed")}), strange])
    assert resolve([Layer({name: ("x:8b", origin)}, trusted=False)])


@pytest.mark.parametrize(
    "value",
    [
        "http://user:pa hunter22@h", "http://user:123/hunter22@h", "user:123/hunter22@h:80",
        "//u:a hunter22@h", "http://hunter22 token@h", "http://u:80/a hunter22@h",
        "'http://u:a hunter22@h'", "http://u:a\thunter22@h", "http://u:a\nhunter22@h",
        "ftp://u:1/hunter22@h", "http://u:1/x@hunter22@h",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["host", "registry"])
@pytest.mark.parametrize("origin", ["OLLAMA_HOST", "--host"])
def test_no_word_of_an_unreadable_address_is_its_password(
    origin: str, name: str, value: str
) -> None:
    with pytest.raises((ConfigError, UsageError)) as caught:
        resolve([Layer({name: (value, origin)})])
    assert "hunter22" not in f"{caught.value.message} {caught.value.hint}"
    assert "***@h" in caught.value.message


@pytest.mark.parametrize("value", ["sk-0123456789abcdef", "MY KEY", "a=b", "1KEY"])
def test_a_key_in_the_place_of_its_variable_is_not_shown(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve([layer("OLLAMA_CLI_API_KEY_ENV", api_key_env=value)])
    assert "is no name of a variable" in caught.value.message
    if len(value) > len("MY KEY"):
        assert value not in caught.value.message
    assert resolve([layer(api_key_env="MY_KEY_2")]).api_key_env == "MY_KEY_2"
