"""When notices go: a month with its holidays, working days and what is planned; and the time of one notice set on it."""

from calendar import Calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from handlers.console import Action, Away, Page, Reply, View, Visit
from handlers.notice_desk import READERS, STATES, TONES, WRITERS, one
from handlers.wording import BEIJING
from models import newsroom, notices
from models.base import Refused
from models.calendar import holiday, next_workday, workday
from models.notices import Notice

AT = time(9, 30)
"""The time of day that is offered first."""
MONTH, YEARS = "%Y-%m", range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the month on show: the *name* of a holiday, whether it is worked, and what goes on it."""

    date: date
    name: str
    works: bool
    notices: Sequence[Notice]


async def show_month(visit: Visit) -> Reply:
    """Show what is planned in a month."""
    return View("notice_calendar.html", await _month(visit))


async def show(visit: Visit) -> Reply:
    """Show the month on which a notice's time is chosen."""
    notice = await one(visit)
    duty = visit.content.duty
    offered = next_workday(visit.today.date(), holidays=duty.holidays, workdays=duty.workdays)
    chosen = notice.send_at.astimezone(BEIJING) if notice.send_at else datetime.combine(offered, AT)
    month = await _month(visit, default=chosen.date())
    return View("notice_schedule.html", {**month, "notice": notice, "chosen": chosen})


async def schedule(visit: Visit) -> Reply:
    """Let the notice go at the day and time that were chosen."""
    try:
        at = datetime.fromisoformat(f"{visit.said('day')}T{visit.said('time')}").replace(tzinfo=BEIJING)
    except ValueError as error:
        raise Refused("moment_wrong") from error
    return await _go(visit, at)


async def send(visit: Visit) -> Reply:
    """Let the notice go now."""
    return await _go(visit, visit.now)


async def repeat(visit: Visit) -> Reply:
    """Let a series begin at the next of its days."""
    return await _go(visit, None)


async def _go(visit: Visit, at: datetime | None) -> Reply:
    notice = await one(visit)
    set_ = await notices.schedule(visit.session, notice.id, visit.staff.login, send_at=at, now=visit.now)
    when = (set_.send_at or visit.now).astimezone(BEIJING)
    return Away(f"/notices/{notice.id}", f"定好了，{when:%Y-%m-%d %H:%M} 开始发。")


async def _month(visit: Visit, default: date | None = None) -> dict[str, object]:
    """Return the month that the address names, else that of *default*, else this one."""
    first = _first(visit.query.get("month", "")) or (default or visit.today.date()).replace(day=1)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    opens, closes = (
        datetime.combine(day, time(), BEIJING) for day in (weeks[0][0], weeks[-1][-1] + timedelta(days=1))
    )
    going: dict[date, list[Notice]] = {}
    for notice in await newsroom.planned(visit.session, visit.scope, opens, closes):
        going.setdefault((notice.send_at or opens).astimezone(BEIJING).date(), []).append(notice)
    return {
        "first": first, "before": (first - timedelta(days=1)).strftime(MONTH),
        "after": (first + timedelta(days=31)).strftime(MONTH), "states": STATES, "tones": TONES,
        "weeks": [[_day(visit, day, going.get(day, [])) for day in week] for week in weeks],
    }  # fmt: skip


def _first(said: str) -> date | None:
    try:
        found = datetime.strptime(said, MONTH).replace(tzinfo=BEIJING).date()
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _day(visit: Visit, day: date, going: Sequence[Notice]) -> Day:
    duty = visit.content.duty
    return Day(day, holiday(day), workday(day, holidays=duty.holidays, workdays=duty.workdays).works, going)


pages = (
    Page("/notices/calendar", "通知日历", READERS, show_month),
    Page(
        "/notices/{number}/schedule", "定时间", WRITERS, show,
        {
            "schedule": Action("定通知的时间", schedule), "send": Action("现在就发通知", send),
            "repeat": Action("开始按规则重复", repeat),
        },
    ),
)  # fmt: skip
