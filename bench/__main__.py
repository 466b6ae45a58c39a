"""`python -m bench [SECTION …] [--json]`: what the whole does on this machine, beside what is aimed at."""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bench import alerting, decode, detectors, intake, outage, resident, sos, stage
from bench.figures import Finding, NotRun, as_json, show

Section = Callable[[argparse.Namespace], Iterator[Finding]]


def _intake(given: argparse.Namespace) -> Iterator[Finding]:
    return intake.run(intake.IntakeOptions(homes=given.homes, messages=given.messages, profile=given.profile))


def _sos(given: argparse.Namespace) -> Iterator[Finding]:
    return sos.run(sos.SosOptions(homes=given.homes, presses=given.presses, rate=given.rate, profile=given.profile))


def _outage(given: argparse.Namespace) -> Iterator[Finding]:
    return outage.run(outage.OutageOptions(homes=given.homes, waiting=given.waiting))


def _decode(_given: argparse.Namespace) -> Iterator[Finding]:
    return decode.run(decode.DecodeOptions())


def _memory(given: argparse.Namespace) -> Iterator[Finding]:
    return resident.memory(resident.MemoryOptions(homes=given.memory_homes, days=given.days))


def _cold_start(given: argparse.Namespace) -> Iterator[Finding]:
    return resident.cold_start(resident.ColdStartOptions(homes=given.town, days=given.days, profile=given.profile))


def _watch(given: argparse.Namespace) -> Iterator[Finding]:
    return detectors.cost(detectors.WatchOptions(homes=given.town, days=given.days))


def _detection(given: argparse.Namespace) -> Iterator[Finding]:
    return detectors.find(detectors.DetectionOptions(falls=given.falls))


def _alerts(given: argparse.Namespace) -> Iterator[Finding]:
    return alerting.run(alerting.AlertingOptions(armed=given.armed, overdue=given.overdue))


SECTIONS: Mapping[str, Section] = {
    "decode": _decode,
    "intake": _intake,
    "sos": _sos,
    "alerts": _alerts,
    "outage": _outage,
    "memory": _memory,
    "cold-start": _cold_start,
    "watch": _watch,
    "detection": _detection,
}


def machine() -> str:
    """Cores, interpreter, and how busy it was when we began: a figure means nothing without them."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, load {load:.1f} at the start"


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    add = parser.add_argument
    add("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)}; all of them if none is named")
    add("--json", action="store_true", help="figures as JSON instead of a table")
    add("--homes", type=int, default=1_000, help="homes that speak in intake and sos")
    add("--messages", type=int, default=150_000, help="messages of the intake section")
    add("--presses", type=int, default=300, help="emergency buttons of the sos section")
    add("--rate", type=float, default=sos.READINGS_PER_SECOND, help="readings/s beside them; 0: none")
    add("--waiting", type=int, default=1_800_000, help="readings that wait in the outage section: an hour at 500/s")
    add("--memory-homes", type=int, default=1_000, help="the smaller town of the memory section")
    add("--town", type=int, default=10_000, help="homes of the cold-start and watch sections")
    add("--days", type=int, default=28, help="days of history behind memory, cold-start and watch")
    add("--falls", type=int, default=200, help="falls in each recording of the detection section")
    add("--armed", type=int, default=1_000_000, help="timers that lie in wait in the alerts section")
    add("--overdue", type=int, default=10_000, help="timers that were due before the start, in the alerts section")
    add("--profile", type=Path, help="leave a profile of the service's event loop in this file")
    return parser


def measured(name: str, given: argparse.Namespace) -> Iterator[Finding]:
    """What a section found. One that breaks says so and does not take the others with it."""
    sys.stderr.write(f"bench: {name} …\n")
    try:
        yield from SECTIONS[name](given)
    except (stage.Stuck, OSError) as error:
        yield NotRun(name, str(error))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = options()
    given = parser.parse_args(arguments)
    unknown = [name for name in given.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"no section {unknown[0]!r}: choose from {', '.join(SECTIONS)}")
    here = machine()
    findings = [found for name in given.sections or SECTIONS for found in measured(name, given)]
    if given.json:
        sys.stdout.write(as_json(findings, here) + "\n")
    else:
        show(findings, here, sys.stdout)


if __name__ == "__main__":
    main()
