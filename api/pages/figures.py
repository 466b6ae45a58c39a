"""The page of figures: were the alerts right, and were people fast; by area and month, to print and to download."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from alerts import wording
from api.access import Action
from api.areas.overview import areas_of, tree
from api.depends import Looks, Ports, Requires
from api.figures.endpoints import AreaAsked, MonthAsked
from api.figures.sheet import Sheet, sheet
from api.figures.view import Figures, Judged, Split, Timed, figures, latest_months
from api.pages.shell import shell
from api.pages.words import Words
from api.services import Services
from api.sessions import Visit
from core.concerns import ConcernKind, Severity
from core.ledger import Precision, ServiceLevel, Share
from core.places import Area, Home, Inventory, of_area

router = APIRouter(include_in_schema=False)

WORST = 15
"""How many homes the page lists, those with the most alerts in vain first; the table to download has all."""

_Sees = Annotated[Visit, Depends(Requires(Action.SEE_ALERTS))]


@dataclass(frozen=True, slots=True)
class FigureWords:
    """How figures are said: names of rows, shares with what they rest on, spans."""

    words: Words
    areas: Mapping[str, Area]
    homes: Mapping[str, Home]

    def name(self, row: Judged | Timed) -> str:
        match row.split:
            case Split.ALL:
                return self.words.t("area.all")
            case Split.KIND:
                return self.words.kind(ConcernKind(row.key))
            case Split.SEVERITY:
                return self.words.severity(Severity(row.key))
            case Split.AREA:
                return self.areas[row.key].name if row.key in self.areas else row.key
            case Split.HOME:
                return self._place(row.key)
            case Split.MONTH:
                return row.key

    def _place(self, key: str) -> str:
        """A home by its address; an area in a home's place by its name."""
        if key in self.homes:
            return self.homes[key].address
        area = self.areas.get(key.removeprefix(of_area("")))
        return key if area is None else area.name

    def has_page(self, row: Judged | Timed) -> bool:
        return row.split is Split.HOME and row.key in self.homes

    def precision(self, each: Precision) -> str:
        return self._share(each.real, each.counted, each)

    def share(self, each: Share) -> str:
        return self._share(each.within, each.of, each)

    def _share(self, hits: int, of: int, told: Precision | Share) -> str:
        """Never a bare percentage: with its interval, and below so many cases the counts in its place."""
        if told.interval is None:
            return "–"
        low, high = _percent(told.interval.low), _percent(told.interval.high)
        if told.share is None:
            return self.words.t("figures.few", hits=hits, of=of, low=low, high=high)
        return self.words.t("figures.share", percent=_percent(told.share), low=low, high=high)

    def span(self, seconds: float | None) -> str:
        return "–" if seconds is None else wording.duration(seconds, self.words.language)

    def within(self, level: ServiceLevel) -> str:
        return wording.duration(level.within, self.words.language)

    def promise(self, level: ServiceLevel) -> str:
        return f"{level.share * 100:g}"

    def met(self, level: ServiceLevel, share: Share) -> str:
        return {True: "kept", False: "broken", None: "untold"}[level.met(share)]


def _percent(share: float) -> str:
    """Whole per cent, except that neither "none" nor "all" is said of what is nearly so."""
    return f"{min(max(share * 100, 1), 99):.0f}" if 0 < share < 1 else f"{share * 100:.0f}"


@router.get("/figures")
def figures_page(
    request: Request, visit: _Sees, ports: Ports, looks: Looks, area: AreaAsked = "", month: MonthAsked = ""
) -> Response:
    found = _found(ports, visit, looks, area, month)
    page, inventory = shell(request, ports, visit), ports.inventory()
    months = [f"{day:%Y-%m}" for day in reversed(latest_months(page.words.local(page.now).date()))]
    return page.page(
        "figures",
        view=found,
        f=_words(page.words, inventory),
        homes=found.judged(Split.HOME)[:WORST],
        areas=list(tree(areas_of(inventory, visit.viewer))),
        months=months if month in {"", *months} else [month, *months],
        area_name=inventory.areas[area].name if area in inventory.areas else page.t("area.all"),
    )


@router.get("/figures/{which}.csv")
def figures_sheet(
    which: Sheet,
    request: Request,
    visit: _Sees,
    ports: Ports,
    looks: Looks,
    area: AreaAsked = "",
    month: MonthAsked = "",
) -> Response:
    found = _found(ports, visit, looks, area, month)
    page = shell(request, ports, visit)
    name = f"anxin-{which.value}-{month or f'{found.months[0]:%Y-%m}--{found.months[-1]:%Y-%m}'}.csv"
    return Response(
        sheet(which, found, _words(page.words, ports.inventory()).name, page.t),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _found(ports: Services, visit: Visit, looks: Looks, area: str, month: str) -> Figures:
    found = figures(ports, visit.viewer, area=area, month=month)
    looks.note(visit.viewer, "figures", area or "*", ports.clock.now())
    return found


def _words(words: Words, inventory: Inventory) -> FigureWords:
    return FigureWords(words, inventory.areas, inventory.homes)
