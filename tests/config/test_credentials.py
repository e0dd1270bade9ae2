"""A key goes to the server that it belongs to; which one, and from where, is settled here."""

from pathlib import Path
from typing import Any

import pytest

from ollama_cli.config import sources
from ollama_cli.config.credentials import (
    Credentials,
    Key,
    find_key,
    missing_hint,
    resolve_credentials,
)
from ollama_cli.config.resolve import Layer, resolve
from ollama_cli.config.settings import Settings
from ollama_cli.errors import AuthError, ConfigError, OllamaCliError, RefusedError, UsageError

FLAG, ENV, ENTRY, OWN = "sk-by-flag", "sk-by-environment", "sk-by-entry", "sk-well-known"
WORK = "[hosts.work]\nurl = 'https://work.example'\n"
AZ = {"K": FLAG, "OLLAMA_API_KEY": OWN, "OPENAI_API_KEY": OWN}


class World:
    """Flags, variables and a config file, read as a command reads them."""

    def __init__(
        self, folder: Path, config: str = "", environ: dict[str, str] | None = None, **flags: Any
    ) -> None:
        path = folder / "c.toml"
        path.write_text(config, encoding="utf-8")
        path.chmod(0o600)
        self.variables = {**AZ, **(environ or {}), "OLLAMA_CLI_CONFIG": str(path)}
        self.layers, self.warnings = sources.layers(flags, self.variables)

    @property
    def settings(self) -> Settings:
        return resolve(self.layers)

    @property
    def key(self) -> Key | None:
        return find_key(self.settings, self.layers, self.variables)

    def resolved(self) -> Credentials:
        return resolve_credentials(self.settings, self.layers, self.variables)

    @property
    def token(self) -> str | None:
        return self.resolved().headers.get("Authorization")


@pytest.mark.parametrize(
    ("config", "environ", "flags", "token"),
    [
        (WORK + f"api_key = '{ENTRY}'", {}, {"host": "work"}, ENTRY),
        (WORK + f"api_key = '{ENTRY}'", {}, {"host": "https://work.example/v1"}, ENTRY),
        (WORK + f"api_key = '{ENTRY}'", {"OLLAMA_HOST": "work"}, {}, ENTRY),
        (f"[ollama]\nhost = 'work'\n{WORK}api_key = '{ENTRY}'", {}, {}, ENTRY),
        (WORK + f"api_key = '{ENTRY}'", {"OLLAMA_CLI_API_KEY": ENV}, {"host": "work"}, ENV),
        (
            WORK + f"api_key = '{ENTRY}'",
            {"OLLAMA_CLI_API_KEY": ENV},
            {"host": "work", "api_key_env": "K"},
            FLAG,
        ),
        (WORK + "api_key_env = 'K'", {}, {"host": "work"}, FLAG),
        (WORK + f"api_key_cmd = 'echo {ENTRY}'", {}, {"host": "work"}, ENTRY),
        (f"[ollama]\napi_key_env = 'K'\n{WORK}api_key = '{ENTRY}'", {}, {"host": "work"}, ENTRY),
        ("[ollama]\napi_key_env = 'K'\nhost = 'https://h.example'", {}, {}, FLAG),
        ("", {"OLLAMA_CLI_API_KEY": ENV, "OLLAMA_CLI_API_KEY_ENV": "K"}, {"host": "box"}, FLAG),
        ("", {"OLLAMA_CLI_API_KEY": f" {ENV}\n"}, {"host": "https://h.example"}, ENV),
        ("", {"OLLAMA_CLI_API_KEY": ENV}, {}, ENV),
        ("", {}, {"host": "https://ollama.com"}, OWN),
        ("", {}, {"host": "ollama.com"}, OWN),
        ("", {"OPENAI_API_KEY": "other"}, {"host": "https://api.openai.com/v1"}, "other"),
        ("", {"OLLAMA_CLI_API_KEY": ENV}, {"host": "https://ollama.com"}, ENV),
        ("[hosts.cloud]\nurl = 'https://ollama.com'", {}, {"host": "cloud"}, OWN),
    ],
)
def test_the_strongest_source_wins(
    tmp_path: Path, config: str, environ: dict[str, str], flags: dict[str, str], token: str
) -> None:
    assert World(tmp_path, config, environ, **flags).token == f"Bearer {token}"


@pytest.mark.parametrize(
    ("config", "environ", "flags"),
    [
        ("", {}, {}),
        ("", {}, {"host": "http://127.0.0.1:443"}),
        ("", {}, {"host": "https://ollama.com:8443"}),
        ("", {}, {"host": "https://ollama.com.evil.example"}),
        ("", {}, {"host": "https://openai.com"}),
        (WORK + f"api_key = '{ENTRY}'", {}, {}),
        (WORK + f"api_key = '{ENTRY}'", {}, {"host": "localhost"}),
        (WORK + f"api_key = '{ENTRY}'", {}, {"host": "https://work.example:444"}),
        (WORK + f"api_key = '{ENTRY}'", {}, {"host": "http://work.example"}),
        (WORK + f"api_key = '{ENTRY}'", {}, {"host": "https://work.example.evil.example"}),
        ("[ollama]\nhost = 'https://h.example'\napi_key_env = 'K'", {}, {"host": "127.0.0.1"}),
        (WORK, {"OLLAMA_HOST": "work", "OLLAMA_CLI_API_KEY": ENV}, {"host": "127.0.0.1"}),
        ("", {"OLLAMA_HOST": "ftp://x", "OLLAMA_CLI_API_KEY": ENV}, {"host": "127.0.0.1"}),
    ],
)
def test_no_key_goes_where_it_does_not_belong(
    tmp_path: Path, config: str, environ: dict[str, str], flags: dict[str, str]
) -> None:
    assert World(tmp_path, config, environ, **flags).resolved() == Credentials()


ANTHROPIC = "https://api.anthropic.com"


@pytest.mark.parametrize(
    ("flags", "headers"),
    [
        ({"host": ANTHROPIC}, {"x-api-key": OWN}),
        ({"host": f"{ANTHROPIC}/v1"}, {"x-api-key": OWN}),
        ({"host": ANTHROPIC, "api": "anthropic"}, {"x-api-key": OWN}),
        ({"host": ANTHROPIC, "api_key_env": "K"}, {"x-api-key": FLAG}),
        ({"host": f"{ANTHROPIC}/v1", "api": "openai"}, {"Authorization": f"Bearer {OWN}"}),
        ({"host": "https://api.anthropic.com.evil.example", "api": "anthropic"}, {}),
        ({"host": f"{ANTHROPIC}:8443", "api": "anthropic"}, {}),
        ({"host": "https://anthropic.com", "api": "anthropic"}, {}),
        ({"host": "127.0.0.1", "api": "anthropic"}, {}),
        ({"host": "127.0.0.1", "api": "anthropic", "api_key_env": "K"}, {"x-api-key": FLAG}),
    ],
)
def test_anthropic_is_shown_its_key_in_its_own_header(
    tmp_path: Path, flags: dict[str, str], headers: dict[str, str]
) -> None:
    world = World(tmp_path, environ={"ANTHROPIC_API_KEY": OWN}, **flags)
    assert world.resolved().headers == headers


def test_an_entry_may_have_the_header_of_a_gateway_beside_the_key(tmp_path: Path) -> None:
    more = "headers = {Authorization = 'Bearer gate', X-Api-Key = 'old'}\n"
    world = World(tmp_path, WORK + more + "api_key_env = 'K'", host="work", api="anthropic")
    assert world.resolved().headers == {"Authorization": "Bearer gate", "x-api-key": FLAG}


def test_the_key_of_anthropic_never_goes_unencrypted(tmp_path: Path) -> None:
    world = World(tmp_path, environ={"ANTHROPIC_API_KEY": OWN}, host="http://api.anthropic.com")
    with pytest.raises(RefusedError, match="ANTHROPIC_API_KEY would go to http://api"):
        world.resolved()


def test_a_folder_that_names_the_server_gets_no_key_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lure = "OLLAMA_HOST=http://10.0.0.66\nOLLAMA_CLI_API_KEY=theirs\nOLLAMA_CLI_API_KEY_ENV=K\n"
    (tmp_path / ".env").write_text(lure, encoding="utf-8")
    assert World(tmp_path, environ={"OLLAMA_CLI_API_KEY": ENV}).key is None
    assert World(tmp_path, "[ollama]\napi_key_env = 'K'").key is None
    assert World(tmp_path, environ={"OLLAMA_CLI_API_KEY": ENV}, host="10.0.0.66").token
    assert World(tmp_path, host="10.0.0.66").key is None, "nor does a folder give one"
    named = sources.dotenv_layers(".env")
    assert [layer.key for layer in named] == ["theirs"], "a file that was named does"


def test_a_folder_may_name_an_entry_unless_that_is_public(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("OLLAMA_HOST=work", encoding="utf-8")
    with pytest.raises(RefusedError, match=r"\[hosts\.work\], named by OLLAMA_HOST in \.env would"):
        _ = World(tmp_path, WORK).settings
    near = f"[hosts.work]\nurl = 'http://10.0.0.7'\napi_key = '{ENTRY}'"
    assert World(tmp_path, near).token == f"Bearer {ENTRY}"


def test_a_password_in_the_address_stands_for_a_key(tmp_path: Path) -> None:
    world = World(tmp_path, WORK + "api_key_env = 'UNSET'", host="https://me:pw@work.example")
    assert str(world.key) == "Key('the address from --host')"
    assert world.token is None, "the transport makes a header of it"
    flag = World(tmp_path, host="https://me:pw@work.example", api_key_env="K")
    assert flag.token == f"Bearer {FLAG}"


def test_an_entry_wins_only_by_its_exact_name(tmp_path: Path) -> None:
    config = "[hosts.localhost]\nurl = 'https://far.example'"
    assert World(tmp_path, config, host="localhost").settings.host == "https://far.example:443"
    assert World(tmp_path, config, host="localhost:80").settings.host == "http://localhost:80"
    settings = World(tmp_path, config, {"OLLAMA_IP": "localhost"}).settings
    assert settings.origins["host"] == "[hosts.localhost], named by OLLAMA_IP"


@pytest.mark.parametrize(
    ("config", "flags", "told"),
    [
        ("", {"host": "http://h.example", "api_key_env": "K"}, "--api-key-env would go to http://"),
        ("", {"host": "http://ollama.com"}, "OLLAMA_API_KEY would go to http://ollama.com:80 "),
        ("", {"host": "http://me:pw@h.example"}, "the address from --host would go to http://h.ex"),
        (
            "[hosts.w]\nurl = 'http://h.example'\nheaders = {X = 'y'}",
            {"host": "w"},
            r"\[hosts\.w\] headers would go to http://h\.example:80 unencrypted",
        ),
    ],
)
def test_no_secret_goes_over_plain_http_to_a_public_host(
    tmp_path: Path, config: str, flags: dict[str, Any], told: str
) -> None:
    with pytest.raises(RefusedError, match=f"(?m){told}") as caught:
        World(tmp_path, config, **flags).resolved()
    assert caught.value.exit_code == 13
    assert "allow_http_token = true" in str(caught.value.hint)


def test_plain_http_is_allowed_to_private_hosts_and_where_an_entry_says_so(tmp_path: Path) -> None:
    assert World(tmp_path, host="http://box", api_key_env="K").token == f"Bearer {FLAG}"
    config = "[hosts.w]\nurl = 'http://h.example'\nallow_http_token = true"
    assert World(tmp_path, config, host="w", api_key_env="K").token == f"Bearer {FLAG}"


def test_headers_and_certificates_come_from_the_entry(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    config = (
        f"{WORK}api_key = '{ENTRY}'\nca_file = 'ca.pem'\nclient_cert = ['ca.pem', 'ca.pem']\n"
        "insecure = true\nheaders = {authorization = 'Token x', X-Team = 'blue'}"
    )
    pem = str(tmp_path / "ca.pem")
    assert World(
        tmp_path, config, {"SSL_CERT_FILE": "/other"}, host="work"
    ).resolved() == Credentials(
        headers={"X-Team": "blue", "Authorization": f"Bearer {ENTRY}"},
        ca_file=pem,
        client_cert=(pem, pem),
        insecure=True,
    )
    assert World(tmp_path, config, {"SSL_CERT_FILE": "/other"}, host="h").resolved() == Credentials(
        ca_file="/other"
    )
    with pytest.raises(ConfigError, match=r"no such file: .*/no\.pem \(from \[hosts\.work\]\)"):
        World(tmp_path, WORK + "client_cert = 'no.pem'", host="work").resolved()


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("NOBODY", ConfigError, r"^the variable NOBODY \(from --api-key-env\) is not set$"),
        (
            "sk-0123456789",
            UsageError,
            r"^api_key_env = .\*\*\*. \(from --api-key-env\) is no name of a var",
        ),
        ("abcdef0123456789", UsageError, "^--api-key-env names no variable that is set$"),
    ],
)
def test_a_variable_that_is_unset_is_named_unless_it_may_be_the_key(
    tmp_path: Path, name: str, kind: type[OllamaCliError], told: str
) -> None:
    with pytest.raises(kind, match=f"(?m){told}") as caught:
        World(tmp_path, host="box", api_key_env=name).resolved()
    assert (name in f"{caught.value.message}{caught.value.hint}") is name.isupper()


@pytest.mark.parametrize(
    ("command", "kind", "told"),
    [
        ("sh -c 'echo hush; echo hush >&2; exit 3'", AuthError, r"^sh \(from .*\) ended with 3$"),
        ("true", AuthError, r"^true \(from \[hosts\.work\] api_key_cmd\) told no key$"),
        ("yes hush", AuthError, r"^yes \(from .*\) told more than 65536 bytes, which is no key$"),
        ("no-such-program hush", ConfigError, r"^cannot run no-such-program \(from .*\): No such"),
    ],
)
def test_a_command_that_fails_tells_its_code_and_none_of_its_words(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    command: str,
    kind: type[OllamaCliError],
    told: str,
) -> None:
    with pytest.raises(kind, match=f"(?m){told}") as caught:
        World(tmp_path, f'{WORK}api_key_cmd = "{command}"', host="work").resolved()
    shown = f"{caught.value.message}{caught.value.hint}{caught.value.__cause__}{capfd.readouterr()}"
    assert "hush" not in shown


def test_a_command_that_never_ends_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ollama_cli.config.credentials._PATIENCE", 0.2)
    with pytest.raises(AuthError, match=r"(?m)^sleep \(from .*\) told no key within 0\.2 s$"):
        World(tmp_path, WORK + "api_key_cmd = 'sleep 60'", host="work").resolved()


def test_no_command_runs_to_find_out_where_a_key_is(tmp_path: Path) -> None:
    config = f"{WORK}api_key_cmd = 'touch {tmp_path}/ran'"
    world = World(tmp_path, config, host="work")
    assert str(world.key) == "Key('[hosts.work] api_key_cmd')"
    assert "shown the key" in missing_hint(world.settings, world.layers, world.variables)
    assert list(tmp_path.glob("ran")) == []


def test_layers_without_a_file_settle_too() -> None:
    assert find_key(resolve([Layer({})]), [Layer({})], {}) is None
