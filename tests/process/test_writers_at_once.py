"""Several writers of one config file: what each of them was told is written is there."""

import threading
import tomllib
from pathlib import Path

from shell import ended, start

from ollama_cli.config import edit
from ollama_cli.config.settings import SETTINGS

SECONDS = [name for name in SETTINGS if name.endswith("timeout")]


def test_eight_processes_lose_nothing(tmp_path: Path) -> None:
    path, link = tmp_path / "config.toml", tmp_path / "link.toml"
    path.write_text("# mine\n[ollama] # ours\n", encoding="utf-8")
    link.symlink_to(path)
    writers = [["config", "set", name, "5"] for name in SECONDS[:4]]
    writers += [["hosts", "add", f"h{n}", f"http://10.0.0.{n}"] for n in range(4)]
    names = [str(path), str(link)]
    running = [
        start(*words, env={"OLLAMA_CLI_CONFIG": names[number % 2]})
        for number, words in enumerate(writers)
    ]
    results = [ended(each) for each in running]
    assert [(each.code, each.out) for each in results] == [(0, "")] * 8, [r.err for r in results]
    text = path.read_text("utf-8")
    document = tomllib.loads(text)
    assert document["ollama"] == dict.fromkeys(SECONDS[:4], 5.0)
    assert set(document["hosts"]) == {"h0", "h1", "h2", "h3"}
    assert text.startswith("# mine\n[ollama] # ours\n")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["config.toml", "link.toml"]
    assert link.is_symlink()


def test_eight_threads_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    wrong: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for number in range(3):
                edit.add_host(path, f"h{writer}-{number}", {"url": "http://h", "api_key": "k"})
            for name in SECONDS[writer % len(SECONDS) :][:2]:
                edit.write_setting(path, name, float(writer))
            edit.remove_host(path, f"h{writer}-0")
        except BaseException as error:  # noqa: BLE001  told below
            wrong.append(error)

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert wrong == []
    document = tomllib.loads(path.read_text("utf-8"))
    assert set(document["hosts"]) == {f"h{w}-{n}" for w in range(8) for n in (1, 2)}
    assert set(document["ollama"]) == set(SECONDS)
    assert list(tmp_path.iterdir()) == [path]
