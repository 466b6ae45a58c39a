"""Anything else that speaks JSON: an operator's mapping says where in a message the device, the time and values stand.

The mapping is the profile of the gateway's own device (`<gateway>/bridge`), under the key `custom-json`; docs/devices
tells its form. It is checked when it is first used, and by `problems` before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from core.readings import TimeSource
from ingest.conventions.decoded import Malformed, Profile, Profiles, Reason, Refusal, Said, liveness
from ingest.conventions.payload import MAX_NAME, parse
from ingest.conventions.profile import Meaning, meaning, word_of
from ingest.conventions.selectors import Selector, SelectorRefused
from ingest.conventions.times import stamp
from ingest.conventions.voice import Voice

KEY, BRIDGE = "custom-json", "bridge"
MOST_RULES, MOST_READINGS = 64, 64
_SOURCES: Final = {"device": TimeSource.DEVICE, "gateway": TimeSource.GATEWAY, "network": TimeSource.NETWORK}
_RULE_KEYS: Final = frozenset({"topic", "device", "time", "time_source", "id", "when", "each", "readings"})


class MappingRefused(ValueError):
    """The mapping cannot be used. The message names the rule and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`topic` in levels: words, `+`, `#` at the end, and `{device}`. Selectors read the message, or each part of it."""

    topic: tuple[str, ...]
    device: Selector | None
    time: Selector | None
    source: TimeSource
    identity: Selector | None
    when: tuple[tuple[Selector, str], ...]
    each: Selector | None
    readings: tuple[tuple[Selector, Meaning], ...]

    def fits(self, levels: list[str]) -> str | None:
        """The device that the topic names (empty: it names none); None if it is another topic."""
        device = ""
        for position, level in enumerate(self.topic):
            if level == "#":
                return device
            if position >= len(levels):
                return None
            if level == "{device}":
                device = levels[position]
            elif level not in {"+", levels[position]}:
                return None
        return device if len(levels) == len(self.topic) else None


class CustomJson:
    """The convention as it is registered."""

    name = KEY

    def decoder(self) -> "CustomJsonDecoder":
        return CustomJsonDecoder()


class CustomJsonDecoder:
    """Remembers the mapping that it read last, so that it is read once."""

    def __init__(self) -> None:
        self._written: object = None
        self._rules: tuple[Rule, ...] = ()

    def decode(self, topic: str, payload: bytes, *, retain: bool, profiles: Profiles) -> list[Said]:
        rules = self._read(profiles.of(BRIDGE))
        levels = topic.strip("/").split("/")
        fitting = [(rule, device) for rule in rules if (device := rule.fits(levels)) is not None]
        if not fitting:
            raise Malformed(Reason.TOPIC, "no rule of the mapping is about this topic")
        said = parse(payload)
        told: list[Said] = []
        for rule, device in fitting:
            if all(word_of(selector.first(said)) == word for selector, word in rule.when):
                told += _told(rule, device, said, retain=retain)
        return told

    def _read(self, profile: Profile) -> tuple[Rule, ...]:
        written = profile.get(KEY)
        if written is None:
            raise Malformed(Reason.PROFILE, f"{BRIDGE} has no {KEY} mapping in its profile")
        if written is not self._written:
            try:
                self._rules = rules_of(written)
            except MappingRefused as error:
                raise Malformed(Reason.PROFILE, str(error)[:200]) from None
            self._written = written
        return self._rules


def _told(rule: Rule, device: str, said: Any, *, retain: bool) -> Iterator[Said]:
    for part in [said] if rule.each is None else rule.each.all(said):
        name = device if rule.device is None else _name(rule.device.first(part), rule.device.first(said))
        if not name:
            yield Refusal(Reason.SHAPE, "no device where the mapping looks for it")
            continue
        raw = None if rule.time is None else _or(rule.time.first(part), rule.time.first(said))
        when = stamp(raw if isinstance(raw, str | int | float) else None, rule.source)
        number = None if rule.identity is None else _or(rule.identity.first(part), rule.identity.first(said))
        voice = Voice(name, when, message_id=str(number)[:MAX_NAME] if isinstance(number, str | int) else None)
        spoke = False
        for selector, found in rule.readings:
            for value in selector.all(part):
                told = found.value_of(value) if value is not None else None
                if told is not None:
                    spoke = True
                    channel, other = found.channel, found.device
                    yield voice.fact(found.kind, told, channel=channel, semantics=found.semantics, device=other)
        if not spoke and not retain:
            yield liveness(name, when)


def _or(first: Any, second: Any) -> Any:
    return second if first is None else first


def _name(*candidates: Any) -> str:
    raw = next((one for one in candidates if isinstance(one, str | int) and not isinstance(one, bool)), "")
    return str(raw)[:MAX_NAME]


# -- reading a mapping ------------------------------------------------------------------------------------------------


def problems(written: Any) -> list[str]:
    """Everything that is wrong with a mapping, in words; empty if it can be used."""
    try:
        rules_of(written)
    except MappingRefused as error:
        return str(error).splitlines()
    return []


def rules_of(written: Any) -> tuple[Rule, ...]:
    """Raises MappingRefused with one line per mistake."""
    rules = written.get("rules") if isinstance(written, Mapping) else None
    if not isinstance(rules, list) or not 0 < len(rules) <= MOST_RULES:
        raise MappingRefused(f"`rules` must be a list of 1 to {MOST_RULES} rules")
    read: list[Rule] = []
    mistakes: list[str] = []
    for number, rule in enumerate(rules, start=1):
        try:
            read.append(_rule(rule))
        except (SelectorRefused, MappingRefused) as error:
            mistakes.append(f"rule {number}: {error}")
    if mistakes:
        raise MappingRefused("\n".join(mistakes))
    return tuple(read)


def _rule(rule: Any) -> Rule:
    if not isinstance(rule, Mapping) or not isinstance(rule.get("topic"), str):
        raise MappingRefused("must be a table with a topic")
    if strange := rule.keys() - _RULE_KEYS:
        raise MappingRefused(
            f"unknown: {', '.join(sorted(map(str, strange)))}; known are {', '.join(sorted(_RULE_KEYS))}"
        )
    topic = tuple(rule["topic"].strip("/").split("/"))
    if "#" in topic[:-1]:
        raise MappingRefused("# may only end a topic")
    if "device" not in rule and "{device}" not in topic:
        raise MappingRefused("the device must be in the topic ({device}) or be selected (device = '$.…')")
    source = rule.get("time_source", "device")
    if source not in _SOURCES:
        raise MappingRefused(f"time_source {source!r} must be one of {', '.join(_SOURCES)}")
    conditions = rule.get("when", {})
    if not isinstance(conditions, Mapping):
        raise MappingRefused("when must be a table of selector = value")
    return Rule(
        topic,
        _selector(rule, "device"),
        _selector(rule, "time"),
        _SOURCES[source],
        _selector(rule, "id"),
        tuple((Selector.of(str(where)), word_of(value)) for where, value in conditions.items()),
        _selector(rule, "each"),
        tuple(_readings(rule.get("readings"))),
    )


def _selector(rule: Mapping[str, Any], key: str) -> Selector | None:
    if key not in rule:
        return None
    if not isinstance(rule[key], str):
        raise MappingRefused(f"{key} must be a selector")
    return Selector.of(rule[key])


def _readings(written: Any) -> Iterator[tuple[Selector, Meaning]]:
    if not isinstance(written, list) or not 0 < len(written) <= MOST_READINGS:
        raise MappingRefused(f"readings must be a list of 1 to {MOST_READINGS}")
    for entry in written:
        at = entry.get("at") if isinstance(entry, Mapping) else None
        if not isinstance(at, str):
            raise MappingRefused("each reading must say where it is: at = '$.…'")
        found = meaning({at: {key: value for key, value in entry.items() if key != "at"}}, at)
        if found is None:
            raise MappingRefused(f"{at}: kind {str(entry.get('kind'))[:40]!r} is none that we know")
        yield Selector.of(at), found
