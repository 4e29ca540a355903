"""Until when an offer holds: the length, quiet hours, and the nearness of the event."""

from datetime import UTC, datetime, time, timedelta

from models.calendar import next_workday, workday
from models.events import Event
from models.quiet import BEIJING, QUIET_FROM, QUIET_TO

EARLIEST, LATEST = time(9), time(20)
FAR, DAY = timedelta(hours=48), timedelta(hours=24)
SHORTEST = timedelta(minutes=20)
SHARE = 4


def offered_until(event: Event, *, now: datetime) -> datetime:
    """Return until when a place of *event* offered now is kept.

    No offer takes more than a quarter of the time that is left, nor less than twenty minutes; a whole day ends by day.
    """
    begins = _clock_starts(event.starts, now)
    length = timedelta(minutes=event.offer_minutes)
    if event.starts is not None:
        length = max(SHORTEST, min(length, (event.starts - begins) / SHARE))
    ends = begins + length
    return _by_day(ends) if length >= DAY else ends


def _clock_starts(starts: datetime | None, now: datetime) -> datetime:
    """Return *now*, or the next working morning when now is a quiet time and the event is far enough away."""
    here = now.astimezone(BEIJING)
    today = workday(here.date()).works
    if today and QUIET_TO <= here.time() < QUIET_FROM:
        return now
    if starts is not None and starts - now <= FAR:
        return now
    day = here.date() if today and here.time() < QUIET_TO else next_workday(here.date())
    morning = datetime.combine(day, QUIET_TO, BEIJING).astimezone(UTC)
    return morning if starts is None or morning + SHORTEST <= starts else now


def _by_day(ends: datetime) -> datetime:
    here = ends.astimezone(BEIJING)
    at = min(max(here.time(), EARLIEST), LATEST)
    return datetime.combine(here.date(), at, BEIJING).astimezone(UTC)
