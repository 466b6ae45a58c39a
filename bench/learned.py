"""A town that has been lived in: what the watch and the gate know after weeks, saved as a running service saves it.

A few homes are learned from in earnest, through the code that live messages take; the others are their likenesses.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import cycle, islice

from anxin.history import as_received
from anxin.memory import COVER, GATE
from anxin.stores import Stores
from bench import town
from core.places import Device, Gateway, Home, Inventory
from core.ports import Snapshot
from detectors.watch import OWNER as WATCH
from detectors.watch import Watch
from ingest.conventions.registry import installed
from ingest.gate import Gate
from ingest.interpreter import Interpreter
from ingest.report import Tally
from simulator.community import Community
from simulator.timeline import messages

MODELS = 20
"""Homes that are learned from."""
_AT_ONCE = 500
_PER_SAVE = 5_000


@dataclass(frozen=True, slots=True)
class Likeness:
    """One home of the town, and the model whose devices and habits it has."""

    home: Home
    gateway: Gateway
    model: str
    model_gateway: str

    def renamed(self, text: str) -> str:
        """JSON about the model, as if said of this home."""
        return text.replace(f'"{self.model_gateway}/', f'"{self.gateway.id}/').replace(
            f":{self.model_gateway}/", f":{self.gateway.id}/"
        )

    def device(self, model: Device) -> Device:
        name = model.id.split("/", 1)[1]
        return replace(model, id=f"{self.gateway.id}/{name}", home=self.home.id, gateway=self.gateway.id)


@dataclass(frozen=True)
class Learned:
    """A town of `homes` homes and what is known of it at `until`."""

    inventory: Inventory
    likenesses: tuple[Likeness, ...]
    models: dict[tuple[str, str], Snapshot]
    until: datetime

    def snapshots(self) -> Iterator[Snapshot]:
        """Of every home and every device, and the one that says what they cover."""
        of_home = {s.key: json.dumps(dict(s.body)) for (owner, _), s in self.models.items() if owner == WATCH}
        of_gateway: dict[str, list[tuple[str, str]]] = {}
        for (owner, key), snapshot in self.models.items():
            if owner == GATE:
                gateway, _, name = key.partition("/")
                of_gateway.setdefault(gateway, []).append((name, json.dumps(dict(snapshot.body))))
        for one in self.likenesses:
            version = self.models[WATCH, one.model].version
            yield Snapshot(WATCH, one.home.id, version, self.until, json.loads(one.renamed(of_home[one.model])))
            for name, body in of_gateway[one.model_gateway]:
                yield Snapshot(GATE, f"{one.gateway.id}/{name}", 1, self.until, json.loads(one.renamed(body)))
        yield Snapshot(COVER, "*", 1, self.until, {})

    def what_is_said(self, count: int) -> Iterator[town.Said]:
        """So many messages of the town: each model's, said in turn by the homes that are like it."""
        like: dict[str, list[str]] = {}
        for one in self.likenesses:
            like.setdefault(one.model_gateway, []).append(one.gateway.id)
        turns = {gateway: cycle(gateways) for gateway, gateways in like.items()}
        for said in town.what_is_said(town.build(len(like)), count):
            gateway = said.topic.split("/", 2)[1]
            yield replace(said, topic=said.topic.replace(f"gw/{gateway}/", f"gw/{next(turns[gateway])}/", 1))

    def save(self, stores: Stores) -> None:
        left = self.snapshots()
        while some := list(islice(left, _PER_SAVE)):
            stores.snapshots.save(some)


def learn(homes: int, *, days: int, until: datetime) -> Learned:
    """A town of `homes` homes, lived in for `days`."""
    models = town.build(min(MODELS, homes))
    known = _known(models, days=days, until=until)
    places = town.build(homes)
    likenesses = tuple(
        Likeness(household.home, household.gateway, model.home.id, model.gateway.id)
        for number, household in enumerate(places.households)
        for model in (models.households[number % len(models.households)],)
    )
    devices = [one.device(d) for one in likenesses for d in models.inventory.devices_of(one.model)]
    inventory = Inventory.of(places.areas, places.homes, places.gateways, devices)
    return Learned(inventory, likenesses, {(s.owner, s.key): s for s in known}, until)


def _known(models: Community, *, days: int, until: datetime) -> Sequence[Snapshot]:
    gate, watch = Gate(), Watch(models.inventory)
    interpreter = Interpreter(models.inventory, gate=gate, conventions=installed(), tally=Tally())
    played = as_received(messages(models, since=until - timedelta(days=days), until=until, seed=town.SEED))
    while some := list(islice(played, _AT_ONCE)):
        readings = [reading for message in some for reading in interpreter.interpret(message)]
        gate.settle(readings)
        watch.observe(readings)
        watch.run_due(some[-1].received_at)
    of_devices = [Snapshot(GATE, device, 1, until, body) for device, body in gate.snapshot().items()]
    return [*watch.snapshots(until, dirty_only=False), *of_devices]
