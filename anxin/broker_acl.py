"""`anxin broker-acl`: who may write which topics, for Mosquitto, from the inventory.

Only gateways that are enrolled get rights, each below its own prefix; their passwords are kept as the broker's hashes.
"""

import base64
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from anxin.onboarding import OnboardingRefused
from anxin.settings import Settings
from anxin.stores import open_database
from core.places import Inventory

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
ITERATIONS = 101
"""Mosquitto's own default for PBKDF2-HMAC-SHA512."""
OWN_TOPICS = "anxin"
TOLD = f"{OWN_TOPICS}/v1"


@dataclass(frozen=True, slots=True)
class Credential:
    """A gateway's new password: shown once, only its hash is kept."""

    gateway: str
    password: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may only read what Anxin tells (docs/outward.md): `topics` beside the status."""

    name: str
    topics: tuple[str, ...]


def family_reader(name: str, home: str) -> Reader:
    """A lamp in the family's hall: no more than the family's page says."""
    return Reader(name, (f"{TOLD}/family/{home}",))


def board_reader(name: str, area: str, inventory: Inventory) -> Reader:
    """A board at the desk: the areas and homes of this area and below, and every open alert's topic."""
    areas = [f"{TOLD}/area/{one}" for one in sorted(inventory.areas) if inventory.within(one, area)]
    homes = sorted(f"{TOLD}/home/{home.id}" for home in inventory.homes_in(area))
    return Reader(name, (*areas, *homes))


def acl(gateways: Iterable[str], *, service: str, readers: Iterable[Reader] = ()) -> str:
    """An `acl_file`: the service reads all of `gw/`, each gateway reads and writes `gw/<its id>/` and nothing else.

    Source of the format: mosquitto.conf(5), `acl_file`.
    """
    ours = [f"user {service}", "topic read gw/#", f"topic readwrite {OWN_TOPICS}/#", "topic write homeassistant/#"]
    blocks = ["# Written by `anxin broker-acl` from the inventory; changes by hand are lost.", "\n".join(ours)]
    blocks += [f"user {gateway}\ntopic readwrite gw/{gateway}/#" for gateway in sorted(gateways)]
    for reader in sorted(readers, key=lambda one: one.name):
        topics = (f"{TOLD}/status", *reader.topics)
        blocks.append("\n".join([f"user {reader.name}", *(f"topic read {topic}" for topic in topics)]))
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


@dataclass(frozen=True, slots=True)
class AclRequest:
    """What the command line asks for. `family` and `boards` are NAME=HOME and NAME=AREA."""

    acl: Path | None
    passwords: Path | None
    family: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()


def write_acl(settings: Settings, wanted: AclRequest) -> Iterator[str]:
    """Do what was asked; the lines to be shown. Raises OnboardingRefused for a reader of nothing that is there."""
    service = settings.broker_username or "anxin"
    with open_database(settings, migrate=True) as stores:
        inventory = stores.inventory.inventory()
    readers = [*_readers(wanted, inventory)]
    users = [*inventory.gateways, *(reader.name for reader in readers)]
    if len(set(users) | {service}) != len(users) + 1:
        raise OnboardingRefused("a reader needs a name of its own: it is that of a gateway, or of the service")
    text = acl(inventory.gateways, service=service, readers=readers)
    if wanted.acl is None and wanted.passwords is None:
        yield text.rstrip("\n")
        return
    changed = wanted.acl is not None and replace_file(wanted.acl, text)
    if wanted.passwords is not None:
        before = wanted.passwords.read_text(encoding="utf-8") if wanted.passwords.exists() else ""
        after, fresh = with_passwords(before, users, keep=[service])
        changed |= replace_file(wanted.passwords, after)
        yield from (f"{one.gateway}  {one.password}" for one in fresh)
    yield "# changed: let Mosquitto read it anew (SIGHUP)" if changed else "# nothing has changed"


def _readers(wanted: AclRequest, inventory: Inventory) -> Iterator[Reader]:
    for given in wanted.family:
        name, home = _pair(given)
        if home not in inventory.homes:
            raise OnboardingRefused(f"--family {given}: no home {home!r} in the inventory")
        yield family_reader(name, home)
    for given in wanted.boards:
        name, area = _pair(given)
        if area not in inventory.areas:
            raise OnboardingRefused(f"--board {given}: no area {area!r} in the inventory")
        yield board_reader(name, area, inventory)


def _pair(given: str) -> tuple[str, str]:
    name, _, what = given.partition("=")
    if not _NAME.fullmatch(name) or not what:
        raise OnboardingRefused(f"{given!r}: must be NAME=WHAT, the name of letters, digits, - and _")
    return name, what
