"""Settings are settled by the first layer that has them, and each knows where it came from."""

import math

import pytest

from ollama_cli.config.resolve import Layer, resolve
from ollama_cli.config.settings import SETTINGS, Settings
from ollama_cli.errors import ConfigError, OllamaCliError, UsageError
from ollama_cli.types.timeouts import Timeouts

PUBLIC = "http://8.8.8.8:11434"


def layer(origin: str = "SOMEWHERE", *, trusted: bool = True, **values: object) -> Layer:
    return Layer({name: (value, origin) for name, value in values.items()}, trusted=trusted)


def told(error: OllamaCliError) -> str:
    return f"{error.message} {error.hint}"


def test_without_layers_all_is_default() -> None:
    settings = resolve([])
    assert settings == Settings(origins=dict.fromkeys(SETTINGS, "default"))
    assert (settings.host, settings.model, settings.timeout) == (
        "http://127.0.0.1:11434",
        None,
        None,
    )


def test_the_first_layer_that_has_a_value_wins() -> None:
    settings = resolve(
        [
            layer("--host", host="one:1"),
            layer("OLLAMA_HOST", host="two:2", model="second"),
            layer("config.toml", host="three:3", model="third", embed_model="e"),
        ]
    )
    assert (settings.host, settings.model, settings.embed_model) == (
        "http://one:1",
        "second",
        "e",
    )
    assert settings.origins["host"] == "--host"
    assert settings.origins["model"] == "OLLAMA_HOST"
    assert settings.origins["embed_model"] == "config.toml"
    assert settings.origins["timeout"] == "default"


def test_presence_decides_not_truth() -> None:
    settings = resolve([layer("one", timeout=0, keep_alive=0), layer("two", timeout=9)])
    assert (settings.timeout, settings.keep_alive) == (0, 0)
    assert settings.origins["timeout"] == "one"


def test_a_bad_value_behind_a_good_one_is_not_looked_at() -> None:
    assert resolve([layer(timeout=1), layer(timeout="soon")]).timeout == 1
    assert resolve([layer(host="h"), layer(trusted=False, host=PUBLIC)]).host == "http://h:11434"


def test_settings_are_frozen() -> None:
    with pytest.raises(AttributeError, match="can't set"):
        resolve([]).host = "x"  # type: ignore[misc]  # that is what is tried


@pytest.mark.parametrize("value", ["h", "h/", "h/v1", "http://h:11434/v1/", " 'h' ", "h:11434"])
def test_the_host_is_read_as_ollama_reads_it(value: str) -> None:
    assert resolve([layer(host=value)]).host == "http://h:11434"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0), (0, 0), ("2.5", 2.5), (" 3 ", 3), (1e9, 1e9), ("1e3", 1000), ("1_000", 1000)],
)
def test_seconds_are_numbers_or_their_text(value: object, seconds: float) -> None:
    assert resolve([layer(timeout=value)]).timeout == seconds


@pytest.mark.parametrize(
    "value",
    ["", "soon", "-1", -0.5, "nan", math.nan, "inf", math.inf, True, None, 1e10, "1e30", 10**400],
)
def test_what_is_no_number_of_seconds_is_refused(value: object) -> None:
    with pytest.raises(ConfigError, match="is no number of seconds, 0 or more"):
        resolve([layer(timeout=value)])


@pytest.mark.parametrize(
    ("value", "kept"),
    [(True, True), (False, False), (0, False), (1, True), (" OFF ", False), ("yes", True)],
)
def test_history_is_a_yes_or_a_no(value: object, kept: bool) -> None:
    assert resolve([layer(history=value)]).history is kept


@pytest.mark.parametrize("value", ["", "maybe", 2, -1, [], "\u0661"])
def test_history_is_nothing_else(value: object) -> None:
    with pytest.raises(ConfigError, match="is neither true nor false"):
        resolve([layer(history=value)])


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("10m", "10m"),
        (" 1h30m ", "1h30m"),
        ("-5m", "-5m"),
        ("1.5h", "1.5h"),
        ("300ms", "300ms"),
        ("300", 300),
        ("0", 0),
        ("-1", -1),
        (-1, -1),
        (0, 0),
        (0.5, 0.5),
    ],
)
def test_keep_alive_is_a_duration_or_seconds(value: object, kept: object) -> None:
    assert resolve([layer(keep_alive=value)]).keep_alive == kept


@pytest.mark.parametrize(
    "value",
    ["", "soon", "10 m", "10x", "m", "nan", "inf", math.nan, -math.inf, True, None, 10**400],
)
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(ConfigError, match="is no duration such as 10m"):
        resolve([layer(keep_alive=value)])


@pytest.mark.parametrize("name", ["model", "embed_model", "ca_file", "host"])
@pytest.mark.parametrize("value", ["", "  ", 5, None, ["x"], True])
def test_text_is_text_and_not_blank(name: str, value: object) -> None:
    with pytest.raises(ConfigError, match=f"(?m)^{name} = .* is (no text|empty)$"):
        resolve([Layer({name: (value, "config.toml")})])


def test_text_is_trimmed() -> None:
    assert resolve([layer(model=" m ")]).model == "m"


@pytest.mark.parametrize(
    ("origin", "kind", "code"),
    [
        ("--timeout", UsageError, 2),
        ("OLLAMA_CLI_TIMEOUT", ConfigError, 10),
        ("OLLAMA_CLI_TIMEOUT in .env", ConfigError, 10),
        ("/home/me/config.toml", ConfigError, 10),
    ],
)
def test_a_bad_value_names_its_origin(origin: str, kind: type[OllamaCliError], code: int) -> None:
    with pytest.raises(kind) as caught:
        resolve([layer(origin, timeout="soon")])
    assert caught.value.exit_code == code
    assert caught.value.message == (
        f"timeout = 'soon' (from {origin}) is no number of seconds, 0 or more"
    )
    assert caught.value.hint == f"timeout: {SETTINGS['timeout'].help}"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("ftp://h", "not an http or https address"),
        ("http://h?x=1", "no query"),
        ("h\x1b[2J", "a character that no address can hold"),
    ],
)
def test_a_bad_host_says_why(value: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as caught:
        resolve([layer("OLLAMA_HOST", host=value)])
    assert "from OLLAMA_HOST" in caught.value.message
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize(
    "value",
    [
        "ftp://me:s3cret@h",
        "http://me:s3cret@h?x",
        "http://me:s3/cret@h",
        "me:s3cret@h h",
        "http://me:s3cret@8.8.8.8",
    ],
)
def test_no_message_shows_a_secret(value: str) -> None:
    with pytest.raises(OllamaCliError) as caught:
        resolve([layer(".env", trusted=False, host=value)])
    assert "s3" not in told(caught.value)
    assert "***@" in caught.value.message


def test_the_timeouts_are_those_of_the_settings() -> None:
    settings = Settings(
        connect_timeout=1,
        health_timeout=2,
        metadata_timeout=3,
        first_token_timeout=4,
        token_timeout=5,
        pull_timeout=6,
    )
    assert settings.timeouts == Timeouts(1, 2, 3, 4, 5, 6)
    assert Settings().timeouts == Timeouts()


@pytest.mark.parametrize("overall", [0, 7])
def test_timeout_rules_every_phase_but_the_connection(overall: float) -> None:
    timeouts = Settings(timeout=overall, connect_timeout=1).timeouts
    assert timeouts == Timeouts(1, *[overall] * 5)


def test_a_port_that_is_none_is_told_and_replaced() -> None:
    settings = resolve([Layer({"host": ("h:99999", "OLLAMA_HOST")})])
    assert settings.host == "http://h:11434"
    told = "'99999' (from OLLAMA_HOST) is no port: using http://h:11434"
    assert settings.warnings == (told,)
    assert resolve([Layer({"host": ("h:", "OLLAMA_HOST")})]).warnings == ()


@pytest.mark.parametrize(
    ("value", "is_so"),
    [(True, True), ("1", True), ("please", True), ("0", False), ("off", False), (False, False)],
)
def test_what_many_programs_share_has_no_bad_value(value: object, is_so: bool) -> None:
    assert resolve([layer("ACCESSIBLE", accessible=value)]).accessible is is_so
