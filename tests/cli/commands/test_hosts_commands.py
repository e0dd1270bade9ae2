"""`hosts list|add|rm`: names for servers, written with care, and keys that are never shown."""

import os
import stat
from pathlib import Path

import pytest
from shell import Result, call

from ollama_cli.config import sources

KEY = "sk-0123456789"
CONFIG = f"""\
# mine
[ollama]
host = "work" # at work

[hosts.work]
url = "https://work.example/v1"
api_key = "{KEY}"
# the machine below the desk
[hosts.gpu]
url = "http://me:hunter22@gpu.lan:8080"
[hosts.cloud]
url = "https://ollama.com"
[hosts.var]
url = "https://var.example"
api_key_env = "VAR_KEY"
insecure = true
"""


class Home:
    """A config file of one's own."""

    def __init__(self, folder: Path, text: str = CONFIG) -> None:
        self.folder = folder
        self.path = folder / "c.toml"
        self.path.write_text(text, encoding="utf-8")
        self.path.chmod(0o600)

    def run(self, *words: str, stdin: str | None = None, **env: str) -> Result:
        env["OLLAMA_CLI_CONFIG"] = str(self.path)
        result = call(*words, env=env, stdin=stdin, cwd=self.folder)
        assert KEY not in result.out + result.err
        assert "hunter22" not in result.out + result.err
        return result

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")


@pytest.fixture
def mine(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_the_list_marks_the_host_in_use_and_tells_where_keys_are(mine: Home) -> None:
    result = mine.run("hosts", "list", OLLAMA_API_KEY="x")
    assert result.out.splitlines() == [
        "   NAME   URL                      KEY",
        "*  work   https://work.example/v1  yes ([hosts.work] api_key)",
        "   gpu    http://***@gpu.lan:8080  yes ([hosts.gpu] url)",
        "   cloud  https://ollama.com       yes (OLLAMA_API_KEY)",
        "   var    https://var.example      no ([hosts.var] api_key_env, which is not set)",
    ]
    origin = f"[hosts.work], named by {mine.path}"
    assert result.err == f"note: * is in use: https://work.example:443 (from {origin})\n"


def test_a_weaker_variable_is_overridden_too(tmp_path: Path) -> None:
    env = {"OLLAMA_CLI_HOST": "127.0.0.1:4", "OLLAMA_HOST": "127.0.0.1:2", "OLLAMA_IP": " "}
    result = Home(tmp_path, "").run("hosts", "list", "--json", **env)
    assert result.json["active"]["from"] == "OLLAMA_CLI_HOST"
    assert result.json["active"]["overrides"] == [{"host": "127.0.0.1:2", "from": "OLLAMA_HOST"}]


def test_the_list_tells_what_overrides_the_host(mine: Home) -> None:
    result = mine.run("hosts", "list", OLLAMA_HOST="127.0.0.1", OLLAMA_CLI_API_KEY=KEY)
    assert result.out.splitlines()[1] == (
        "*  -      http://127.0.0.1:11434   yes (OLLAMA_CLI_API_KEY)"
    )
    assert "(from OLLAMA_HOST), which overrides work (from " in result.err
    result = mine.run("--host", "gpu", "hosts", "list", OLLAMA_HOST="var")
    assert [line.split()[1] for line in result.out.splitlines() if line[0] == "*"] == ["gpu"]
    told = f"which overrides var (from OLLAMA_HOST) and work (from {mine.path})"
    assert told in result.err


def test_an_address_of_the_same_origin_is_the_host_in_use(mine: Home) -> None:
    result = mine.run("hosts", "list", "--host", "https://var.example/other", VAR_KEY=KEY)
    assert "*  var    https://var.example      yes ([hosts.var] api_key_env)" in result.out


def test_the_list_for_programs(mine: Home) -> None:
    document = mine.run("hosts", "list", "--json", OLLAMA_HOST="http://me:hunter22@h").json
    assert document["schema"] == "ollama-cli/hosts-list/1"
    assert [host["name"] for host in document["hosts"]] == ["work", "gpu", "cloud", "var"]
    assert document["hosts"][3] == {
        "name": "var",
        "url": "https://var.example",
        "active": False,
        "key": False,
        "key_from": "[hosts.var] api_key_env",
        "insecure": True,
    }
    assert document["active"] == {
        "name": None,
        "url": "http://***@h:80",
        "from": "OLLAMA_HOST",
        "overrides": [{"host": "work", "from": str(mine.path)}],
        "key": True,
        "key_from": "the address from OLLAMA_HOST",
    }
    assert mine.run("hosts", "list", "-o", "name").out == "work\ngpu\ncloud\nvar\n"


def test_without_names_there_is_the_host_in_use(tmp_path: Path) -> None:
    home = Home(tmp_path, "")
    result = home.run("hosts", "list")
    assert result.out.splitlines()[1:] == ["*  -     http://127.0.0.1:11434  no"]
    assert "(the default)" in result.err
    assert "see `hosts add`" in result.err
    assert home.run("hosts", "list", "--json").json["hosts"] == []


def test_a_host_is_added_and_all_else_stays(mine: Home) -> None:
    result = mine.run("hosts", "add", "new", "https://new.example", "--api-key-env", "NEW_KEY")
    assert (result.code, result.out) == (0, "")
    assert result.err == f"added [hosts.new] to {mine.path}; use it with `--host new`\n"
    added = '\n[hosts.new]\nurl = "https://new.example"\napi_key_env = "NEW_KEY"\n'
    assert mine.text == CONFIG + added
    assert "new    https://new.example" in mine.run("hosts", "list").out


def test_a_key_is_read_from_standard_input_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path, "")
    home.path.unlink()
    options = ["--api-key-stdin", "--ca-file", "ca.pem", "--insecure", "--allow-http-token"]
    result = home.run("hosts", "add", "box", "box.lan", *options, stdin=f" {KEY}\n")
    assert result.code == 0
    host = sources.config_layer(home.path)[0].hosts["box"]
    assert (host.api_key, host.insecure, host.allow_http_token) == (KEY, True, True)
    assert host.ca_file == str(tmp_path / "ca.pem")
    if os.name == "posix":
        assert stat.S_IMODE(home.path.stat().st_mode) == 0o600


def test_writing_a_setting_leaves_hosts_as_they_are_and_closes_the_file(mine: Home) -> None:
    mine.path.chmod(0o644)
    assert mine.run("config", "set", "model", "m").code == 0
    assert mine.text == CONFIG.replace("# at work\n", '# at work\nmodel = "m"\n')
    assert os.name != "posix" or stat.S_IMODE(mine.path.stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_a_file_that_others_may_read_is_warned_of_once_if_it_holds_a_secret(mine: Home) -> None:
    mine.path.chmod(0o640)
    told = f"warning: {mine.path} holds a secret that others may read: `chmod 600 {mine.path}`\n"
    assert mine.run("hosts", "list", "-o", "name").err == told
    mine.path.write_text(CONFIG.replace("api_key =", "ca_file =").replace("me:hunter22@", ""))
    assert mine.run("hosts", "list", "-o", "name").err == ""


def test_a_host_is_removed_and_all_else_stays(mine: Home) -> None:
    result = mine.run("hosts", "rm", "work")
    assert result.code == 0
    assert "'work' is still the host in" in result.err
    start, end = CONFIG.index("[hosts.work]"), CONFIG.index("# the machine")
    assert mine.text == CONFIG[:start] + CONFIG[end:]
    for name in ("gpu", "cloud", "var"):
        assert mine.run("hosts", "rm", name).code == 0
    assert "hosts" not in mine.text


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["add", "work", "https://x"], 2, "there is a [hosts.work] already"),
        (["add", "a.b", "https://x"], 2, "no name for a host: 'a.b'"),
        (["add", "x", "ftp://x"], 10, "[hosts.x] url cannot be used: not an http or https"),
        (["add", "x", "h", "--api-key-env", "A", "--api-key-cmd", "b"], 2, "a host has one key"),
        (["add", "x", "h", "--api-key-cmd", "'"], 10, "[hosts.x] api_key_cmd No closing quot"),
        (["add", "x", "h", "--api-key-stdin"], 2, "there is no key on standard input"),
        (["rm", "wrok"], 4, "hint: did you mean work?"),
        (["rm", "zzzzzz"], 4, "hint: see `ollama-cli hosts list`"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    mine: Home, words: list[str], code: int, told: str
) -> None:
    result = mine.run("hosts", *words)
    assert (result.code, told in result.err) == (code, True), result.err
    assert mine.text == CONFIG


def test_a_file_of_another_shape_loses_no_value(tmp_path: Path) -> None:
    home = Home(tmp_path, "hosts = {a = {url = 'h'}, b = {url = 'g'}}\n")
    assert home.run("hosts", "add", "c", "i").code == 0
    assert home.run("hosts", "rm", "a").code == 0
    assert home.run("hosts", "list", "-o", "name").out == "b\nc\n"


def test_an_entry_that_is_wrong_can_be_removed(tmp_path: Path) -> None:
    home = Home(tmp_path, "[hosts.bad]\nurl = 1\n")
    assert home.run("hosts", "list").code == 10
    assert home.run("hosts", "rm", "bad").code == 0
    assert home.run("hosts", "list").code == 0
    home.path.write_text("hosts = 1\n", encoding="utf-8")
    assert "hosts holds tables, as [hosts.NAME]" in home.run("hosts", "rm", "bad").err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[ollama.hosts.x]\nurl = 'a'\n", "hosts stand at the top level, as [hosts.NAME]"),
        ("[host.x]\nurl = 'a'\n", "is not read: did you mean [hosts.NAME]?"),
    ],
)
def test_a_table_in_the_wrong_place_is_told_of(tmp_path: Path, text: str, told: str) -> None:
    assert told in Home(tmp_path, text).run("hosts", "list").err


def test_config_show_tells_where_the_address_comes_from_and_no_key(mine: Home) -> None:
    result = mine.run("config", "show", OLLAMA_CLI_API_KEY=KEY)
    shown = " ".join(result.out.split())
    assert f"https://work.example:443 [hosts.work], named by {mine.path}" in shown
