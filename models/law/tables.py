"""What calculators look up: figures by day, and working days with staff's overrides."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Self

from config.content import Content
from config.figures import UNVERIFIED, Figure, Figures
from models.calendar import Day, workday
from models.law.dates import ONE
from models.law.result import Notes, cents


@dataclass(frozen=True, slots=True)
class Law:
    """The figures, and the days that staff have declared free or worked."""

    figures: Figures
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    @classmethod
    def of(cls, content: Content) -> Self:
        """Return what *content* holds of it."""
        return cls(content.figures, frozenset(content.duty.holidays), frozenset(content.duty.workdays))

    def on(self, day: date, notes: Notes) -> Day:
        """Return whether *day* is worked; where no calendar is published, that is warned of."""
        found = workday(day, holidays=self.holidays, workdays=self.workdays)
        if not found.complete:
            notes.warn("calendar", year=day.year)
        return found

    def roll(self, day: date, notes: Notes) -> date:
        """Return the first worked day on or after *day*."""
        while not self.on(day, notes).works:
            day += ONE
        return day

    def figure(self, name: str, day: date, notes: Notes, given: Fraction | None = None) -> Fraction | None:
        """Return what was *given*, else the figure called *name* as it was on *day*, which is then named; None without any."""
        if given is not None:
            return given
        figure: Figure = getattr(self.figures, name)
        row = figure.at(day)
        if row is None:
            return None
        value = Fraction(row.value)
        notes.assume(
            "figure",
            title=figure.title,
            value=row.value,
            unit=figure.unit,
            since=row.effective_from,
            source=row.source,
        )
        if row.mark == UNVERIFIED:
            notes.warn("unverified", title=figure.title)
        return value

    def divisor(self, name: str, day: date, notes: Notes) -> Fraction:
        """Return the days or hours that a month's pay is divided by; before the first row, as in the first, with a warning."""
        figure: Figure = getattr(self.figures, name)
        row = figure.at(day)
        if row is None:
            row = figure.rows[0] if day < figure.rows[0].effective_from else figure.rows[-1]
            notes.warn("divisor", human=True, value=row.value)
        return Fraction(row.value)

    def lifted(self, amount: Fraction, day: date, given: Fraction | None, notes: Notes) -> Fraction:
        """Return *amount*, or the minimum wage of *day* where that is more."""
        least = self.figure("min_wage_month", day, notes, given)
        if least is None:
            notes.warn("no_min_wage")
            return amount
        if least > amount:
            notes.did("lifted", least=cents(least))
        return max(amount, least)
