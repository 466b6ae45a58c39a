"""Email by SMTP, with STARTTLS or TLS, through aiosmtplib: judged by the server's own reply codes (RFC 5321)."""

import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import ClassVar, Literal

import aiosmtplib
from pydantic import Field, SecretStr, model_validator

from alerts.channels.channel import Channel, OutgoingMessage, Unaskable
from alerts.channels.settings import ChannelSettings
from alerts.channels.text import shortened
from core.alerts import Purpose
from core.clock import Clock
from core.concerns import Severity
from core.delivery import Accepted, Permanent, Temporary, Verdict

_LONGEST_SUBJECT = 150
_PERMANENT = 500


class Email(ChannelSettings):
    """An address is a mailbox. `security`: `tls` from the first byte (465), `starttls` (587), `none` on one machine."""

    bundles: ClassVar[bool] = True

    provider: Literal["email"]
    host: str
    port: int = Field(587, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "starttls"
    username: str = ""
    password: SecretStr | None = None
    sender: str = Field(description="From, such as 安心 <anxin@example.org>")
    ca_file: Path | None = Field(None, description="authority that signed the server's certificate")

    @model_validator(mode="after")
    def _a_login_is_whole_and_never_in_the_clear(self) -> "Email":
        if bool(self.username) != (self.password is not None):
            raise ValueError("username and password belong together")
        if self.security == "none" and self.username:
            raise ValueError("a password is never sent without tls or starttls")
        return self

    def open(self, kind: str, clock: Clock) -> Channel:
        try:
            context = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        except (OSError, ssl.SSLError) as error:
            raise ValueError(f"ca_file: {self.ca_file} cannot be used: {error}") from error
        return EmailChannel(kind, self, clock, context)


@dataclass(frozen=True)
class EmailChannel(Unaskable):
    kind: str
    account: Email
    clock: Clock
    context: ssl.SSLContext

    async def deliver(self, message: OutgoingMessage) -> Verdict:
        try:
            letter = self._letter(message)
        except (ValueError, IndexError) as error:
            return Permanent(f"{message.address!r} is not a mailbox: {error}")
        client = self._client()
        try:
            async with client:
                _, said = await client.send_message(letter)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _by_code(error.recipients[0].code, error.recipients[0].message)
        except aiosmtplib.SMTPResponseException as error:
            return _by_code(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Temporary(f"{type(error).__name__}: {error}")
        finally:
            client.close()
        return Accepted(str(letter["Message-ID"]), said[:200])

    def _client(self) -> aiosmtplib.SMTP:
        account = self.account
        return aiosmtplib.SMTP(
            hostname=account.host,
            port=account.port,
            timeout=account.timeout,
            use_tls=account.security == "tls",
            start_tls=account.security == "starttls",
            tls_context=None if account.security == "none" else self.context,
            username=account.username or None,
            password=account.password.get_secret_value() if account.password else None,
        )

    def _letter(self, message: OutgoingMessage) -> EmailMessage:
        """One and the same Message-ID for each try, so that a mail server may drop what it has."""
        letter = EmailMessage()
        letter["From"] = self.account.sender
        letter["To"] = message.address
        if len(letter["To"].addresses) != 1 or not letter["To"].addresses[0].domain:
            raise ValueError("exactly one address is needed")
        letter["Subject"] = shortened(" ".join(message.title.split()), _LONGEST_SUBJECT)
        letter["Date"] = format_datetime(self.clock.now())
        letter["Message-ID"] = f"<{message.key}@anxin.invalid>"
        letter["Auto-Submitted"] = "auto-generated"
        if message.severity is Severity.RED and message.purpose is Purpose.ASK:
            letter["Importance"] = "high"
        letter.set_content("\n\n".join(part for part in (message.title, message.body, message.link) if part))
        return letter


def _by_code(code: int, said: str) -> Verdict:
    text = f"{code} {said}"[:200]
    return Permanent(text) if code >= _PERMANENT else Temporary(text, 30.0)
