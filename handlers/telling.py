"""The letters about sign-ups: what happened to a place is told to those whose it is."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from handlers import enrolling, wording
from handlers.service import Turn, letter
from models import calls, leaving, members, opinions, outbox, pairs, places, reminders
from models.events import Event
from models.members import Member
from models.messages import Choice, Incoming, Outgoing
from models.places import Change, Place
from models.reminders import Reminder

TOLD = {
    "offered": "enrol.offer",
    "lapsed": "enrol.lapsed",
    "cancelled": "enrol.taken_out",
    "rejected": "enrol.taken_out",
    "event_moved": "enrol.moved",
    "called_off": "enrol.called_off",
    "confirmed": "enrol.confirmed",
    "waiting": "enrol.waiting",
}
"""What happens to members without their own doing, and the letter about it."""


async def tell(
    session: AsyncSession,
    content: Content,
    changes: Sequence[Change],
    *,
    but: Place | None = None,
    actor: Member | None = None,
    now: datetime,
) -> None:
    """Write a letter about each change to those whose place it is; *actor* is answered about *but* in the turn."""
    for change in changes:
        if change.what not in TOLD:
            continue
        event = await session.get_one(Event, change.place.event_id)
        owner = await session.get_one(Member, change.place.member_id)
        both = [owner, await pairs.partner(session, change.place)]
        told = [
            member for member in both if member and not (change.place is but and member is (actor or owner))
        ]
        if not told:
            continue
        key = "pair.left" if change.place is but and change.what == "cancelled" else None
        said = await _letter(session, content, change, event, now, key)
        for member in told:
            offer = calls.key(change.place, member) if change.what == "offered" else None
            await _write(session, member, said, now=now, call_key=offer)


async def tell_others(turn: Turn, changes: Sequence[Change]) -> None:
    """Write to everybody whom it concerns but the member whose turn it is, who is answered."""
    await tell_all_but(turn.session, turn.content, turn.member, changes, now=turn.now)


async def tell_all_but(
    session: AsyncSession, content: Content, member: Member, changes: Sequence[Change], *, now: datetime
) -> None:
    """Write to everybody whom it concerns but *member*, who knows: it was their wish."""
    mine = {change.place.id for change in changes if change.place.member_id == member.id}
    for change in changes:
        but = change.place if change.place.id in mine else None
        await tell(session, content, [change], but=but, actor=member, now=now)


async def tell_of_departed(
    session: AsyncSession, content: Content, changes: Sequence[Change], *, now: datetime
) -> None:
    """Write about what leaving did to places: of those given back only a partner hears, for nobody else is there."""
    for change in changes:
        but = change.place if change.what == "cancelled" else None
        await tell(session, content, [change], but=but, now=now)


async def see_off(session: AsyncSession, content: Content, message: Incoming, *, now: datetime) -> None:
    """Let the address of who has left rest, or forget who was behind it where the platform demands that."""
    if message.sender.channel in leaving.FORGETS:
        changes = await leaving.left(session, message, now=now)
        await tell_of_departed(session, content, changes, now=now)
    else:
        await members.bury(session, message.sender, "blocked", now)


async def write(turn: Turn, member: Member, key: str, event: Event) -> None:
    """Write the letter called *key* to another member."""
    await about(turn.session, turn.content, member, key, event, now=turn.now)


async def about(
    session: AsyncSession, content: Content, member: Member, key: str, event: Event, *, now: datetime
) -> None:
    """Write the letter called *key* about *event* to *member*."""
    await _write(session, member, letter(content, key, enrolling.of_event(event)), now=now)


async def tell_lapsed_pairs(session: AsyncSession, content: Content, *, now: datetime) -> None:
    """Tell those whose partner has not answered in time."""
    for pair in await pairs.lapse(session, now=now):
        member = await session.get_one(Member, pair.member_id)
        event = await session.get_one(Event, pair.event_id)
        await about(session, content, member, "pair.lapsed", event, now=now)


async def remind(session: AsyncSession, content: Content, *, now: datetime) -> None:
    """Remind everybody whose event comes near, each once; a pair both."""
    for found in await reminders.due(session, now=now):
        said = _reminder(content, found, now)
        owner = await session.get_one(Member, found.place.member_id)
        other = await pairs.partner(session, found.place)
        await _write(session, owner, said, now=now, key=found.key, call=False)
        if other is not None:
            await _write(session, other, said, now=now, key=f"{found.key}:partner", call=False)


def _reminder(content: Content, found: Reminder, now: datetime) -> Outgoing:
    said = {"when": wording.soon(found.starts, now), "event": found.event.title, "place": found.event.place}
    text, _ = content.texts["enrol.remind"].fill(said)
    number = found.place.id
    buttons = (
        ("enrol.choices.ticket", "ticket"),
        ("enrol.choices.way", "way"),
        ("enrol.choices.quit", "quit"),
    )
    choices = tuple(Choice(content.texts[key].text, f"{to}:{number}") for key, to in buttons)
    return Outgoing(text, choices, lane="timely")


async def ask_opinions(session: AsyncSession, content: Content, *, now: datetime) -> None:
    """Ask those who were at an event how it was, once each."""
    for place in await opinions.ask(session, now=now):
        event = await session.get_one(Event, place.event_id)
        member = await session.get_one(Member, place.member_id)
        asked = letter(content, "opinion.ask", {"event": event.title, "place": place.id})
        await _write(session, member, asked, now=now, call=False)


async def _write(
    session: AsyncSession,
    member: Member,
    said: Outgoing,
    *,
    now: datetime,
    key: str | None = None,
    call: bool = True,
    call_key: str | None = None,
) -> None:
    """Write to *member*; whom only the page reaches, or nothing, a colleague is to *call* as well."""
    contacts = await members.contacts(session, member)
    for contact in contacts[:1]:
        await outbox.put(session, contact.at, said, due=now, key=key)
    if call and members.is_called(member, contacts):
        await outbox.put(session, calls.address(member), said, due=now, key=call_key)


async def _letter(
    session: AsyncSession,
    content: Content,
    change: Change,
    event: Event,
    now: datetime,
    key: str | None = None,
) -> Outgoing:
    place = change.place
    values = enrolling.of_event(event) | await enrolling.of_place(session, content, place, event, now)
    done = await places.last_note(session, place)
    values |= {"reason": done.reason}
    if change.what == "event_moved":
        dated = done.was != str(None)
        old = wording.when(datetime.fromisoformat(done.was)) if dated else content.texts["enrol.no_date"].text
        values["old"] = old
    buttons = {
        "offered": (("take", "take"), ("leave", "leave")),
        "lapsed": (("rejoin", "rejoin"), ("no", "menu")),
        "event_moved": (("coming", "coming"), ("quit", "quit")),
        "confirmed": (("ticket", "ticket"), ("way", "way"), ("quit", "quit")),
        "waiting": (("unwait", "quit"),),
    }.get(change.what, ())
    text, own_choices = content.texts[key or enrolling.of_kind(content, TOLD[change.what], event)].fill(
        values
    )
    made = [
        Choice(content.texts[f"enrol.choices.{key}"].text, to if to == "menu" else f"{to}:{place.id}")
        for key, to in buttons
    ]
    return Outgoing(text, (*made, *(Choice(label, to) for label, to in own_choices)), lane="timely")
