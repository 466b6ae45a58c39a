"""Email through a real SMTP server on the loopback: with TLS, with a login, and with every kind of refusal."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from alerts.channels.registry import parse
from core.delivery import Accepted, Permanent, Temporary, Verdict
from tests.alerts.test_providers import MESSAGE, Still
from tests.servers.certificates import Certificates, make_certificates
from tests.servers.mosquitto import free_port

ADDRESSED = replace(MESSAGE, address="min@example.org")


@dataclass
class Mailbox:
    """A server that keeps letters, or answers as told."""

    letters: list[EmailMessage] = field(default_factory=list)
    to_recipient: str = "250 OK"
    to_data: str = "250 OK queued as 7F3"
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        content = envelope.content
        assert isinstance(content, bytes)
        if self.to_data.startswith("250"):
            self.letters.append(message_from_bytes(content, policy=policy.default))
        return self.to_data

    def login(self, server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        del server, session, envelope, mechanism
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"letmein", handled=False)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("tls"))


@contextmanager
def serving(box: Mailbox, context: ssl.SSLContext | None = None, *, starttls: bool = False) -> Iterator[int]:
    port = free_port()
    options: dict[str, Any] = {"authenticator": box.login, "auth_require_tls": starttls}
    if context is not None:
        options |= {"tls_context": context, "require_starttls": True} if starttls else {"ssl_context": context}
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def deliver(port: int, more: str = 'security="none"', address: str = "min@example.org") -> Verdict:
    text = f'[mail]\nprovider="email"\nhost="127.0.0.1"\nport={port}\nsender="安心 <anxin@example.org>"\n{more}'

    async def say() -> Verdict:
        verdict = await parse(text, Still())["mail"].deliver(replace(MESSAGE, address=address))
        await asyncio.sleep(0.05)  # the loop lets go of what was closed
        return verdict

    return asyncio.run(say())


def test_a_letter_arrives_whole() -> None:
    box = Mailbox()
    with serving(box) as port:
        verdict = deliver(port)

    [letter] = box.letters
    assert isinstance(verdict, Accepted)
    assert verdict.provider_id == letter["Message-ID"] == "<a1.3.li.0@anxin.invalid>"
    assert verdict.said.endswith("queued as 7F3")
    assert letter["Subject"] == MESSAGE.title
    assert letter["To"] == "min@example.org"
    assert letter["From"].addresses[0].display_name == "安心"
    assert (letter["Importance"], letter["Auto-Submitted"]) == ("high", "auto-generated")
    assert letter.get_content().replace("\r\n", "\n").split("\n\n") == [
        MESSAGE.title,
        MESSAGE.body,
        f"{MESSAGE.link}\n",
    ]


@pytest.mark.parametrize(
    ("to_recipient", "to_data", "kind"),
    [
        ("550 5.1.1 no such user here", "250 OK", Permanent),
        ("450 4.2.1 mailbox busy", "250 OK", Temporary),
        ("250 OK", "554 5.7.1 looks like spam", Permanent),
        ("250 OK", "451 4.3.0 try again later", Temporary),
        ("250 OK", "421 4.3.2 shutting down", Temporary),
    ],
)
def test_the_servers_reply_code_decides(to_recipient: str, to_data: str, kind: type) -> None:
    box = Mailbox(to_recipient=to_recipient, to_data=to_data)
    with serving(box) as port:
        verdict = deliver(port)

    assert isinstance(verdict, kind)
    assert box.letters == []


def test_nobody_there_is_a_passing_trouble() -> None:
    assert isinstance(deliver(free_port()), Temporary)


@pytest.mark.parametrize("address", ["", "nobody", "a@b.c, d@e.f", "a@b.c\r\nBcc: everybody@example.org", "<>"])
def test_what_is_not_one_mailbox_is_refused(address: str) -> None:
    box = Mailbox()
    with serving(box) as port:
        verdict = deliver(port, address=address)

    assert isinstance(verdict, Permanent)
    assert box.letters == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_login_goes_over_tls_only_and_the_certificate_is_checked(security: str, certificates: Certificates) -> None:
    box, context = Mailbox(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.certificate, certificates.key)
    login = f'security="{security}"\nusername="anxin"\npassword="letmein"'
    with serving(box, context, starttls=security == "starttls") as port:
        trusted = deliver(port, f'{login}\nca_file="{certificates.authority}"')
        stranger = deliver(port, login)
        wrong = deliver(port, f'{login}\nca_file="{certificates.authority}"'.replace("letmein", "guess"))

    assert isinstance(trusted, Accepted)
    assert len(box.letters) == 1
    assert isinstance(stranger, Temporary)
    assert "certificate" in stranger.reason.lower()
    assert isinstance(wrong, Permanent)
    assert set(box.logins) == {(b"anxin", b"letmein"), (b"anxin", b"guess")}
