"""Signing up for an event in chat: the form, the place, the offer, and giving it back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from handlers import enrolling, telling, wording
from handlers.service import Service, Turn, again
from models import consents, draws, offers, pairs, places, postponement, signups
from models.base import Refused
from models.events import LOTTERY, Event
from models.messages import Outgoing
from models.places import CONFIRMED, Change, Place
from models.signups import Wish

AGAIN = "改一改"
AMENDED = "amended"
SHOWN = 20


async def begin(turn: Turn, slug: str) -> Outgoing:
    """Ask what is not known yet, or show how things stand for who is in already."""
    entry = turn.content.entry(slug)
    event = await enrolling.event_of(turn, entry) if entry else None
    if entry is None or event is None:
        return turn.say("search.nothing")
    place = await places.of(turn.session, event, turn.member)
    if place is not None and enrolling.is_in(place):
        return await enrolling.own(turn, place, event)
    if not event.takes(turn.now):
        raise Refused("closed")
    return turn.start("entry", slug, _known(turn))


async def finish(turn: Turn, slug: str, answers: Mapping[str, str]) -> Outgoing:
    """Sign the member up with what they answered, or let them answer anew."""
    entry = turn.content.by_slug[slug]
    if answers["check"] == AGAIN:
        return turn.start("entry", slug, {**_amended(answers), **again(answers)})
    event = await enrolling.event_of(turn, entry)
    if event is None:
        raise Refused("form")
    member = turn.member
    said = {question.name: answers[question.name] for question in entry.form if answers.get(question.name)}
    if AMENDED in answers:
        return await _amend(turn, answers[AMENDED], said)
    member.name, member.phone = answers["name"], answers["phone"]
    await consents.give(turn.session, member, consents.SIGN_UP, slug, now=turn.now)
    unit = await places.unit_of(turn.session, member)
    wish = Wish(
        member_id=member.id,
        channel=turn.message.sender.channel,
        party=_number(answers.get("party", "1")),
        category=answers.get("category", ""),
        union=member.union_name,
        area=member.area,
        verified=member.verified,
        name=answers["name"],
        phone=answers["phone"],
        answers={**said, "unit": unit} if unit else said,
    )
    if entry.pairs:
        return await _ask_partner(turn, event, {**said, "name": wish.name, "phone": wish.phone})
    changes = await signups.sign_up(turn.session, event, wish, now=turn.now)
    place = changes[0].place
    await _tell(turn, changes, place)
    return _with_unit(turn, place, await enrolling.own(turn, place, event))


def _with_unit(turn: Turn, place: Place, said: Outgoing) -> Outgoing:
    """Ask for the unit where a place is won and it is not known; to say nothing is an answer too."""
    if place.state != CONFIRMED or turn.member.union_name or place.answers.get("unit"):
        return said
    button = turn.choice("unit.choices.say", f"unit:{place.id}")
    return replace(said, text=f"{said.text}{turn.say('unit.ask').text}", choices=(button, *said.choices))


async def change(turn: Turn, about: str) -> Outgoing:
    """Ask the event's own questions once more; the place is kept meanwhile."""
    place, event = await _mine(turn, about)
    entry = turn.content.entry(event.slug)
    if entry is None or not enrolling.changeable(turn, entry, event):
        raise Refused("change_closed")
    known = {"name": place.name, "phone": place.phone, AMENDED: about}
    party = {"party": place.answers["party"]} if "party" in place.answers else {}
    return turn.start("entry", event.slug, {**known, **party, **again(place.answers)})


async def _amend(turn: Turn, about: str, said: Mapping[str, str]) -> Outgoing:
    place, event = await _mine(turn, about)
    await signups.amend(turn.session, event, place, said, now=turn.now)
    return enrolling.before(turn.say("enrol.amended"), await enrolling.own(turn, place, event))


def _amended(answers: Mapping[str, str]) -> dict[str, str]:
    """Return what says that a place is only changed: it keeps its name, phone and number of persons."""
    kept = ("name", "phone", "party", AMENDED) if AMENDED in answers else ()
    return {name: answers[name] for name in kept if name in answers}


async def _ask_partner(turn: Turn, event: Event, wish: dict[str, str]) -> Outgoing:
    pair, code = await pairs.ask(turn.session, event, turn.member, wish, now=turn.now)
    return turn.say("pair.sent", about=event.title, code=code, until=wording.when(pair.until))


async def show(turn: Turn, about: str) -> Outgoing:
    """Show how a place stands."""
    place, event = await _mine(turn, about)
    return await enrolling.own(turn, place, event) if enrolling.is_in(place) else turn.say("enrol.cancelled")


async def take(turn: Turn, about: str) -> Outgoing:
    """Take an offered place; a second press shows the same card."""
    place, event = await _mine(turn, about)
    changes = await offers.confirm(turn.session, place, now=turn.now)
    await _tell(turn, changes, place)
    if changes[0].what == "lapsed":
        return _lapsed(turn, place, event)
    return await enrolling.own(turn, place, event)


async def leave(turn: Turn, about: str) -> Outgoing:
    """Leave an offered place to the next in line."""
    place, event = await _mine(turn, about)
    changes = await offers.decline(turn.session, place, now=turn.now)
    await _tell(turn, changes, place)
    return _lapsed(turn, place, event) if changes[0].what == "lapsed" else turn.say("enrol.declined")


async def ask_quit(turn: Turn, about: str) -> Outgoing:
    """Ask once more before a place is given back."""
    place, event = await _mine(turn, about)
    sure = turn.choice("enrol.choices.sure", f"sure:{place.id}")
    keep = turn.choice("enrol.choices.keep", f"place:{place.id}")
    return turn.say(enrolling.of_kind(turn.content, "enrol.cancel", event), sure, keep, event=event.title)


async def quit_place(turn: Turn, about: str) -> Outgoing:
    """Give a place back; the next in line is asked at once."""
    place, _ = await _mine(turn, about)
    changes = await signups.cancel(turn.session, place, now=turn.now)
    await _tell(turn, changes, place)
    return turn.say("enrol.cancelled")


async def rejoin(turn: Turn, about: str) -> Outgoing:
    """Go to the end of the line once more."""
    place, event = await _mine(turn, about)
    changes = await signups.rejoin(turn.session, place, now=turn.now)
    await _tell(turn, changes, place)
    return await enrolling.own(turn, place, event)


async def coming(turn: Turn, about: str) -> Outgoing:
    """Keep the place at the new date."""
    place, _ = await _mine(turn, about)
    changes = await postponement.answer(turn.session, place, comes=True, now=turn.now)
    await _tell(turn, changes, place)
    return turn.say("enrol.coming")


async def way(turn: Turn, about: str) -> Outgoing:
    """Say where it is."""
    _, event = await _mine(turn, about)
    return turn.say("enrol.way", *enrolling.map_of(turn, event), **enrolling.of_event(event))


async def drawn(turn: Turn, slug: str) -> Outgoing:
    """Say how the lottery goes: the seed's hash before it, the seed and the order after."""
    entry = turn.content.entry(slug)
    event = await enrolling.event_of(turn, entry) if entry else None
    if event is None or event.policy != LOTTERY:
        return turn.say("search.nothing")
    shown = await draws.result(turn.session, event)
    values = {"hash": shown.seed_hash, "seed": shown.seed, "order": "、".join(shown.order[:SHOWN])}
    return turn.say("draw.after" if shown.seed else "draw.before", **values, **enrolling.of_event(event))


async def _tell(turn: Turn, changes: Sequence[Change], own: Place) -> None:
    """Write to everybody else whom it concerns; the member's *own* change is answered in the turn."""
    await telling.tell(turn.session, turn.content, changes, but=own, actor=turn.member, now=turn.now)


async def _mine(turn: Turn, about: str) -> tuple[Place, Event]:
    """Return the place of the member or of their pair; anybody else's is as if it were not there."""
    place = await places.named(turn.session, about)
    if place is None or (
        turn.member.id != place.member_id and turn.member is not await pairs.partner(turn.session, place)
    ):
        raise Refused("nothing_to_cancel")
    return place, await turn.session.get_one(Event, place.event_id)


def _lapsed(turn: Turn, place: Place, event: Event) -> Outgoing:
    again = turn.choice("enrol.choices.rejoin", f"rejoin:{place.id}")
    return turn.say("enrol.lapsed", again, turn.choice("enrol.choices.no", "menu"), event=event.title)


def _known(turn: Turn) -> dict[str, str]:
    known = {"name": turn.member.name or "", "phone": turn.member.phone or ""}
    return {name: value for name, value in known.items() if value}


def _number(said: str) -> int:
    """Return how many persons are meant by 3位."""
    return int("".join(filter(str.isdecimal, said)) or 1)


service = Service(
    name="enrol",
    title="报名",
    actions={
        "enrol": begin,
        "place": show,
        "take": take,
        "leave": leave,
        "quit": ask_quit,
        "sure": quit_place,
        "rejoin": rejoin,
        "coming": coming,
        "way": way,
        "draw": drawn,
        "change": change,
    },
    finishes={"enrol": finish},
)
