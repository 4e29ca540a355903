"""When something comes again: a cron expression, or days of months moved to working days."""

from datetime import time
from typing import Annotated, Literal, Self

from apscheduler.triggers.cron import CronTrigger
from pydantic import Field, model_validator

from config.entries import Checked

Day = Annotated[int, Field(ge=-28, le=31)]
Month = Annotated[int, Field(ge=1, le=12)]


class Recurrence(Checked):
    """By Beijing's clock: *cron* (five fields), or *days* of the *months* (all without any) at a time of day.

    A negative day counts from the end of the month; a day that the month does not have is left out. *shift* moves a
    day that is not worked to the last working day before it, or the first after.
    """

    cron: str = ""
    days: tuple[Day, ...] = ()
    months: tuple[Month, ...] = ()
    at: time = time(9, 30)
    shift: Literal["", "before", "after"] = ""

    @model_validator(mode="after")
    def _comes_again(self) -> Self:
        if bool(self.cron) == bool(self.days):
            raise ValueError("recurrence: has either cron or days")
        if 0 in self.days:
            raise ValueError("recurrence: there is no day 0; -1 is the last of a month")
        if self.cron:
            try:
                CronTrigger.from_crontab(self.cron)
            except ValueError as error:
                raise ValueError(f"recurrence: cron: {error}") from error
        return self
