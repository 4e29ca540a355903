"""What calculators look up: figures of the day, marked as unsure where they are, and working days."""

from datetime import date
from fractions import Fraction

from models.law.result import Notes, cents, counted, plain
from models.law.tables import Law
from tests.models.law.reference import law

DAY = date(2026, 5, 6)


def marked(mark: str) -> Law:
    """Return the law with one minimum wage, of this mark, which has ended."""
    figure = law().figures.min_wage_month
    row = figure.rows[-1].model_copy(update={"mark": mark, "effective_to": date(2026, 12, 31)})
    changed = figure.model_copy(update={"rows": (row,)})
    return Law(law().figures.model_copy(update={"min_wage_month": changed}))


def test_unverified_figure_is_told_as_such():
    for mark, warned in (("U", ["unverified"]), ("V1", [])):
        notes = Notes()
        assert marked(mark).figure("min_wage_month", DAY, notes) == 2540
        assert [note.key for note in notes.warnings] == warned


def test_figure_that_was_given_is_neither_assumed_nor_warned_of():
    notes = Notes()

    assert marked("U").figure("min_wage_month", DAY, notes, Fraction(1)) == 1
    assert (notes.assumptions, notes.warnings) == ([], [])


def test_figure_that_has_ended_is_none():
    assert marked("V2").figure("min_wage_month", date(2027, 1, 1), Notes()) is None


def test_divisor_outside_of_the_table_is_the_nearest_with_a_warning():
    figures = law().figures
    first = figures.pay_days.rows[0].model_copy(update={"value": Fraction(20)})
    last = figures.pay_days.rows[1].model_copy(update={"effective_to": date(2026, 12, 31)})
    changed = figures.pay_days.model_copy(update={"rows": (first, last)})
    own = Law(figures.model_copy(update={"pay_days": changed}))

    found = {}
    for day in (date(2007, 12, 31), date(2008, 1, 1), DAY, date(2027, 1, 1)):
        notes = Notes()
        found[day.year] = own.divisor("pay_days", day, notes), notes.needs_human
    assert found == {
        2007: (20, True), 2008: (20, False), 2026: (Fraction("21.75"), False), 2027: (Fraction("21.75"), True)
    }  # fmt: skip


def test_first_working_day_is_after_the_holiday_and_by_what_staff_say():
    own = Law(law().figures, frozenset([date(2026, 10, 8)]), frozenset([date(2026, 10, 5)]))

    assert law().roll(date(2026, 10, 3), Notes()) == date(2026, 10, 8)
    assert own.roll(date(2026, 10, 3), Notes()) == date(2026, 10, 5)
    assert own.roll(date(2026, 10, 6), Notes()) == date(2026, 10, 9)


def test_same_note_is_taken_down_once():
    notes = Notes()
    for _ in range(2):
        notes.warn("calendar", year=2027)
        notes.assume("leave.beijing")
    notes.warn("calendar", year=2028)

    assert [note.values for note in notes.warnings] == [{"year": 2027}, {"year": 2028}]
    assert len(notes.assumptions) == 1


def test_numbers_are_rounded_half_up_and_told_plainly():
    half = Fraction("0.005")

    assert [cents(number) for number in (half, half - Fraction(1, 10**30), Fraction(2, 3), Fraction(0))] == [
        "0.01", "0.00", "0.67", "0.00",
    ]  # fmt: skip
    assert [plain(Fraction(number)) for number in ("7.5", "10", "100", "0", "0.25")] == [
        "7.5",
        "10",
        "100",
        "0",
        "0.25",
    ]
    assert [counted(Fraction(number)) for number in ("2", "2.5")] == [2, "2.5"]
