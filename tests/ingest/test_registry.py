"""Conventions are found by name; a third party adds one without touching ours."""

from importlib.metadata import EntryPoint, EntryPoints

import pytest

from ingest.conventions import registry
from ingest.conventions.decoded import Profiles, Said


class Foreign:
    name = "foreign"

    def decoder(self) -> "Foreign":
        return self

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        del topic, payload, retain, profiles
        return []


class Impostor(Foreign):
    name = "native"


def _registered(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    entry = EntryPoint(name, f"{__name__}:{name}", registry.GROUP)
    found = EntryPoints([entry])
    monkeypatch.setattr(registry, "entry_points", lambda group: found.select(group=group))
    monkeypatch.setattr(EntryPoint, "load", lambda _: globals()[name])


def test_our_own_are_always_there() -> None:
    assert {"native", "tasmota", "zigbee2mqtt"} <= set(registry.installed())


def test_a_third_party_adds_one_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    _registered(monkeypatch, "Foreign")

    assert isinstance(registry.installed()["foreign"], Foreign)


def test_nobody_takes_the_name_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    _registered(monkeypatch, "Impostor")

    with pytest.raises(ValueError, match="'native', which is taken"):
        registry.installed()
