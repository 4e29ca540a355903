"""The console counts the days of a public list by the duty list's calendar, for one application and for several."""

from dataclasses import replace
from datetime import UTC, date, datetime

from tests.handlers.staff import aid


def with_free_days(office):
    """Give the duty list two free days and a Saturday that is worked."""
    content = office.edition.content
    free = {"holidays": (date(2026, 11, 11), date(2026, 11, 12)), "workdays": (date(2026, 11, 14),)}
    duty = content.duty.model_copy(update=free)
    office.edition = replace(office.edition, content=replace(content, duty=duty))


async def test_list_is_shown_on_the_working_days_of_the_duty_list(desks):
    with_free_days(desks)
    one, several = [await aid.applied(desks), await aid.applied(desks, slug="other")]
    li, zhao = await desks.enter("li", "caseworker"), await desks.enter("zhao", "approver")
    for number in (one, several):
        await aid.checked(li, number)

    await zhao.follow(f"/applications/{one}", "move", to="publicity")
    await zhao.follow("/applications", "decide", application=[several])

    # Tuesday the 10th: 13, Saturday 14, 16, 17, 18
    last = datetime(2026, 11, 18, 16, tzinfo=UTC)
    assert [(await aid.one(desks, number)).due for number in (one, several)] == [last, last]
