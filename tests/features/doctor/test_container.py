"""Where the program runs is told by a few files of the system."""

from pathlib import Path

import pytest

from ollama_cli.features.doctor import container
from ollama_cli.features.doctor.container import Container, detect

ROUTE = "Iface\tDestination\tGateway\neth0\t000200C0\t00000000\t1\neth0\t00000000\t0101A8C0\t3\n"


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(container, "ROOT", tmp_path)
    for folder in ("proc/net", "run", "etc"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def test_a_plain_machine(root: Path) -> None:
    assert detect() == Container()
    (root / "proc/version").write_text("Linux version 6.1.0-generic")
    (root / "proc/net/route").write_text(ROUTE)
    assert detect() == Container()


def test_a_container_whose_host_is_the_gateway(root: Path) -> None:
    (root / ".dockerenv").touch()
    (root / "proc/net/route").write_text(ROUTE)
    assert detect() == Container("docker", "192.168.1.1")
    (root / "proc/version").write_text("Linux version 6.6.12-linuxkit")
    assert detect() == Container("docker", "host.docker.internal")


def test_a_container_without_a_network_of_its_own(root: Path) -> None:
    (root / "run/.containerenv").touch()
    assert detect() == Container("podman", "host.containers.internal")
    assert detect().words == "a container (podman)"


def test_wsl(root: Path) -> None:
    (root / "proc/version").write_text("Linux version 5.15.90.1-Microsoft-standard-WSL2")
    assert detect() == Container("wsl", "")
    (root / "proc/net/route").write_text(ROUTE)
    assert detect() == Container("wsl", "192.168.1.1")
    assert detect().words == "WSL"
