"""`config`: one file, changed whole or not at all; values told with their origin."""

import tomllib
from pathlib import Path

import pytest
from shell import Result, call, run

from ollama_cli.system.locks import locked

SECRET = "hunter2"  # noqa: S105  the test looks for it everywhere


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ollama-cli" / "config.toml"


def config(file: Path, *args: str, **more: str) -> Result:
    return call("config", *args, at=file.parents[1], env=more)


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_life_of_the_file(file: Path) -> None:
    home = file.parents[1]
    assert run("config", "path", at=home).out == f"{file}\n"
    result = run("config", "set", "model", "llama3.2", at=home)
    assert (result.code, result.out, result.err) == (0, "", f"set model in {file}\n")
    assert call("config", "set", "timeout", "12.5", "-q", at=home).err == ""
    assert tomllib.loads(file.read_text()) == {"ollama": {"model": "llama3.2", "timeout": 12.5}}
    assert call("config", "get", "timeout", at=home).out == "12.5\n"
    assert call("config", "unset", "model", at=home).err == f"removed model from {file}\n"
    assert call("config", "get", "model", at=home).out == ""
    assert call("config", "unset", "model", at=home).err == f"note: model is not set in {file}\n"
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


def test_numbers_are_written_as_such(file: Path) -> None:
    assert config(file, "set", "max_tokens", "--", "-1").code == 0
    assert config(file, "set", "num_ctx", "8192").code == 0
    assert config(file, "set", "temperature", "0").code == 0
    assert tomllib.loads(file.read_text())["ollama"] == {
        "max_tokens": -1,
        "num_ctx": 8192,
        "temperature": 0.0,
    }


def test_the_file_may_be_named(tmp_path: Path) -> None:
    named = tmp_path / "deep" / "mine.toml"
    env = {"OLLAMA_CLI_CONFIG": str(named)}
    assert call("config", "path", env=env).out == f"{named}\n"
    assert call("config", "set", "model", "m", env=env).code == 0
    assert tomllib.loads(named.read_text()) == {"ollama": {"model": "m"}}


def test_other_tables_and_keys_are_kept(file: Path) -> None:
    write(file, 'top = 1\n[other]\nkey = "v"\n[ollama]\nfuture = true\nmodel = "a"\n')
    assert config(file, "set", "model", "b").code == 0
    assert config(file, "unset", "host").code == 0
    assert tomllib.loads(file.read_text()) == {
        "top": 1,
        "other": {"key": "v"},
        "ollama": {"future": True, "model": "b"},
    }


@pytest.mark.parametrize(
    "command", [["set", "model", "m"], ["unset", "model"], ["show"], ["get", "model"]]
)
@pytest.mark.parametrize("text", ["[ollama\nmodel =", "ollama = 3\n", "\udc80"])
def test_a_broken_file_is_never_overwritten(file: Path, command: list[str], text: str) -> None:
    file.parent.mkdir()
    data = text.encode("utf-8", "surrogateescape")
    file.write_bytes(data)
    result = config(file, *command)
    assert (result.code, result.out) == (10, "")
    assert result.err.startswith(f"error: {file}")
    assert file.read_bytes() == data


def test_a_file_that_cannot_be_written_stays(file: Path) -> None:
    (file.parent).mkdir()
    file.mkdir()
    assert config(file, "set", "model", "m").code == 10
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


def test_a_link_is_followed(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text('[ollama]\nmodel = "a"\n')
    file.parent.mkdir()
    file.symlink_to(real)
    assert config(file, "set", "model", "b").code == 0
    assert file.is_symlink()
    assert 'model = "b"' in real.read_text()


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["set", "modle", "x"], "no setting is named 'modle'\nhint: did you mean model?"),
        (["unset", "models.m.top_p"], "no setting is named 'models.m.top_p'\nhint: what stands in"),
        (["get", "keep-alive-for"], "hint: did you mean keep_alive?"),
        (["set", "timeout", "soon"], "is no number of seconds, 0 or more"),
        (["set", "host", "http://h?x"], "host = 'http://h?x' (from the command line): "),
        (["set", "keep_alive", "soon"], "is no duration such as 10m"),
    ],
)
def test_what_is_no_setting_is_not_written(file: Path, args: list[str], told: str) -> None:
    result = config(file, *args)
    assert (result.code, result.out) == (2, "")
    assert told in result.err
    assert not file.exists()


def test_init_writes_every_setting_as_a_comment_once(file: Path) -> None:
    result = config(file, "init")
    assert (result.code, result.err) == (0, f"wrote {file}\n")
    assert tomllib.loads(file.read_text()) == {"ollama": {}}
    file.write_text("# mine\n")
    again = config(file, "init")
    assert (again.code, file.read_text()) == (0, "# mine\n")
    assert "is there already; nothing was written" in again.err


def test_what_init_writes_can_be_used_as_it_stands(file: Path) -> None:
    config(file, "init")
    lines = file.read_text().splitlines()
    bare = [line.removeprefix("# ") for line in lines if " = " in line and '""' not in line]
    write(file, "\n".join(["[ollama]", *bare]))
    result = config(file, "show")
    assert (result.code, result.err) == (0, "")


def test_precedence_and_origins(file: Path) -> None:
    write(file, '[ollama]\nhost = "10.0.0.1"\nmodel = "from-file"\ntimeout = 0\n')
    (file.parents[1] / ".env").write_text('OLLAMA_HOST=10.0.0.2\nOLLAMA_CLI_MODEL="dotenv"\n')

    def shown(*args: str, **env: str) -> dict[str, object]:
        result = config(file, "show", "--json", *args, **env)
        assert (result.code, result.err) == (0, "")
        settings: dict[str, object] = result.json["settings"]
        return settings

    found = shown()
    assert found["host"] == {"value": "http://10.0.0.2:11434", "origin": "OLLAMA_HOST in .env"}
    assert found["model"] == {"value": "dotenv", "origin": "OLLAMA_CLI_MODEL in .env"}
    assert found["timeout"] == {"value": 0.0, "origin": str(file)}
    assert found["connect_timeout"] == {"value": 5.0, "origin": "default"}
    env = {"OLLAMA_HOST": "10.0.0.3"}
    assert shown(**env)["host"] == {"value": "http://10.0.0.3:11434", "origin": "OLLAMA_HOST"}
    env["OLLAMA_CLI_HOST"] = "10.0.0.4"
    assert shown(**env)["host"] == {"value": "http://10.0.0.4:11434", "origin": "OLLAMA_CLI_HOST"}
    flag = shown("--host", "10.0.0.5", **env)["host"]
    assert flag == {"value": "http://10.0.0.5:11434", "origin": "--host"}


@pytest.mark.parametrize("variable", ["OLLAMA_BASE_URL", "OLLAMA_IP"])
def test_older_variables_are_read_too(file: Path, variable: str) -> None:
    result = config(file, "get", "host", **{variable: "http://10.0.0.9:1/v1/"})
    assert result.out == "http://10.0.0.9:1\n"


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({}, ""),
        ({"OLLAMA_CLI_MODEL": "m"}, ""),
        ({"OLLAMA_HOST": "10.0.0.9"}, "OLLAMA_HOST says 10.0.0.9, and wins over the config file"),
        ({"OLLAMA_HOST": "http://a:b@h"}, "OLLAMA_HOST says http://***@h, and wins over "),
    ],
)
def test_what_wins_over_a_value_that_is_set_is_told(
    file: Path, env: dict[str, str], told: str
) -> None:
    for _ in range(2):
        result = config(file, "set", "host", "10.0.0.7", **env)
        assert result.code == 0
        first, *rest = result.err.splitlines()
        assert first == f"set host in {file}"
        assert [line.startswith(f"warning: {told}") for line in rest] == [True] * bool(told)
    assert tomllib.loads(file.read_text()) == {"ollama": {"host": "10.0.0.7"}}


def test_a_setting_is_written_whatever_else_in_the_file_is_of_no_use(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("[hosts.x]\nport = 1\n")
    result = config(file, "set", "model", "m", "--host", "10.0.0.7")
    assert (result.code, result.err) == (0, f"set model in {file}\n")
    assert tomllib.loads(file.read_text())["ollama"] == {"model": "m"}


def test_show_is_a_table_for_people(file: Path) -> None:
    header, *rows = config(file, "show").out.splitlines()
    assert header.split() == ["SETTING", "VALUE", "ORIGIN"]
    assert rows[0].split() == ["host", "http://127.0.0.1:11434", "default"]
    assert rows[1].split() == ["openai_url", "http://127.0.0.1:11434/v1", "host"]
    assert rows[2].split() == ["model", "-", "default"]


@pytest.mark.parametrize(
    ("typed", "host", "openai_url"),
    [
        ("h", "http://h:11434", "http://h:11434/v1"),
        ("http://h/api/v1", "http://h:80/api", "http://h:80/api/v1"),
        ("http://h/v4/models", "http://h:80/v4", "http://h:80/v4"),
        ("http://u:hunter2-x@h/v1", "http://h:80", "http://h:80/v1"),
    ],
)
def test_show_gives_the_roots_of_both_apis(
    file: Path, typed: str, host: str, openai_url: str
) -> None:
    shown = config(file, "show", "--json", "--host", typed).json
    assert shown["settings"]["host"]["value"].replace("***@", "") == host
    assert shown["openai_url"].replace("***@", "") == openai_url


def test_an_unknown_key_warns_and_names_the_nearest(file: Path) -> None:
    write(file, '[ollama]\nmodle = "m"\n')
    result = config(file, "show")
    assert (result.code, result.err) == (
        0,
        f"warning: {file}: unknown setting 'modle': did you mean model?\n",
    )
    assert config(file, "show", "-q").err == ""


@pytest.mark.parametrize("address", ["https://ollama.example.com", "8.8.8.8:11434"])
def test_a_strangers_dotenv_cannot_send_prompts_away(tmp_path: Path, address: str) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(f"OLLAMA_HOST={address}\n")
    result = call("generate", "secret", "-m", "m", at=tmp_path)
    assert (result.code, result.out) == (13, "")
    assert "error: OLLAMA_HOST in .env would send your prompts to a public address: " in result.err
    assert "hint: if you trust that file, name it: `--env-file .env`\n" in result.err
    as_json = call("models", "list", "--json", at=tmp_path)
    assert (as_json.code, as_json.out, as_json.error["code"]) == (13, "", "refused")
    trusted = call("config", "get", "host", "--env-file", ".env", at=tmp_path)
    assert (trusted.code, address.split(":11434", maxsplit=1)[0] in trusted.out) == (0, True)
    assert call("config", "get", "host", "--host", "10.0.0.1", at=tmp_path).code == 0


@pytest.mark.parametrize("host", ["evil%2etest", "%6cocalhost", "10.0.0.1%2eevil.test"])
def test_a_host_that_is_escaped_is_asked_nowhere(host: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"OLLAMA_HOST=http://{host}\n")
    for words in (("health",), ("--local-only", "generate", "secret", "-m", "m")):
        result = call(*words, at=tmp_path)
        assert result.code == 13
        assert result.out == ""
        assert "(from OLLAMA_HOST in .env): a host is written without percent signs" in result.err
        assert call(*words, "--host", f"http://{host}").code == 2
        assert call(*words, env={"OLLAMA_HOST": f"http://{host}"}).code == 10


def test_a_private_dotenv_is_used(tmp_path: Path, demo: str) -> None:
    (tmp_path / ".env").write_text(f"export OLLAMA_HOST='{demo}'  # ours\n")
    assert call("health", at=tmp_path).code == 0


def test_an_env_file_that_is_not_there(tmp_path: Path) -> None:
    result = call("config", "show", "--env-file", "gone.env", at=tmp_path)
    told = f"error: no such file: gone.env\nhint: it was looked for in {tmp_path}\n"
    assert (result.code, result.err) == (4, told)


@pytest.mark.parametrize(
    "args",
    [
        ["models", "list", "-vv", "--debug"],
        ["models", "list", "--json"],
        ["generate", "x", "-m", "m", "-o", "jsonl", "-vv"],
        ["models", "pull", "m", "--json", "-vv", "--debug"],
        ["health", "--json", "-vv"],
        ["health", "-vv", "--debug"],
        ["config", "show"],
        ["config", "show", "--json"],
        ["config", "get", "host"],
        ["embed", "x", "-m", "m", "--debug"],
    ],
)
@pytest.mark.parametrize("origin", ["--host", "OLLAMA_HOST", ".env", "config"])
def test_a_password_is_never_shown(tmp_path: Path, args: list[str], origin: str) -> None:
    url = f"http://me:{SECRET}@127.0.0.1:9"
    flags, env = [], {}
    match origin:
        case "--host":
            flags = ["--host", url]
        case "OLLAMA_HOST":
            env = {"OLLAMA_HOST": url}
        case ".env":
            (tmp_path / ".env").write_text(f"OLLAMA_HOST={url}\n")
        case _:
            write(tmp_path / "ollama-cli" / "config.toml", f'[ollama]\nhost = "{url}"\n')
    result = call(*args, *flags, env=env, at=tmp_path)
    assert result.out + result.err
    assert SECRET not in result.out + result.err
    assert "127.0.0.1:9" in result.out + result.err


@pytest.mark.parametrize(
    "value", ["http://me:hunter2@h?x=1", "http://me:hunter2@", "ftp://me:hunter2@h"]
)
def test_a_password_in_a_bad_address_is_never_shown(tmp_path: Path, value: str) -> None:
    for result in (
        call("health", "--debug", env={"OLLAMA_HOST": value}, at=tmp_path),
        call("health", "--debug", "--host", value, at=tmp_path),
        call("config", "set", "host", value, "--debug", at=tmp_path),
    ):
        assert SECRET not in result.out + result.err


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"])
def test_a_named_env_file_may_be_in_utf_16(tmp_path: Path, mark: bytes) -> None:
    codec = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(mark, "utf-8")
    file = tmp_path / "my.env"
    file.write_bytes(mark + "OLLAMA_CLI_MODEL=mod\u00e9l\r\n".encode(codec))
    result = call("config", "get", "model", "--env-file", str(file))
    assert (result.code, result.out) == (0, "mod\u00e9l\n")
    (tmp_path / ".env").write_bytes(mark + "OLLAMA_HOST=8.8.8.8\n".encode(codec))
    assert call("health", at=tmp_path).code == 13


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"A=1\nOLLAMA_CLI_MODEL=\xe9\n", "line 2 is no UTF-8"),
        (b"A=1\n# \xe9\n", "line 2 is no UTF-8"),
        ("OLLAMA_CLI_MODEL=m\n".encode("utf-16-le"), "line 1 has a NUL character, which no text"),
        (b"OLLAMA_CLI_MODEL=m\n\n\0", "line 3 has a NUL character, which no text has"),
        (b"\xff\xfeA\0=", "line 1 is no UTF-16"),
        (b"#" * (1 << 20) + b"\n", "is larger than 1048576 bytes"),
    ],
)
def test_a_named_env_file_that_is_no_text_is_refused(
    tmp_path: Path, data: bytes, problem: str
) -> None:
    file = tmp_path / "my.env"
    file.write_bytes(data)
    result = call("config", "get", "model", "--env-file", str(file))
    assert (result.code, result.out) == (10, "")
    assert problem in result.err
    assert result.err.startswith(f"error: {file}")
    assert f"hint: save it as UTF-8: {file}\n" in result.err or "larger" in problem


def test_of_another_programs_env_file_only_what_is_ours_must_be_text(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(b"NAME=Andr\xe9\nOLLAMA_CLI_MODEL=m\n")
    result = call("config", "get", "model", at=tmp_path)
    assert (result.code, result.out, result.err) == (0, "m\n", "")
    dotenv.write_bytes(b"OLLAMA_CLI_MODEL=\xe9\n")
    result = call("config", "get", "model", at=tmp_path)
    assert result.code == 13
    assert "(from OLLAMA_CLI_MODEL in .env) is no UTF-8 in every part" in result.err


@pytest.mark.parametrize("address", ["h\udcff", "http://\udcff@h", "http://h/\udcff", "h:\udcff"])
def test_an_address_that_is_no_utf_8_is_refused(file: Path, address: str) -> None:
    typed = call("--host", address, "health")
    assert (typed.code, typed.out) == (2, "")
    assert "is no UTF-8 in every part" in typed.err
    assert call("health", env={"OLLAMA_HOST": address}).code == 10
    assert call("models", "outdated", "--registry", address).code == 2
    assert config(file, "set", "host", address).code == 2
    added = call("hosts", "add", "x", address, at=file.parents[1])
    assert (added.code, "url is no UTF-8 in every part" in added.err) == (10, True)
    assert not file.exists()


def test_a_config_file_in_utf_16_is_read_and_stays_so(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"\xff\xfe" + "# mine\r\n[ollama]\r\nmodel = 'a'\r\n".encode("utf-16-le"))
    assert config(file, "get", "model").out == "a\n"
    assert config(file, "set", "model", "b").code == 0
    assert file.read_bytes() == b"\xff\xfe" + (
        '# mine\r\n[ollama]\r\nmodel = "b"\r\n'.encode("utf-16-le")
    )


def test_what_is_set_already_is_left_as_it_is_spelled(file: Path) -> None:
    text = "[ollama]\nmodel = 'm'   # mine\ntimeout = 5.00\n"
    write(file, text)
    assert config(file, "set", "model", "m").code == 0
    assert config(file, "set", "timeout", "5").code == 0
    assert file.read_text() == text


def test_a_lock_that_is_not_freed_is_told_of(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ollama_cli.system.locks.PATIENCE", 0.05)
    write(file, "[ollama]\n")
    with locked(file):
        result = config(file, "set", "model", "m")
    assert (result.code, result.out) == (10, "")
    assert "another process has been writing it for 0.05 s" in result.err
