"""TLS at the shipped broker: gateways that trust our authority get in, what would let a stranger listen does not."""

import socket
import ssl
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from typer.testing import CliRunner

from anxin.cli import app
from ingest.settings import TlsSettings
from tests.servers import mosquitto
from tests.servers.mosquitto import Mosquitto

PATIENCE = 10.0
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(mosquitto.find() is None, reason="NOT RUN: Mosquitto is not installed"),
]


def trusting(deploy: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(deploy / "secrets" / "ca.crt"))


def certificate(deploy: Path, *names: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(deploy / "first-start"), "certificate", *names]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def reach(broker: Mosquitto, context: ssl.SSLContext | None, *, user: str, password: str) -> str | None:
    """Connect over TLS and log in; what stood in the way, None for nothing."""
    assert broker.tls_port is not None
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(user, password)
    if context is not None:
        if (refusal := handshake(broker.tls_port, context)) is not None:
            return refusal
        client.tls_set_context(context)
    answers: list[str | None] = []
    client.on_connect = lambda _c, _u, _f, reason, _p: answers.append(str(reason) if reason.is_failure else None)
    client.on_disconnect = lambda *_: answers.append("hung up")
    client.connect("127.0.0.1", broker.tls_port)
    until = time.monotonic() + PATIENCE
    while not answers and time.monotonic() < until:
        client.loop(0.1)
    client.disconnect()
    client.loop(0.1)
    return answers[0] if answers else "no answer"


def handshake(port: int, context: ssl.SSLContext) -> str | None:
    """Why it failed, None if it did not. (paho leaves the socket of a failed one open.)"""
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1"),
        ):
            return None
    except ssl.SSLError as error:
        return str(error)


def test_a_gateway_with_our_authority_and_its_password_gets_in(
    deploy: Path, broker: Mosquitto, gateway_password: Callable[[str], str]
) -> None:
    password = gateway_password("g-0007")

    with broker:
        assert reach(broker, trusting(deploy), user="g-0007", password=password) is None
        assert reach(broker, trusting(deploy), user="g-0007", password="guessed") is not None


def test_a_stranger_s_authority_and_no_encryption_stay_outside(
    broker: Mosquitto, gateway_password: Callable[[str], str]
) -> None:
    password = gateway_password("g-0007")

    with broker:
        refused = [reach(broker, context, user="g-0007", password=password) for context in (a_browsers(), None)]

    assert all(refused)


def a_browsers() -> ssl.SSLContext:
    """Trusts whom browsers trust, and so not us."""
    return ssl.create_default_context()


def another_certificate(secrets: Path, subject: str) -> None:
    """By our authority, but for no name or address of this broker."""
    key, request, certificate = secrets / "tls" / "server.key", secrets / "s.csr", secrets / "tls" / "server.crt"
    for command in (
        ["req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/{subject}", "-keyout", str(key), "-out", str(request)],
        ["x509", "-req", "-in", str(request), "-CA", str(secrets / "ca.crt"), "-CAkey",
         str(secrets / "authority" / "ca.key"), "-days", "2", "-out", str(certificate)],
    ):  # fmt: skip
        subprocess.run(["openssl", *command], check=True, capture_output=True)


def test_a_broker_under_a_name_that_is_not_in_its_certificate_is_not_trusted(
    deploy: Path, broker: Mosquitto, gateway_password: Callable[[str], str]
) -> None:
    password = gateway_password("g-0007")
    authority = (deploy / "secrets" / "ca.crt").read_text()
    another_certificate(deploy / "secrets", "CN=other")
    (deploy / "secrets" / "tls" / "server.key").chmod(0o644)

    with broker:
        elsewhere = reach(broker, trusting(deploy), user="g-0007", password=password)
    again = certificate(deploy, "broker.example.org")
    with broker:
        renewed = reach(broker, trusting(deploy), user="g-0007", password=password)

    assert elsewhere is not None
    assert "certificate" in elsewhere
    assert again.returncode == 0
    assert renewed is None
    assert (deploy / "secrets" / "ca.crt").read_text() == authority, "gateways need no new authority"


def test_the_authority_s_key_is_not_where_the_broker_is(deploy: Path) -> None:
    assert sorted(f.name for f in (deploy / "secrets" / "tls").iterdir()) == ["server.crt", "server.key"]
    assert (deploy / "secrets" / "authority").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["", "a b", "x,DNS:evil", "$(id)"])
def test_what_is_no_name_is_refused(deploy: Path, name: str) -> None:
    before = (deploy / "secrets" / "tls" / "server.crt").read_text()

    assert certificate(deploy, name).returncode == 2
    assert (deploy / "secrets" / "tls" / "server.crt").read_text() == before


def test_anxin_itself_reaches_the_broker_over_tls(
    deploy: Path, broker: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANXIN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ANXIN_BROKER_URL", f"mqtts://127.0.0.1:{broker.tls_port}")
    monkeypatch.setenv("ANXIN_BROKER_CA_FILE", str(deploy / "secrets" / "ca.crt"))
    monkeypatch.setenv("ANXIN_BROKER_USERNAME", "anxin")
    monkeypatch.setenv("ANXIN_BROKER_PASSWORD_FILE", str(deploy / "secrets" / "broker_password"))

    with broker:
        said = CliRunner().invoke(app, ["doctor"]).stdout

    assert "✓ broker" in said, said
    assert TlsSettings(ca_file=deploy / "secrets" / "ca.crt").context().verify_mode is ssl.CERT_REQUIRED
