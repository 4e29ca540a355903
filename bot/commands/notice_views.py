"""Notices as tables and a bar, for the person at the keyboard."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from config.notices import NAME, OF_EVENT, OF_TIME, Template
from config.recurrence import Recurrence
from models.notices import Notice, NoticeStep
from models.outbox import HELD
from models.progress import FAILED, QUEUED, SENT, Forecast
from models.progress import Progress as Counted
from models.quiet import BEIJING

console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 160)


def moment(at: datetime | None) -> str:
    """Return a moment by Beijing's clock."""
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M") if at else "-"


def show_list(found: Sequence[Notice]) -> None:
    """Print one line a notice."""
    table = Table("N", "state", "kind", "title", "goes at", "until", "by", "approved by")
    for notice in found:
        table.add_row(
            str(notice.id), notice.state, notice.kind, notice.title, moment(notice.send_at),
            moment(notice.send_until), notice.created_by, notice.approved_by or "-",
        )  # fmt: skip
    console.print(table)


def show_templates(found: Mapping[str, Template]) -> None:
    """Print one line a ready notice, with what is to be filled in."""
    table = Table("template", "title", "kind", "comes again", "fill in")
    for name, template in sorted(found.items()):
        asked = template.placeholders - {NAME} - OF_TIME
        wanted = sorted(asked - OF_EVENT) + (["(event)"] if asked & OF_EVENT else [])
        table.add_row(name, template.title, template.kind, _comes(template.recurrence), " ".join(wanted))
    console.print(table)


def _comes(rule: Recurrence | None) -> str:
    if rule is None or rule.cron:
        return rule.cron if rule else "-"
    of_month = " ".join(map(str, rule.days))
    months = f" of {' '.join(map(str, rule.months))}" if rule.months else ""
    moved = f", the working day {rule.shift}" if rule.shift else ""
    return f"day {of_month}{months} at {rule.at:%H:%M}{moved}"


def show(
    notice: Notice, counted: Counted, steps: Sequence[NoticeStep], unions: Mapping[str, tuple[int, int]]
) -> None:
    """Print a notice: its words, how it went, and who did what."""
    console.print(f"notice {notice.id}: {notice.title} ({notice.kind}, {notice.state})", markup=False)
    console.print(notice.text, markup=False)
    console.print(
        f"audience {notice.audience}, template {notice.template or '-'} {notice.template_version}",
        markup=False,
    )
    console.print(
        f"{counted.total} letters: {counted.of(SENT)} sent, {counted.of(*QUEUED)} queued, {counted.of(HELD)} held, "
        f"{counted.of(*FAILED)} failed, {counted.of('skipped')} skipped, {counted.of('unknown')} unknown; "
        f"{counted.last_minute} in the last minute"
    )
    for reason, number in counted.reasons.items():
        console.print(f"  {reason}: {number}")
    for union, (got, all_) in unions.items():
        console.print(f"  {union or '(no union)'}: {got} of {all_}", markup=False)
    for step in steps:
        why = f" ({step.reason})" if step.reason else ""
        console.print(f"{moment(step.at)}  {step.by}: {step.was} -> {step.became}{why}", markup=False)


def show_plan(notice: Notice, plan: Forecast) -> None:
    """Print whom a notice reaches, how, and when it is through."""
    console.print(f"notice {notice.id}: {notice.title} ({notice.kind}, {notice.state})", markup=False)
    console.print(f"{plan.members} members, such as {', '.join(plan.sample) or 'nobody'}", markup=False)
    for channel, number in sorted(plan.now.items()):
        console.print(f"  {channel}: {number}")
    if plan.account:
        ways = ", ".join(f"{name} {number}" for name, number in plan.account._asdict().items() if number)
        console.print(f"  on WeChat by way: {ways}")
    console.print(f"  on the page, at their next visit: {plan.next_visit}")
    console.print(f"  by telephone: {plan.calls}\n  not reached: {plan.nobody}")
    if plan.now:
        console.print(f"the last letter leaves about {moment(plan.finishes)}")


class Bar:
    """How far a notice is, drawn over and over; nothing where there is no terminal."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
        self._task = self._progress.add_task("")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def update(self, notice: Notice, counted: Counted) -> None:
        """Draw how far *notice* is."""
        done = counted.total - counted.of(*QUEUED)
        told = f"{notice.title} ({notice.state}), {counted.last_minute} a minute"
        self._progress.update(self._task, description=told, total=counted.total, completed=done)
