"""An event as staff write it: made of last year's, or of a programme that has none yet, with all dates moved by one."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from config.entries import Entry, EventPlan, Question, Reserved
from handlers.wording import BEIJING
from models.base import Refused

KINDS = frozenset(["contest", "training", "festival", "lecture", "outing", "tickets", "club"])
"""The kinds of programmes that may have an event."""
YEAR, SLUG = timedelta(days=364), re.compile(r"-20\d\d(-\d+)?$")
TITLE_YEAR, TITLE_LENGTH, SLUG_LENGTH = re.compile(r"20\d\d"), 18, 34
PREFIX, CLOSES_BEFORE = "H", timedelta(days=1)
PAST = "往年"
FIRST = Question(name="unit", ask="您在哪个单位工作？")


def suggested_start(entry: Entry, now: datetime) -> datetime:
    """Return the start that is proposed: the same weekday a year later, or again a year later, until it lies ahead."""
    starts = entry.starts or now.astimezone(BEIJING).replace(hour=9, minute=0, second=0) + timedelta(days=30)
    while starts <= now:
        starts += YEAR
    return starts + YEAR if entry.event and starts == entry.starts else starts


def suggested_title(entry: Entry, starts: datetime) -> str:
    """Return the title with the year of *starts*, where there is room for it."""
    year = str(starts.astimezone(BEIJING).year)
    if TITLE_YEAR.search(entry.title):
        return TITLE_YEAR.sub(year, entry.title)
    dated = f"{year}年{entry.title}"
    return dated if entry.event and len(dated) <= TITLE_LENGTH else entry.title


def slug_of(entry: Entry, starts: datetime) -> str:
    """Return the name of the new event: that of the old one, with the year."""
    return f"{SLUG.sub('', entry.slug)[:SLUG_LENGTH]}-{starts.astimezone(BEIJING).year}"


def copied(entry: Entry, title: str, starts: datetime, *, today: date) -> dict[str, Any]:
    """Return *entry* once more, with form, caps and texts, and every date moved as far as its start."""
    assert entry.event is not None  # noqa: S101 -- only what has an event is copied
    by = starts - (entry.starts or starts)
    plan = entry.event
    said = tuple(phrasing.removeprefix(PAST) for phrasing in entry.phrasings)
    reserved = {
        union: Reserved(seats=kept.seats, release=_moved(kept.release, by))
        for union, kept in plan.reserved.items()
    }
    moved = plan.model_copy(
        update={
            "ends": _moved(plan.ends, by), "draws": _moved(plan.draws, by), "reserved": reserved,
            "cancel_until": _moved(plan.cancel_until, by), "dates": tuple(day + by for day in plan.dates),
        }
    )  # fmt: skip
    return body(
        entry, title=title, starts=starts, opens=_moved(entry.opens, by), closes=_moved(entry.closes, by),
        event=moved, checked_on=today, valid_until=None, covers=(), phrasings=said,
    )  # fmt: skip


def planned(entry: Entry, title: str, starts: datetime, policy: str, *, now: datetime) -> dict[str, Any]:
    """Return a programme without an event, with one: sign-ups from now until the day before it *starts*."""
    closes = max(starts - CLOSES_BEFORE, now + timedelta(hours=1))
    plan = EventPlan(prefix=PREFIX, policy=policy, draws=closes if policy == "lottery" else None)
    form = entry.form if entry.ends == "enrol" else (FIRST,)
    return body(
        entry, title=title, starts=starts, opens=now, closes=closes, event=plan, form=form, ends="enrol", checked_on=now.astimezone(BEIJING).date(),
    )  # fmt: skip


def stepped_back(entry: Entry) -> dict[str, Any]:
    """Return an event of the past, found by what members say of former years: the plain words lead to its successor."""
    return body(entry, phrasings=tuple(f"{PAST}{said.removeprefix(PAST)}" for said in entry.phrasings))


def body(entry: Entry, **values: Any) -> dict[str, Any]:
    """Return *entry* with other *values*, as it is kept."""
    changed = entry.model_copy(update=values)
    return changed.model_dump(mode="json", exclude_defaults=True, exclude={"slug"})


def _moved(moment: datetime | None, by: timedelta) -> datetime | None:
    return moment + by if moment else None


def categories(said: str) -> dict[str, int | None]:
    """Return the categories of the lines *said*: a name, and a cap behind it where there is one.

    Raises Refused: line_wrong.
    """
    found: dict[str, int | None] = {}
    for line in filter(str.strip, said.splitlines()):
        name, cap = _split(line.strip())
        found[name] = cap
    return found


def reserved(said: str) -> dict[str, Reserved]:
    """Return the seats kept for unions of the lines *said*: a name, a number, and the day they are given to all.

    Raises Refused: line_wrong.
    """
    found = dict[str, Reserved]()
    for line in filter(str.strip, said.splitlines()):
        rest, _, day = line.strip().rpartition(" ")
        try:
            release = datetime.fromisoformat(day).replace(tzinfo=BEIJING) if "-" in day else None
        except ValueError as error:
            raise Refused("line_wrong") from error
        name, seats = _split(rest if release else line.strip())
        if not seats:
            raise Refused("line_wrong")
        found[name] = Reserved(seats=seats, release=release)
    return found


def _split(line: str) -> tuple[str, int | None]:
    name, _, last = line.rpartition(" ")
    if not name:
        return line, None
    return (name.strip(), whole_number(last)) if last.isdigit() else (line, None)


def whole_number(said: str) -> int | None:
    """Return the number that was typed; None for nothing.

    Raises Refused: number_wrong.
    """
    if not said:
        return None
    if not (said.isascii() and said.isdigit() and len(said) <= 6):  # noqa: PLR2004 -- more people than the district has
        raise Refused("number_wrong")
    return int(said)


def lines(plan: EventPlan) -> Mapping[str, str]:
    """Return the categories and the kept seats of *plan* as they are typed."""
    caps = [f"{name} {cap}" if cap is not None else name for name, cap in plan.categories.items()]
    kept = [
        f"{union} {one.seats}" + (f" {one.release.astimezone(BEIJING):%Y-%m-%d}" if one.release else "")
        for union, one in plan.reserved.items()
    ]
    return {"categories": "\n".join(caps), "reserved": "\n".join(kept)}
