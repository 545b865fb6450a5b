"""The page's own certificate: real handshakes, by who trusts its CA."""

import asyncio
import contextlib
import json
import os
import shutil
import ssl
import time
from pathlib import Path
from typing import Final

import pytest

from kickcue.core.errors import UsageError
from kickcue.edges.mqtt.mosquitto import CA, CA_KEY, KEY, sign_certificate
from kickcue.edges.web.certificate import MADE_FOR_FILE, RENEW_S, OwnCertificate, own_certificate

HOSTS: Final = ("192.0.2.7", "2001:db8::7", "localhost", "kickcue-anna.local")

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is absent")


async def handshake(own: OwnCertificate, host: str, ca: bytes | None = None) -> None:
    """Shake hands as a browser would that knows the server by ``host`` and trusts the CA."""
    trusting = ssl.create_default_context(cadata=(own.ca if ca is None else ca).decode())
    server = await asyncio.start_server(lambda _, w: w.close(), "127.0.0.1", 0, ssl=own.tls)
    async with server:
        _, writer = await asyncio.open_connection(
            *server.sockets[0].getsockname(), ssl=trusting, server_hostname=host
        )
        writer.close()
        with contextlib.suppress(OSError):  # the other end has closed it, too
            await writer.wait_closed()


def serial(folder: Path) -> bytes:
    return (folder / "server.crt").read_bytes()


async def test_who_trusts_the_ca_gets_in_by_every_name(tmp_path: Path) -> None:
    """GIVEN a phone that trusts the CA THEN it is satisfied at each address and name, and at no
    other one; one that does not trust it is not.
    """
    own = own_certificate(tmp_path / "page", HOSTS)
    for host in HOSTS:
        await handshake(own, host)
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        await handshake(own, "192.0.2.8")
    stranger = own_certificate(tmp_path / "another", HOSTS)
    with pytest.raises(ssl.SSLCertVerificationError):
        await handshake(own, HOSTS[0], stranger.ca)
    assert 0o700 == (tmp_path / "page").stat().st_mode & 0o777
    for key in (KEY, CA_KEY):
        assert 0o600 == (tmp_path / "page" / key).stat().st_mode & 0o777


async def test_it_is_made_once_and_again_for_other_addresses(tmp_path: Path) -> None:
    """GIVEN a certificate WHEN the page is served again THEN it is the same; WHEN the addresses are
    others THEN there is a new one by the same CA, so that a phone goes on to trust it.
    """
    first = own_certificate(tmp_path, HOSTS)
    made = serial(tmp_path)
    assert first.ca == own_certificate(tmp_path, HOSTS).ca
    assert made == serial(tmp_path)
    moved = own_certificate(tmp_path, ("192.0.2.99", "localhost"))
    assert made != serial(tmp_path)
    assert first.ca == moved.ca
    await handshake(moved, "192.0.2.99", first.ca)


async def test_its_ca_vouches_for_no_site_of_the_internet(tmp_path: Path) -> None:
    """GIVEN somebody who has got the key of the CA WHEN it signs for a bank THEN no phone that
    trusts the CA believes it.
    """
    own = own_certificate(tmp_path, HOSTS)
    sign_certificate(tmp_path, ["bank.example"], "not the bank")
    forged = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    forged.load_cert_chain(tmp_path / "server.crt", tmp_path / KEY)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        await handshake(OwnCertificate(forged, own.ca), "bank.example")


async def test_a_name_that_is_asked_for(tmp_path: Path) -> None:
    """GIVEN a host of one's own naming THEN a CA that vouches for it, too, is made."""
    own_certificate(tmp_path, HOSTS)
    await handshake(own_certificate(tmp_path, ("pi.example", "localhost")), "pi.example")


@pytest.mark.parametrize("gone", ["server.crt", KEY, CA, CA_KEY, MADE_FOR_FILE])
async def test_what_is_gone_is_made_anew(gone: str, tmp_path: Path) -> None:
    """GIVEN a folder of which a file was deleted THEN the page is served all the same, also at a
    new address.
    """
    own_certificate(tmp_path, HOSTS)
    (tmp_path / gone).unlink()
    await handshake(own_certificate(tmp_path, HOSTS), HOSTS[0])
    await handshake(own_certificate(tmp_path, ("192.0.2.99",)), "192.0.2.99")


def test_an_old_one_is_renewed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN one that is half a year old THEN a new one is made, by the same CA."""
    first = own_certificate(tmp_path, HOSTS)
    made = serial(tmp_path)
    now_s = time.time()
    monkeypatch.setattr("kickcue.edges.web.certificate.time.time", lambda: now_s + RENEW_S + 1)
    assert first.ca == own_certificate(tmp_path, HOSTS).ca
    assert made != serial(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "null", '{"names": 3}', "{", json.dumps({"names": []})])
async def test_a_damaged_note_of_it(text: str, tmp_path: Path) -> None:
    """GIVEN a note of whatever THEN the certificate is made."""
    (tmp_path / MADE_FOR_FILE).write_text(text)
    await handshake(own_certificate(tmp_path, HOSTS), HOSTS[0])


def test_without_openssl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN no openssl THEN that is said, with where it is got."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="apt install openssl"):
        own_certificate(tmp_path / "page", HOSTS)


def test_where_nothing_can_be_written(tmp_path: Path) -> None:
    """GIVEN a state folder that is none THEN that is said, and no more."""
    (tmp_path / "page").write_text("a file")
    with pytest.raises(UsageError, match="no certificate for the page"):
        own_certificate(tmp_path / "page", HOSTS)


def test_an_openssl_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN an openssl that does not do it THEN its last word is said."""
    program = tmp_path / "openssl"
    program.write_text("#!/bin/sh\necho 'unknown option' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin:/usr/bin")
    with pytest.raises(UsageError, match="unknown option"):
        own_certificate(tmp_path / "page", HOSTS)
