"""Who is there and until when an answer can be promised, by the duty hours."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from config.lists import Duty
from handlers.wording import BEIJING
from models.calendar import next_workday, workday


@dataclass(frozen=True, slots=True)
class Watch:
    """How things stand at one moment: *until* when an answer is promised, or which day colleagues come back."""

    staffed: bool
    on: bool
    until: datetime
    day: date


def watch(duty: Duty, now: datetime) -> Watch:
    """Return how things stand at *now*."""
    at = now.astimezone(BEIJING)
    off = {"holidays": duty.holidays, "workdays": duty.workdays}
    shift = duty.on(at.date())
    works = workday(at.date(), **off).works and shift is not None
    on = bool(duty.staff) and works and shift is not None and shift.start <= at.time() < shift.end
    before = works and shift is not None and at.time() < shift.start
    day = at.date() if on or before else _next(duty, at.date())
    until = at + timedelta(minutes=duty.answer_minutes)
    if shift is not None and on:
        until = min(until, datetime.combine(at.date(), shift.end, BEIJING))
    return Watch(bool(duty.staff), on, until if on else _noon(day), day)


def _next(duty: Duty, day: date) -> date:
    for _ in range(30):
        day = next_workday(day, holidays=duty.holidays, workdays=duty.workdays)
        if duty.on(day) is not None:
            return day
    return day


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=BEIJING)
