"""`anxin broker-acl`: who may write which topics, for Mosquitto, from the inventory.

Only gateways that are enrolled get rights, each below its own prefix; their passwords are kept as the broker's hashes.
"""

import base64
import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ITERATIONS = 101
"""Mosquitto's own default for PBKDF2-HMAC-SHA512."""
OWN_TOPICS = "anxin"


@dataclass(frozen=True, slots=True)
class Credential:
    """A gateway's new password: shown once, only its hash is kept."""

    gateway: str
    password: str


def acl(gateways: Iterable[str], *, service: str) -> str:
    """An `acl_file`: the service reads all of `gw/`, each gateway reads and writes `gw/<its id>/` and nothing else.

    Source of the format: mosquitto.conf(5), `acl_file`.
    """
    ours = [f"user {service}", "topic read gw/#", f"topic readwrite {OWN_TOPICS}/#", "topic write homeassistant/#"]
    blocks = ["# Written by `anxin broker-acl` from the inventory; changes by hand are lost.", "\n".join(ours)]
    blocks += [f"user {gateway}\ntopic readwrite gw/{gateway}/#" for gateway in sorted(gateways)]
    return "\n\n".join(blocks) + "\n"


def hashed(password: str, *, salt: bytes | None = None) -> str:
    """As a `password_file` keeps it: $7$ iterations $ salt $ PBKDF2-HMAC-SHA512."""
    salt = salt or os.urandom(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def with_passwords(text: str, gateways: Iterable[str], *, keep: Iterable[str]) -> tuple[str, list[Credential]]:
    """A `password_file` in which every gateway has a password, and the new ones; users of neither list are gone."""
    wanted = {*gateways}
    allowed = {*keep} | wanted
    lines = [line for line in text.splitlines() if line.partition(":")[0] in allowed]
    known = {line.partition(":")[0] for line in lines}
    fresh = [Credential(gateway, secrets.token_urlsafe(24)) for gateway in sorted(wanted - known)]
    lines += [f"{one.gateway}:{hashed(one.password)}" for one in fresh]
    return "".join(f"{line}\n" for line in lines), fresh


def replace_file(path: Path, text: str) -> bool:
    """Write a file whole, under its old mode; was it changed?"""
    before = path.read_text(encoding="utf-8") if path.exists() else None
    if before == text:
        return False
    mode = path.stat().st_mode & 0o777 if before is not None else 0o644
    fresh = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return True
