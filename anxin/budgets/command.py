"""`anxin budget …`: what holds where, and proposing another. Only a person puts it in effect, in the console."""

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from anxin.budgets.book import BudgetBook
from anxin.clock import ScaledClock, parse_epoch, system_clock
from anxin.settings import Settings, SettingsRefused, load
from anxin.stores import Stores, open_database
from core.budgets import LEAST, MOST, Budget, BudgetFlaw, latest, nearest
from core.places import Inventory, of_area

app = typer.Typer(no_args_is_help=True, help="What false alarms homes may cost: look, and propose.")

ABOVE = "above"
WHY = {
    BudgetFlaw.NO_NUMBER: f"the budget must be a number, or {ABOVE!r}",
    BudgetFlaw.TOO_LOW: f"at least {LEAST:g} a month: below that a fall is found so late that finding it helps little",
    BudgetFlaw.TOO_HIGH: f"at most {MOST:g} a month: whoever is sent in vain more often than weekly stops going",
    BudgetFlaw.NO_REASON: "--why must say why",
    BudgetFlaw.NOTHING_CHANGES: "no home there would have another budget than now",
}


@app.command("list")
def list_budgets(
    *,
    homes: Annotated[bool, typer.Option("--homes", help="Every home too, not only areas.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")] = False,
) -> None:
    """What every area may cost, and where that was set."""
    settings = load()
    with open_database(settings, migrate=True) as stores:
        book = _book(settings, stores)
        for row in _rows(book, homes=homes):
            line = "{budget:>5g}  {place}  ({set_at})".format(**row)
            typer.echo(json.dumps(row, ensure_ascii=False) if as_json else line)
        for proposal in book.proposals(open_only=True):
            if not as_json:
                typer.echo(f"{_told(proposal.value):>5}  {proposal.place}  {proposal.state}: {proposal.note}")


@app.command()
def propose(
    place: Annotated[str, typer.Argument(help="An area's or a home's id.")],
    value: Annotated[str, typer.Argument(help=f"False alarms a month, {LEAST:g} to {MOST:g}, or {ABOVE!r}.")],
    why: Annotated[str, typer.Option(help="Others will read it.")],
    by: Annotated[str, typer.Option(help="Your person's id in the inventory.")],
) -> None:
    """Have another budget replayed on the past 60 days. Nothing changes until somebody puts it in effect."""
    settings = load()
    with open_database(settings, migrate=True) as stores:
        book = _book(settings, stores)
        if by not in stores.inventory.directory().people:
            raise SettingsRefused(f"--by {by}: there is no such person")
        found = book.propose(_place(book.inventory(), place), _value(value), by=by, note=why)
    if isinstance(found, BudgetFlaw):
        raise SettingsRefused(f"{place} {value}: {WHY[found]}")
    typer.echo(f"{found.id}: a running server replays it; look, and put it in effect, at /budgets/{found.id}")


def _book(settings: Settings, stores: Stores) -> BudgetBook:
    inventory, clock = stores.inventory.inventory(), _clock(settings)
    return BudgetBook(stores.budgets, lambda: inventory, clock, settings.false_alarms_per_month)


def _clock(settings: Settings) -> ScaledClock:
    return parse_epoch(settings.clock) if settings.clock else system_clock()


def _rows(book: BudgetBook, *, homes: bool) -> Iterator[dict[str, Any]]:
    inventory = book.inventory()
    set_at = latest(book.versions(), book.clock.now())
    places = [of_area(area) for area in inventory.areas] + (list(inventory.homes) if homes else [])
    for place in places:
        budget: Budget = nearest(inventory, set_at, place, setting=book.setting)
        yield {"place": place, "budget": budget.value, "set_at": budget.place or "the setting"}


def _place(inventory: Inventory, place: str) -> str:
    if place in inventory.homes or inventory.area_meant(place) is not None:
        return place
    if place in inventory.areas:
        return of_area(place)
    raise SettingsRefused(f"{place}: there is no such area or home")


def _value(text: str) -> float | None:
    if text == ABOVE:
        return None
    try:
        return float(text)
    except ValueError:
        raise SettingsRefused(f"{text}: {WHY[BudgetFlaw.NO_NUMBER]}") from None


def _told(value: float | None) -> str:
    return ABOVE if value is None else f"{value:g}"
