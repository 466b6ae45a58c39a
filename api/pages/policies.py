"""Who is asked when: a policy in plain words, a dry run of tonight, and the form that writes its next version."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from alerts.canary import LOOP
from api.access import Action, Viewer
from api.depends import Ports, Requires
from api.duty.ahead import able
from api.errors import Code, Problem
from api.pages.forms import UNPROCESSABLE, PolicyForm, go_on
from api.pages.shell import shell
from api.policies.draft import MOST_LEVELS, SPARE_LEVELS, Draft, DraftLevel, Wrong, draft_from, draft_of, policy_of
from api.policies.dry_run import Step, dry_run
from api.services import Services
from api.sessions import Visit
from core.concerns import ConcernKind, Severity
from core.people import Bond
from core.places import Home
from core.policies import ROLES, Asking, Named, Policy, Target
from core.policy_versions import PolicyVersion, next_version

router = APIRouter(include_in_schema=False)

PATH = "/policies"
_KINDS = tuple(kind for kind in ConcernKind if kind is not ConcernKind.CANARY)
MOST_HOMES_LISTED = 300
FURTHEST = timedelta(days=3660)
"""How far from now a dry run may be."""
Short = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which policy is looked at, and for whom and when it is tried."""

    severity: Severity
    kind: ConcernKind | None
    home: Home | None
    at: datetime

    @property
    def path(self) -> str:
        kind = self.kind.value if self.kind else ""
        return f"{PATH}?severity={self.severity.value}&kind={kind}"


@router.get(PATH)
def policies_page(
    request: Request,
    visit: Annotated[Visit, Depends(Requires(Action.SEE_POLICIES))],
    ports: Ports,
    severity: Short = "",
    kind: Short = "",
    home: Short = "",
    at: Short = "",
) -> Response:
    chosen = _chosen(ports, visit.viewer, {"severity": severity, "kind": kind, "home": home, "at": at})
    return _page(request, visit, ports, chosen)


def _chosen(ports: Services, viewer: Viewer, asked: Mapping[str, str]) -> Chosen:
    """Raises Problem NOT_FOUND for a home that is not the viewer's, INVALID for what is no severity, kind or time."""
    homes = viewer.homes_of(ports.inventory())
    wanted = asked.get("home", "").strip()
    home = next((h for h in homes if h.id == wanted or (wanted and wanted in h.address)), None) if wanted else None
    if wanted and home is None:
        raise Problem(Code.NOT_FOUND)
    home = home or next(iter(homes), None)
    try:
        severity = Severity(asked.get("severity") or Severity.RED)
        kind = ConcernKind(asked["kind"]) if asked.get("kind") else None
        now = ports.clock.now()
        at = datetime.fromisoformat(asked["at"]) if asked.get("at") else now
        at = at if at.tzinfo else at.replace(tzinfo=home.zone if home is not None else now.tzinfo)
        near = abs(at - now) <= FURTHEST
    except (ValueError, OverflowError) as error:
        raise Problem(Code.INVALID) from error
    if not near:
        raise Problem(Code.INVALID)
    return Chosen(severity, kind, home, at)


def _page(
    request: Request,
    visit: Visit,
    ports: Services,
    chosen: Chosen,
    *,
    draft: Draft | None = None,
    wrong: Wrong | None = None,
    tried: Policy | None = None,
    stale: bool = False,
) -> Response:
    """`stale`: somebody has written a version since the page was made; the draft is kept, to be saved knowingly."""
    versions, now = ports.policies.versions(), ports.policies.current()
    policy = now.by_severity[chosen.severity] if chosen.kind is None else now.of(chosen.severity, chosen.kind)
    is_own = chosen.kind is None or (chosen.severity, chosen.kind) in now.by_kind
    shown = draft or draft_of(policy)
    spare = min(MOST_LEVELS - len(shown.levels), SPARE_LEVELS)
    homes = visit.viewer.homes_of(ports.inventory())
    return shell(request, ports, visit, home=chosen.home).page(
        "policies",
        status=UNPROCESSABLE if wrong or stale else 200,
        stale=stale,
        chosen=chosen,
        policy=policy,
        is_own=is_own,
        withdrawable=_is_written(versions, chosen),
        table=[
            (each, kind) for each in Severity for kind in (None, *_KINDS) if kind is None or (each, kind) in now.by_kind
        ],
        steps=_steps(ports, chosen, tried or policy),
        run_last=(tried or policy).last,
        is_try=tried is not None,
        draft=shown,
        levels=(*shown.levels, *(DraftLevel() for _ in range(spare))),
        wrong=wrong,
        version=next_version(ports.policies.base, versions, chosen.severity, chosen.kind),
        history=[each for each in versions if (each.severity, each.kind) == (chosen.severity, chosen.kind)],
        homes=homes[:MOST_HOMES_LISTED],
        may_change=visit.viewer.may(Action.CHANGE_POLICIES),
        named=_named(ports, policy, shown),
        **_choices(),
    )


def _choices() -> dict[str, Any]:
    return {"severities": tuple(Severity), "kinds": _KINDS, "roles": ROLES, "askings": tuple(Asking)}


def _is_written(versions: object, chosen: Chosen) -> bool:
    assert isinstance(versions, list | tuple)
    own: list[PolicyVersion] = [v for v in versions if (v.severity, v.kind) == (chosen.severity, chosen.kind)]
    return bool(own) and max(own, key=lambda each: each.version).policy is not None


def _steps(ports: Services, chosen: Chosen, policy: Policy) -> tuple[Step, ...]:
    home = chosen.home
    if home is None:
        return ()
    return dry_run(
        policy,
        home=home,
        severity=chosen.severity,
        kind=chosen.kind or ConcernKind.SILENCE,
        at=chosen.at,
        reach=lambda instant, of: ports.desk.reacher.reach(home.id, instant, of),
    )


def _named(ports: Services, policy: Policy, draft: Draft) -> list[tuple[str, str]]:
    """Whom a level may name: whoever serves as a person, others who are nobody's family as a contract."""
    directory, rota = ports.directory(), ports.rota()
    names = {person.id: person.name for person in directory.people.values()}
    captains = {tie.person for tie in directory.ties if tie.bond is Bond.CAPTAIN}
    serving = captains | {row.person for row in rota if row.person is not None}
    found = [Named(Target.PERSON if person in serving else Target.CONTRACT, person) for person in able(directory, rota)]
    already = {text for level in draft.levels for text in level.targets if ":" in text}
    already |= {each.value for each in policy.named}
    options = {each.value: names.get(each.person, each.person) for each in found}
    return [*options.items(), *((text, text) for text in sorted(already - options.keys()))]


async def policy_fields(request: Request) -> dict[str, list[str]]:
    """Every field of the form with all its values: levels are numbered, so that their names are not known before."""
    form = await request.form()
    return {key: [str(value) for value in form.getlist(key)] for key in form}


@router.post(PATH)
def change_policy(
    request: Request,
    visit: PolicyForm,
    ports: Ports,
    fields: Annotated[dict[str, list[str]], Depends(policy_fields)],
) -> Response:
    """`do`: try it, save it, or withdraw what the office has written."""
    single = {key: values[0] for key, values in fields.items() if values}
    chosen = _chosen(ports, visit.viewer, single)
    number = next_version(ports.policies.base, ports.policies.versions(), chosen.severity, chosen.kind)
    if single.get("do") == "withdraw":
        return _written(ports, visit, chosen, number, single, policy=None)
    draft = draft_from(fields)
    name = chosen.severity.value if chosen.kind is None else f"{chosen.severity.value}.{chosen.kind.value}"
    channels = [way for way in ports.proving.channels if way != LOOP]
    policy = policy_of(draft, name=name, version=number, severity=chosen.severity, channels=channels)
    if isinstance(policy, Wrong):
        return _page(request, visit, ports, chosen, draft=draft, wrong=policy)
    if single.get("do") == "try":
        return _page(request, visit, ports, chosen, draft=draft, tried=policy)
    if single.get("version") != str(number):
        return _page(request, visit, ports, chosen, draft=draft, stale=True)
    return _written(ports, visit, chosen, number, single, policy=policy)


def _written(
    ports: Services, visit: Visit, chosen: Chosen, number: int, fields: Mapping[str, str], *, policy: Policy | None
) -> Response:
    """As the next version, if nobody has written one since the page was made."""
    note = fields.get("note", "").strip()[:300]
    version = PolicyVersion(chosen.severity, chosen.kind, number, policy, ports.clock.now(), visit.viewer.person, note)
    if fields.get("version") != str(number) or not ports.policies.add(version):
        return go_on(f"{chosen.path}&problem={Code.STALE.value}")
    return go_on(f"{chosen.path}&said=policy_changed")
