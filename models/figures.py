"""The year in figures: what was done in each quarter, by union."""

from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from models import periods
from models.applications import Application
from models.case_figures import FLOOR
from models.cases import Case
from models.events import OPEN, Event
from models.handoffs import HandOff
from models.members import Member
from models.notices import Notice
from models.places import ATTENDED, Place
from models.rights import Scope

WHAT = ("events", "lectures", "sign_ups", "attended", "handoffs", "cases", "applications", "notices")
LECTURE, QUARTERS = "lecture", 4


@dataclass(slots=True)
class Figures:
    """How often each of `WHAT` happened, by quarter (0 to 3) and union; "" stands for no union, or all of them."""

    rows: dict[tuple[int, str], dict[str, int]] = field(default_factory=dict)

    def add(self, what: str, quarter: int, union: str, number: int) -> None:
        """Count *number* more."""
        told = self.rows.setdefault((quarter, union), dict.fromkeys(WHAT, 0))
        told[what] += number

    def of_quarter(self, what: str, quarter: int) -> int:
        """Return the number of one quarter, all unions together."""
        return sum(told[what] for (at, _), told in self.rows.items() if at == quarter)

    def of_union(self, what: str, union: str) -> int:
        """Return the number of one union, the whole year."""
        return sum(told[what] for (_, whose), told in self.rows.items() if whose == union)

    @property
    def unions(self) -> list[str]:
        """Return the unions that there is a figure of."""
        return sorted({union for _, union in self.rows})


async def of_year(session: AsyncSession, scope: Scope, year: int) -> Figures:
    """Return the figures of *year* within *scope*; notices are nobody's own, and counted for the whole only."""
    bounds, found = periods.quarters(year), Figures()
    held = periods.counted(Event.starts, bounds, Event.union, Event.kind).where(Event.state == OPEN)
    held = scope.narrow(held, Event.union, Event.area)
    for quarter, union, kind, number in await session.execute(held):
        found.add("events", quarter, union, number)
        found.add("lectures", quarter, union, number if kind == LECTURE else 0)
    of_members = {
        "sign_ups": periods.counted(Place.joined_at, bounds, Member.union_name).select_from(Place),
        "attended": periods.counted(Place.since, bounds, Member.union_name)
        .select_from(Place)
        .where(Place.state == ATTENDED),
        "handoffs": periods.counted(HandOff.asked_at, bounds, Member.union_name).select_from(HandOff),
    }
    for what, query in of_members.items():
        mine = scope.narrow(query.join(Member), Member.union_name, Member.area)
        for quarter, union, number in await session.execute(mine):
            found.add(what, quarter, union, number)
    personal = {
        "cases": scope.narrow(periods.counted(Case.opened_at, bounds, Case.union), Case.union, Case.area),
        "applications": scope.narrow(
            periods.counted(Application.submitted_at, bounds, Application.union),
            Application.union, Application.area,
        ),
    }  # fmt: skip
    for what, query in personal.items():
        for quarter, union, number in await session.execute(query):
            if number >= FLOOR:
                found.add(what, quarter, union, number)
            elif scope.whole:  # of one union so few would point to somebody
                found.add(what, quarter, "", number)
    for quarter, number in (
        await session.execute(periods.counted(Notice.started_at, bounds)) if scope.whole else ()
    ):
        found.add("notices", quarter, "", number)
    return found
