"""Sign-ups as members read them: the card of an event, and how a place stands."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from config.entries import Entry, EventPlan
from handlers import answers, wording
from handlers.service import Turn
from models import events, members, pairs, places, publishing, reminders, seats, works
from models.events import APPROVE, LOTTERY, Event
from models.members import Member
from models.messages import Choice, Outgoing
from models.places import CONFIRMED, IN, OFFERED, WAITING, Change, Place


async def publish(
    session: AsyncSession, content: Content, *, before: Content | None = None, now: datetime
) -> list[Change]:
    """Bring the events up to date with *content*; one that is the same *before* stays as staff left it."""
    known = _planned(before) if before else {}
    changes: list[Change] = []
    for slug, values in _planned(content).items():
        if values != known.get(slug):
            _, found = await publishing.publish(session, values, by=places.CLOCK, now=now)
            changes += found
    return changes


async def event_of(turn: Turn, entry: Entry) -> Event | None:
    """Return the event of *entry*, while one is planned."""
    return await events.by_slug(turn.session, entry.slug) if entry.event is not None else None


async def show(turn: Turn, entry: Entry, *, searched: bool = False) -> Outgoing:
    """Return the card of an event that takes sign-ups, else the answer of the entry."""
    event = await event_of(turn, entry)
    if event is None or not event.takes(turn.now) or turn.english:
        return answers.answer(turn, entry, searched=searched)
    plan = entry.event
    assert plan is not None  # noqa: S101 -- there is an event only where it is planned
    if entry.works:
        return _photo_card(turn, entry, event, searched=searched)
    values = of_event(event) | {"keep": plan.keep_days, "free": await _free(turn, event)}
    choices = [turn.choice(of_kind(turn.content, "enrol.choices.enrol", event), f"enrol:{entry.slug}")]
    if entry.pairs:
        choices.append(turn.choice("pair.choices.invited", f"invited:{entry.slug}"))
    if event.policy == LOTTERY:
        choices.append(turn.choice("draw.choices.how", f"draw:{entry.slug}"))
    if entry.detail:
        choices.append(turn.choice("answer.choices.detail", f"detail:{entry.slug}"))
    choices.append(turn.choice("answer.choices.human", f"human:{entry.slug}"))
    if searched:
        choices.append(turn.choice("answer.choices.wrong", f"wrong:{entry.slug}"))
    return turn.say(of_kind(turn.content, "enrol.card", event), *choices, **values)


def _photo_card(turn: Turn, entry: Entry, event: Event, *, searched: bool) -> Outgoing:
    wrong = (turn.choice("answer.choices.wrong", f"wrong:{entry.slug}"),) if searched else ()
    send = turn.choice("photo.choices.send", f"work:{entry.slug}")
    own = turn.choice("photo.choices.mine", f"works:{entry.slug}")
    human = turn.choice("answer.choices.human", f"human:{entry.slug}")
    return turn.say("photo.card", send, own, human, *wrong, most=entry.works, **of_event(event))


def of_kind(content: Content, key: str, event: Event) -> str:
    """Return the key of the text that is made for events of this kind or policy, else *key*."""
    special = (f"{key}.{event.kind}", f"{key}.{event.policy}")
    return next((found for found in special if found in content.texts), key)


async def _free(turn: Turn, event: Event) -> str:
    if event.policy == LOTTERY and event.drawn_at is None:
        return turn.say("enrol.card.lottery", draws=wording.when(event.lottery_at or turn.now)).text
    if event.policy == APPROVE:
        return turn.say("enrol.card.approve").text
    counted = await seats.count(turn.session, event)
    free = counted.room(None, turn.member.union_name)
    if event.cap is None:
        return turn.say("enrol.card.any").text
    open_ = free > 0 and not counted.waiting
    return turn.say("enrol.card.free", free=free).text if open_ else turn.say("enrol.card.line").text


async def own(turn: Turn, place: Place, event: Event) -> Outgoing:
    """Return how *place* stands, with what the member can do about it."""
    values = of_event(event) | await of_place(turn.session, turn.content, place, event, turn.now)
    human = turn.choice("answer.choices.human", "human")
    if place.state == OFFERED:
        return turn.say("enrol.offer", *_yes_no(turn, place), human, **values)
    if place.state == WAITING:
        web = await members.only_when_they_come(turn.session, turn.member)
        out = turn.choice("enrol.choices.unwait", f"quit:{place.id}")
        more = turn.choice("enrol.choices.others", "menu:activities")
        key = "enrol.waiting_web" if web else of_kind(turn.content, "enrol.waiting", event)
        return turn.say(key, out, more, human, **values)
    out = turn.choice(of_kind(turn.content, "enrol.choices.quit", event), f"quit:{place.id}")
    if place.state == CONFIRMED:
        key = of_kind(turn.content, "enrol.confirmed", event)
        ways = (*_way(turn, place, event), *_change(turn, place, event))
        return turn.say(key, *ways, out, human, **values)
    how = (turn.choice("draw.choices.how", f"draw:{event.slug}"),) if event.policy == LOTTERY else ()
    return turn.say(of_kind(turn.content, "enrol.pending", event), *how, out, human, **values)


def map_of(turn: Turn, event: Event) -> tuple[Choice, ...]:
    """Return the button that opens the map, where there is one."""
    return (Choice(turn.say("enrol.choices.map").text, url=event.map_url),) if event.map_url else ()


def changeable(turn: Turn, entry: Entry, event: Event) -> bool:
    """Say whether the member may still change what they answered: until the closing, where more was asked."""
    asked = [question for question in entry.form if question.name != "party"]
    return bool(asked) and not entry.pairs and event.takes(turn.now)


def _change(turn: Turn, place: Place, event: Event) -> tuple[Choice, ...]:
    entry = turn.content.entry(event.slug)
    if entry is None or not changeable(turn, entry, event):
        return ()
    return (turn.choice("enrol.choices.change", f"change:{place.id}"),)


def _way(turn: Turn, place: Place, event: Event) -> tuple[Choice, ...]:
    if not event.days:
        return ()
    ticket = turn.choice("enrol.choices.ticket", f"ticket:{place.id}")
    return ticket, turn.choice("enrol.choices.way", f"way:{place.id}")


async def places_of(turn: Turn) -> list[tuple[Place, Event]]:
    """Return what the member is in, alone or as somebody's partner, and is not over; the next first."""
    both = [*await places.mine(turn.session, turn.member), *await pairs.of(turn.session, turn.member)]
    both.sort(key=lambda found: (found[1].starts is None, found[1].starts or turn.now))
    return [(place, event) for place, event in both if not event.over(turn.now)]


async def mine(turn: Turn) -> Outgoing | None:
    """Return the member's sign-ups, each as a button; the only one at once; None without any."""
    found, photos = await places_of(turn), await works.counts(turn.session, turn.member)
    if len(found) == 1 and not photos:
        return await own(turn, *found[0])
    buttons = [
        Choice(f"{event.title} {_short(event)}".strip(), f"place:{place.id}") for place, event in found
    ]
    for slug, count in photos:
        entry = turn.content.entry(slug)
        if entry is not None:
            label = turn.say("photo.count", title=entry.title, count=count).text
            buttons.append(Choice(label, f"works:{slug}"))
    human = turn.choice("answer.choices.human", "human")
    return turn.say("mine.places", *buttons[:7], human) if buttons else None


def _yes_no(turn: Turn, place: Place) -> tuple[Choice, Choice]:
    take = turn.choice("enrol.choices.take", f"take:{place.id}")
    return take, turn.choice("enrol.choices.leave", f"leave:{place.id}")


def of_event(event: Event) -> dict[str, Any]:
    """Return what texts tell of an event: title, date, closing and place."""
    return {
        "event": event.title,
        "date": _dates(event),
        "closes": wording.when(event.closes) if event.closes else "",
        "place": event.place,
        "address": event.address or event.place,
        "draws": wording.when(event.lottery_at) if event.lottery_at else "",
    }


def _dates(event: Event) -> str:
    """Return when it is; of a series the first time and all days."""
    if event.starts is None:
        return ""
    first = wording.when(event.starts)
    days = [moment.astimezone(wording.BEIJING) for moment in event.days]
    told = "、".join(f"{day.month}月{day.day}日" for day in days)
    return f"{first}起，共{len(days)}次：{told}" if len(days) > 1 else first


async def of_place(
    session: AsyncSession, content: Content, place: Place, event: Event, now: datetime
) -> dict[str, Any]:
    """Return what texts tell of a place: number, position, until when it is offered, and whether we remind."""
    standing = await places.standing(session, place) if place.state == WAITING else None
    asked = standing.offers if standing else 0
    return {
        "number": places.label(event, place),
        "position": standing.position if standing else 0,
        "asked": content.texts["enrol.asked"].fill({"count": asked})[0] if asked else "",
        "until": _until(content, place),
        "phone": place.phone,
        "promise": await _promise(session, content, place, event, now),
    }


def _until(content: Content, place: Place) -> str:
    if place.state == OFFERED and place.offered_until is None:
        return content.texts["enrol.until_call"].text
    return wording.when(place.offered_until) if place.offered_until else ""


async def _promise(session: AsyncSession, content: Content, place: Place, event: Event, now: datetime) -> str:
    """Promise a reminder only where one can reach the member in time."""
    ahead = event.starts is not None and now < reminders.moment(event.starts, reminders.BEFORE["day"])
    owner = await session.get_one(Member, place.member_id)
    if not ahead or await members.only_when_they_come(session, owner):
        return ""
    return content.texts["enrol.promise"].text


def _short(event: Event) -> str:
    day = event.starts.astimezone(wording.BEIJING) if event.starts else None
    return f"{day.month}月{day.day}日" if day else ""


def _planned(content: Content) -> dict[str, dict[str, Any]]:
    return {entry.slug: _values(entry, plan) for entry in content.entries if (plan := entry.event)}


def _values(entry: Entry, plan: EventPlan) -> dict[str, Any]:
    return {
        "slug": entry.slug, "kind": entry.kind, "title": entry.title, "number_prefix": plan.prefix,
        "opens": entry.opens, "closes": entry.closes, "starts": entry.starts, "ends": plan.ends,
        "place": entry.place, "cap": plan.places, "party_max": plan.party, "policy": plan.policy,
        "lottery_at": plan.draws, "requires_member": plan.members_only,
        "categories": [{"name": name, "cap": cap} for name, cap in plan.categories.items()],
        "reservations": [
            {"union": union, "seats": kept.seats, "release_at": kept.release}
            for union, kept in plan.reserved.items()
        ],
        "series": [moment.isoformat() for moment in plan.dates],
        "address": plan.address, "map_url": plan.map, "closes_cancel": plan.cancel_until,
        "union": plan.union, "area": plan.area,
    }  # fmt: skip


def before(said: Outgoing, asked: Outgoing) -> Outgoing:
    """Return *asked* with what is *said* before it."""
    return replace(asked, text=f"{said.text}\n\n{asked.text}")


def is_in(place: Place | None) -> bool:
    """Say whether *place* is one that the member has or waits for."""
    return place is not None and place.state in IN
