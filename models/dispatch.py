"""What happens to a notice's letter at the last moment: whether it may still go, and its words filled in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from config.notices import NAME
from models import answers, calls, danger, handoffs, notice_lines, quiet, reminders, subscriptions
from models.members import Contact, Member
from models.messages import Choice, Outgoing
from models.notices import TOLD, Notice
from models.outbox import HELD, PULLED, Letter, body_of

LATE, BLOCKED, OPTED_OUT, GONE = "late", "blocked", "opted_out", "duplicate"


class Fills(dict[str, str]):
    """The values of placeholders; one that nobody gave is left empty, for a letter must never fail on its words."""

    def __missing__(self, name: str) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Round:
    """All that is looked up, once, for the letters that are about to leave."""

    notices: Mapping[int, Notice]
    members: Mapping[int, Member]
    alive: frozenset[str]
    spared: frozenset[int]
    lines: Mapping[tuple[int, int], Mapping[str, str]]
    removes: Mapping[tuple[int, int], str]


async def prepare(session: AsyncSession, letters: Sequence[Letter], *, now: datetime) -> list[Letter]:
    """Return the letters that may go, those of notices filled in; others end here, or wait until their member is up."""
    for letter in letters:
        if reminders.is_over(letter.key, now):
            letter.state, letter.reason, letter.settled_at = "skipped", LATE, now
    told = [letter for letter in letters if letter.notice_id]
    if not told:
        return [letter for letter in letters if letter.state == "leased"]
    found = await _round(session, told, now)
    for letter in told:
        notice, member = found.notices[letter.notice_id or 0], found.members.get(letter.member_id or 0)
        why = _ends(notice, member, letter, found, now)
        if member is None or why:
            letter.state, letter.reason, letter.settled_at = "skipped", why, now
        elif (later := _later(notice, member, found, now)) is not None:
            letter.state, letter.due, letter.leased_until = "waiting", later, None
        else:
            set_committed_value(letter, "body", body_of(_message(notice, member, found)))
    return [letter for letter in letters if letter.state == "leased"]


async def _round(session: AsyncSession, letters: Sequence[Letter], now: datetime) -> Round:
    members = {letter.member_id for letter in letters if letter.member_id}
    numbers = {letter.notice_id for letter in letters if letter.notice_id}
    rows = await session.scalars(select(Notice).where(Notice.id.in_(numbers)))
    about = {notice.id: notice for notice in rows}
    at = {letter.address for letter in letters}
    alive = select(Contact.address).where(
        Contact.channel == letters[0].channel, Contact.address.in_(at), Contact.dead_at.is_(None)
    )
    spared = select(Member.id).where(Member.id.in_(members), Member.id.in_(danger.in_danger(now)))
    found = await session.scalars(select(Member).where(Member.id.in_(members)))
    return Round(
        about,
        {member.id: member for member in found},
        frozenset(await session.scalars(alive)),
        frozenset(await session.scalars(spared)),
        await _lines(session, about.values(), sorted(members)),
        await _removes(session, about.values(), sorted(members)),
    )


async def _lines(
    session: AsyncSession, about: Iterable[Notice], members: Sequence[int]
) -> dict[tuple[int, int], dict[str, str]]:
    found = dict[tuple[int, int], dict[str, str]]()
    for notice in about:
        if notice.audience.get("sheet"):
            lines = await notice_lines.of(session, notice.id, members)
            found |= {(notice.id, member): said for member, said in lines.items()}
    return found


async def _removes(
    session: AsyncSession, about: Iterable[Notice], members: Sequence[int]
) -> dict[tuple[int, int], str]:
    found = dict[tuple[int, int], str]()
    for notice in about:
        if notice.removes:
            sent = (Letter.notice_id == notice.corrects, Letter.member_id.in_(members))
            rows = await session.execute(select(Letter.member_id, Letter.platform_id).where(*sent))
            found |= {(notice.id, member): platform for member, platform in rows if member}
    return found


def _ends(notice: Notice, member: Member | None, letter: Letter, found: Round, now: datetime) -> str:
    """Return why a letter does not go at all, or nothing."""
    if notice.send_until is not None and notice.send_until < now:
        return LATE
    if member is None:
        return GONE
    if letter.address not in found.alive:
        return BLOCKED
    wanted = notice.kind != "news" or subscriptions.has(member, notice.topic)
    return "" if wanted else OPTED_OUT


def _later(notice: Notice, member: Member, found: Round, now: datetime) -> datetime | None:
    """Return when a letter may go that may not go now: no notice for a day after danger, none in one's quiet time."""
    if notice.urgent:
        return None
    if member.id in found.spared:
        return now + handoffs.SPARED
    if member.quiet_from is None or member.quiet_to is None:
        return None
    return quiet.within(now, member.quiet_from, member.quiet_to)


def _message(notice: Notice, member: Member, found: Round) -> Outgoing:
    if notice.removes:
        return Outgoing("", removes=found.removes.get((notice.id, member.id), ""), lane="bulk")
    return message(notice, member, found.lines.get((notice.id, member.id), {}))


def message(notice: Notice, member: Member, line: Mapping[str, str]) -> Outgoing:
    """Return what *member* reads; *line* is what the sheet says of them."""
    fills = Fills({**_of_time(notice), **notice.fills, **line})
    if member.name:
        fills[NAME] = member.name
    return Outgoing(
        notice.text.format_map(fills),
        tuple(_choice(notice, button) for button in notice.choices),
        picture=notice.picture,
        file=notice.file,
        kind=notice.kind,  # type: ignore[arg-type]  # the plan allows only these
        lane="bulk",
    )


def _of_time(notice: Notice) -> dict[str, str]:
    """Return what a text says of the day it goes."""
    if notice.send_at is None:
        return {}
    month = notice.send_at.astimezone(quiet.BEIJING).month
    return {"month": f"{month}月", "quarter": f"{'一二三四'[(month - 1) // 3]}季度"}


def _choice(notice: Notice, button: Mapping[str, str]) -> Choice:
    to = button.get("to", "")
    return Choice(button["label"], answers.marked(notice.id, to) if to else "", button.get("url", ""))


async def write_calls(session: AsyncSession, notice: Notice, first: int, last: int) -> None:
    """Fill in what a colleague reads out to the members from *first* to *last*: the call list shows whole letters."""
    query = select(Letter, Member).join(Member, Member.id == Letter.member_id)
    mine = (
        Letter.notice_id == notice.id,
        Letter.channel == calls.CHANNEL,
        Letter.member_id.between(first, last),
    )
    rows = list(await session.execute(query.where(*mine)))
    lines = await notice_lines.of(session, notice.id, [member.id for _, member in rows])
    for letter, member in rows:
        letter.body = {"text": message(notice, member, lines.get(member.id, {})).text}


async def held(session: AsyncSession, address: str, *, now: datetime) -> list[tuple[Notice, Outgoing]]:
    """Return the notices that waited for a page whose member is there now, the oldest first; each counts as sent.

    Those whose time is over, or that the member does not want any more, end here; after danger all wait on, and so
    do those of a notice that rests.
    """
    query = select(Letter, Notice, Member).join(Notice, Notice.id == Letter.notice_id)
    mine = (
        Letter.channel == PULLED,
        Letter.address == address,
        Letter.state == HELD,
        Notice.state.in_(TOLD),
    )
    query = query.join(Member, Member.id == Letter.member_id).where(*mine).order_by(Letter.id)
    rows = list(await session.execute(query.with_for_update(of=Letter)))
    if not rows:
        return []
    found = await _round(session, [letter for letter, _, _ in rows], now)
    waiting = []
    for letter, notice, member in rows:
        why = _ends(notice, member, letter, found, now)
        if not why and member.id in found.spared:
            continue
        letter.state, letter.reason, letter.settled_at = ("skipped" if why else "sent"), why, now
        if not why:
            waiting.append((notice, _message(notice, member, found)))
    return waiting
