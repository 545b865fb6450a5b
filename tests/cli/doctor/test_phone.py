"""Whether a phone can open the page, on machines where it can and where it cannot."""

import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from kickcue.cli.doctor import phone as module
from kickcue.cli.doctor.phone import phone
from kickcue.cli.doctor.result import CheckLevel, Context, Result
from kickcue.config.page_record import PageRecord
from kickcue.config.settings import load_settings
from kickcue.daemon.run_lock import only_one
from tests.ports import free_port

HERE = "127.0.0.1"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this a machine with one address and no firewall."""
    monkeypatch.setattr(module, "own_addresses", lambda: (HERE,))
    monkeypatch.setattr(module, "UFW", tmp_path / "ufw.conf")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin")
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))


def looked_at(**options: Any) -> Result:
    options = {"race": "800m", "page.port": free_port(), **options}
    settings = load_settings(None, options=options, environ={})
    (found,) = phone(Context(None, settings, None, os.environ))
    assert "phone" == found.what
    return found


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_a_phone_can_come() -> None:
    """GIVEN a network and a free port THEN the address is told, as it will be."""
    port = free_port()
    found = looked_at(**{"page.port": port})
    assert CheckLevel.OK is found.level
    assert f"http://{HERE}:{port}/" in found.why
    assert f"https://{HERE}:{port}/" in looked_at(**{"page.port": port, "page.https": True}).why


def test_a_port_that_is_taken() -> None:
    """GIVEN another program at the port THEN that is told and is no trouble."""
    with socket.create_server((HERE, 0)) as held:
        found = looked_at(**{"page.port": held.getsockname()[1]})
    assert CheckLevel.OK is found.level
    assert "will take another one" in found.why


@pytest.mark.parametrize(
    ("options", "says"),
    [({"page.on": False}, "as configured"), ({"rules": "sanctioned"}, "sanctioned")],
)
def test_no_page_is_wanted(options: dict[str, Any], says: str) -> None:
    """GIVEN a race without a page THEN that is well."""
    found = looked_at(**options)
    assert CheckLevel.OK is found.level
    assert says in found.why


def test_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN no network THEN a hotspot is named."""
    monkeypatch.setattr(module, "own_addresses", tuple)
    found = looked_at()
    assert CheckLevel.WARNING is found.level
    assert "hotspot" in (found.remedy or "")


def test_an_address_that_is_not_ours() -> None:
    """GIVEN a host in the race file that is another machine's THEN that is told."""
    found = looked_at(**{"page.host": "192.0.2.1"})
    assert CheckLevel.WARNING is found.level
    assert "192.0.2.1 is not an address of this machine" in found.why


def test_https_without_openssl(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN https and no openssl THEN how to get it is told; without https nobody misses it."""
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    found = looked_at(**{"page.https": True})
    assert (CheckLevel.WARNING, "sudo apt install openssl") == (found.level, found.remedy)
    assert CheckLevel.OK is looked_at().level


def test_ufw(tmp_path: Path) -> None:
    """GIVEN ufw that is on THEN what lets the port in is told; off it is not mentioned."""
    (tmp_path / "ufw.conf").write_text("# a comment\nENABLED=no\nLOGLEVEL=low\n")
    assert CheckLevel.OK is looked_at().level
    (tmp_path / "ufw.conf").write_text("ENABLED=yes\n")
    port = free_port()
    found = looked_at(**{"page.port": port})
    assert (CheckLevel.WARNING, f"sudo ufw allow {port}/tcp") == (found.level, found.remedy)


@pytest.mark.parametrize(("status", "level"), [(0, CheckLevel.WARNING), (252, CheckLevel.OK)])
def test_firewalld(status: int, level: CheckLevel, tmp_path: Path) -> None:
    """GIVEN firewalld, running or not THEN it is a hindrance while it runs."""
    program(tmp_path, "firewall-cmd", f"exit {status}")
    found = looked_at()
    assert level is found.level
    assert (found.remedy or "").startswith("sudo firewall-cmd") == (status == 0)


def test_a_run_that_is_on(tmp_path: Path) -> None:
    """GIVEN a run with its page THEN that page's address is told, none of its links."""
    PageRecord(4711, (HERE,), secure=True, tokens={"athlete": "secret"}).write(tmp_path)
    with only_one(tmp_path):
        found = looked_at()
    assert f"https://{HERE}:4711/" in found.why
    assert "secret" not in found.why
    assert "4711" not in looked_at().why
