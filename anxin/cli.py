"""The command line: `anxin --help` lists the commands.

Commands import late, so that --help is quick; a wrong setting or file ends with one clear line and exit code 2.
"""

import asyncio
import sys
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from core.people import Language

app = typer.Typer(
    name="anxin",
    help="Anxin (安心) watches over elders who live alone.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

MISUSE = 2


def main() -> None:
    """Run a command; expected refusals become one line on standard error and exit code 2."""
    own = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    try:
        (app if own.intersection(sys.argv[1:2]) else with_everything())()
    except Exception as error:
        if not isinstance(error, _expected()):
            raise
        _refuse(str(error))


def _expected() -> tuple[type[Exception], ...]:
    """Refusals that say all there is to say. They are looked up when there is one: most commands need few of them."""
    from anxin.enroll import EnrollRefused
    from anxin.onboarding import OnboardingRefused
    from anxin.settings import SettingsRefused
    from core.ports import StoreRefused, StoreUnavailable
    from core.refusals import FileRefused
    from ingest.fixtures import FixtureRefused
    from simulator.recorded import RecordingError
    from storage.database import WrongSchema

    refusals = (SettingsRefused, EnrollRefused, OnboardingRefused, FixtureRefused, FileRefused, RecordingError)
    return (*refusals, StoreRefused, StoreUnavailable, WrongSchema, OSError)


def with_everything() -> typer.Typer:
    """The commands, those of their own module too."""
    from anxin.budgets.command import app as budgets
    from anxin.channels import app as channels
    from anxin.comparison.command import compare
    from anxin.devices import app as devices

    known = {group.name for group in app.registered_groups}
    for name, group in (("devices", devices), ("channels", channels), ("budget", budgets)):
        if name not in known:
            app.add_typer(group, name=name)
    if all(command.callback is not compare for command in app.registered_commands):
        app.command()(compare)
    return app


def _refuse(message: str) -> NoReturn:
    sys.stderr.write(f"anxin: {message}\n")
    raise SystemExit(MISUSE)


def _run(story: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(story)
    except KeyboardInterrupt:
        sys.stderr.write("\n")
    except ExceptionGroup as several:
        if len(several.exceptions) == 1:
            raise several.exceptions[0] from several  # one task's failure is told as what it is
        raise


@app.command()
def demo(
    homes: Annotated[int, typer.Option(min=36, max=5000, help="How many homes to simulate.")] = 60,
    speed: Annotated[float, typer.Option(min=1, max=600, help="How fast everything runs, timers too.")] = 30.0,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The console's port on this machine.")] = 8080,
    days: Annotated[int, typer.Option(min=1, max=60, help="Days of history that go in first.")] = 28,
    seed: Annotated[int, typer.Option(help="Same seed, same community.")] = 7,
    start: Annotated[str, typer.Option(help="The simulated time of day at which it begins, HH:MM.")] = "09:30",
    data: Annotated[Path | None, typer.Option(help="Keep the demo's stores here instead of a fresh folder.")] = None,
) -> None:
    """A simulated community, an embedded broker and stores, and the console: nothing else to install."""
    from anxin.demo import DemoOptions, run_demo

    _run(run_demo(DemoOptions(homes, speed, port, days, seed, start, data)))


@app.command()
def serve() -> None:
    """Run Anxin with the settings of the environment (see docs/operator.md)."""
    from anxin.service import serve as run
    from anxin.settings import load

    _run(run(load()))


@app.command()
def engine() -> None:
    """Climb and send beside `anxin serve`, on one PostgreSQL: as many as you like, on as many machines."""
    from anxin.engine_process import run_engine
    from anxin.settings import load

    _run(run_engine(load()))


@app.command()
def simulate(
    broker: Annotated[str, typer.Option(help="mqtt://[user:password@]host:port")] = "mqtt://127.0.0.1:1883",
    homes: Annotated[int, typer.Option(min=1, max=20_000)] = 60,
    speed: Annotated[float, typer.Option(min=0.01, max=100_000, help="Simulated seconds per real second.")] = 1.0,
    seed: Annotated[int, typer.Option()] = 7,
    scenario: Annotated[Path | None, typer.Option(help="TOML file with faults and emergencies.")] = None,
    recording: Annotated[Path | None, typer.Option(help="Play a recorded home instead.")] = None,
    start: Annotated[datetime | None, typer.Option(help="Simulated start, UTC (default: now).")] = None,
    clock: Annotated[str | None, typer.Option(help="SIMULATED@REAL*SPEED, to run in step with a server.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Simulated end, UTC.")] = None,
    fall_at: Annotated[datetime | None, typer.Option(help="With --recording: no life after this, UTC.")] = None,
    inventory: Annotated[Path | None, typer.Option(help="Write the inventory for `anxin enroll` here.")] = None,
    truth: Annotated[
        Path | None, typer.Option(help="Write what really happens here, JSON lines (30 days of it without --until).")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(help="Play nothing: write the homes here, as recordings (--start to --until).")
    ] = None,
    *,
    inventory_only: Annotated[bool, typer.Option("--inventory-only", help="Write the inventory and stop.")] = False,
) -> None:
    """Play simulated or recorded homes into any MQTT broker."""
    from anxin.simulate import SimulateOptions, run_simulate

    options = SimulateOptions(
        broker, homes, speed, seed, scenario, recording, start, clock, until, fall_at, inventory, truth, inventory_only,
        record,
    )  # fmt: skip
    _run(run_simulate(options))


@app.command()
def watchdog(
    url: Annotated[str, typer.Argument(help="The first machine's console, https://…")],
    tell: Annotated[list[str], typer.Option(help="CHANNEL=ADDRESS of the channels file; repeat for more.")],
    silent_for: Annotated[float, typer.Option(min=10, help="Seconds of silence before anybody is called.")] = 120.0,
    again: Annotated[float, typer.Option(min=60, help="Seconds until they are called anew.")] = 600.0,
) -> None:
    """On a second machine: call the desk when the first one is silent or not well."""
    from anxin.settings import load
    from anxin.watchdog import Patience, run_watchdog

    _run(run_watchdog(load(), url, tell, Patience(silent_for=silent_for, again=again)))


@app.command()
def drill(
    seed: Annotated[int, typer.Option(help="Same seed, same drill.")] = 1,
    days: Annotated[float, typer.Option(min=0.1, max=3660, help="Days in virtual time.")] = 30.0,
    homes: Annotated[int, typer.Option(min=20, max=20_000)] = 2000,
    processes: Annotated[int, typer.Option(min=1, max=8, help="Engines side by side on one database.")] = 2,
    alerts: Annotated[float, typer.Option(min=1, max=5000, help="Concerns a day in the whole town.")] = 40.0,
    cuts: Annotated[float, typer.Option(min=0, max=5000, help="How often a day a process dies.")] = 12.0,
    database: Annotated[
        str | None, typer.Option(help="An empty PostgreSQL, postgresql+psycopg://…; without it a SQLite file.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Only the last line, and what is broken.")] = False,
) -> None:
    """Years of alerts in virtual time: crashes between any two statements, faults of every provider, and a judge.

    Exit 1 when anything was lost or is not as promised.
    """
    from anxin.drill.options import DrillOptions
    from anxin.drill.run import drill_command

    options = DrillOptions(seed, days, homes, processes, alerts, cuts, database=database)
    raise SystemExit(drill_command(options, as_json=as_json))


@app.command()
def enroll(
    files: Annotated[list[Path], typer.Argument(help="Inventory files, TOML or JSON.")],
    *,
    take_shifts: Annotated[
        bool, typer.Option("--take-shifts", help="Also those weekly shifts that were changed in the console.")
    ] = False,
) -> None:
    """Put areas, homes, devices, people, rotas and logins into the stores, each file whole or not at all.

    Weekly shifts that were changed in the console stay as they are there, unless --take-shifts says otherwise.
    """
    from anxin.duty import take_back_shifts
    from anxin.enroll import read, shifts_of, take
    from anxin.roster import revise
    from anxin.settings import load
    from anxin.stores import open_database

    settings = load()
    with open_database(settings, migrate=True) as database:
        for file in files:
            roll = read(file)
            kept = take(roll, database.inventory, database.accounts, edited=database.shifts.edited())
            if take_shifts:
                take_back_shifts(database, [shift for shift in shifts_of(roll) if shift.id in kept])
                kept = ()
            revise(database.snapshots, datetime.now(UTC))
            typer.echo(
                f"{file}: {len(roll.homes)} homes, {len(roll.devices)} devices, {len(roll.people)} people, "
                f"{len(roll.shifts)} shifts, {len(roll.accounts)} logins"
            )
            if kept:
                typer.echo(f"changed in the console, and kept as there (--take-shifts takes them): {', '.join(kept)}")
    typer.echo("A running server takes them within a few seconds.")


@app.command()
def migrate() -> None:
    """Bring the database to this version's schema."""
    from anxin.settings import load
    from anxin.stores import open_database

    with open_database(load(), migrate=True):
        typer.echo("The database is at this version's schema.")


@app.command()
def account(
    login: Annotated[str, typer.Argument()],
    person: Annotated[str, typer.Option(help="The person's id in the inventory.")],
    role: Annotated[str, typer.Option(help="admin, desk, responder or family")] = "responder",
    area: Annotated[list[str] | None, typer.Option(help="An area it may see; repeat for more.")] = None,
    home: Annotated[list[str] | None, typer.Option(help="A home it may see; repeat for more.")] = None,
) -> None:
    """Make or change a login; asks for its password (or reads one line from a pipe)."""
    from anxin.accounts import save_login
    from anxin.settings import load
    from anxin.stores import open_database

    password = typer.prompt("Password", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().strip()
    with open_database(load(), migrate=False) as database:
        try:
            save_login(
                database, login=login, person=person, role=role, areas=area or [], homes=home or [], password=password
            )
        except ValueError as error:
            _refuse(str(error))
    typer.echo(f"{login} may log in.")


@app.command()
def replay(
    recording: Annotated[Path, typer.Argument(help="A recorded home: a folder with home.toml and readings.csv.gz.")],
    fall_at: Annotated[datetime | None, typer.Option(help="No life after this, UTC.")] = None,
    budget: Annotated[float, typer.Option(help="False alarms a month that the home may cost.")] = 0.5,
) -> None:
    """Run a recorded home through gate and detectors at once, and print every concern with its numbers."""
    from anxin.replay import run_replay

    raise SystemExit(run_replay(recording, fall_at=fall_at, budget=budget))


@app.command()
def evaluate(
    data: Annotated[list[Path], typer.Option(help="Recordings, or a folder with some below it; repeat for more.")],
    detector: Annotated[str | None, typer.Option(help="Count only what this detector says.")] = None,
    budget: Annotated[float, typer.Option(help="False alarms a month that a home may cost.")] = 0.5,
    answered: Annotated[float, typer.Option(help="Share of questions that a well resident answers.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Same seed, same moments.")] = 1,
    injections: Annotated[int, typer.Option(min=0, max=5000, help="Falls in each recording; the rest by share.")] = 200,
    faults: Annotated[
        int | None, typer.Option(min=0, max=500, help="Of each device fault; a share of the falls.")
    ] = None,
    curve: Annotated[str, typer.Option(help="Budgets, comma-separated: delay against false alarms.")] = "",
    html: Annotated[Path | None, typer.Option(help="Write a report with plots here.")] = None,
    language: Annotated[Language, typer.Option(help="Of the report.")] = Language.ENGLISH,
    workers: Annotated[int | None, typer.Option(min=1, help="Recordings at once; one for each core.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as one line of JSON.")] = False,
    learns: Annotated[bool, typer.Option("--learn/--no-learn", help="Do endings teach, as in the service?")] = True,
    doubts: Annotated[
        bool, typer.Option("--doubts/--no-doubts", help="Does thin evidence wait longer, as in the service?")
    ] = True,
) -> None:
    """Judge the detectors on recordings of real homes, beside what others do, on the same injected emergencies."""
    from anxin.evaluation.options import options_of
    from anxin.evaluation.run import evaluate_command

    options = options_of(
        data, detector=detector, budget=budget, answered=answered, seed=seed, injections=injections, curve=curve,
        html=html, language=language, as_json=as_json, workers=workers,
        learns=learns, faults=faults, doubts=doubts,
    )  # fmt: skip
    raise SystemExit(evaluate_command(options))


@app.command()
def decode(
    files: Annotated[list[Path], typer.Argument(help="Messages of a device in JSON: convention, messages, profile.")],
    *,
    explain: Annotated[bool, typer.Option("--explain", help="Add the rules that judged each reading.")] = False,
) -> None:
    """Read device messages from files and print what they say: one JSON object per file and line."""
    from anxin.decode import run_decode

    run_decode(files, explain=explain)


@app.command("broker-acl")
def broker_acl(
    acl: Annotated[Path | None, typer.Option(help="Write the acl_file here; without it, it is printed.")] = None,
    passwords: Annotated[
        Path | None, typer.Option(help="Keep this password_file in step: new passwords are printed once.")
    ] = None,
    family: Annotated[list[str] | None, typer.Option(help="NAME=HOME: may read that home's family topic.")] = None,
    board: Annotated[list[str] | None, typer.Option(help="NAME=AREA: may read that area's topics.")] = None,
) -> None:
    """Who may write which topics, for Mosquitto: every enrolled gateway below its own prefix, and nobody else."""
    from anxin.broker_acl import AclRequest, write_acl
    from anxin.settings import load

    wanted = AclRequest(acl, passwords, tuple(family or ()), tuple(board or ()))
    for line in write_acl(load(), wanted):
        typer.echo(line)


@app.command()
def doctor() -> None:
    """Say in plain words what is not right: broker, stores, clock, duty gaps, channels. Exit 1 if anything is."""
    from anxin.doctor import examine
    from anxin.settings import load

    findings = asyncio.run(examine(load()))
    for finding in findings:
        typer.echo(finding.line)
    raise SystemExit(1 if any(finding.bad for finding in findings) else 0)


@app.command(name="settings")
def show_settings() -> None:
    """Every setting with its meaning and what it is now; secrets are never shown."""
    from anxin.settings import PREFIX, Settings, load, without_password

    now = load()
    for name, field in Settings.model_fields.items():
        meaning = f"   {field.description}" if field.description else ""
        shown = without_password(str(getattr(now, name)))
        typer.echo(f"{PREFIX}{name.upper():26s} {shown:34s}{meaning}")
