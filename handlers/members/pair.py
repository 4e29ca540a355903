"""The partner of a pair says yes or no in a chat of their own."""

from collections.abc import Mapping

from handlers import enrolling, telling
from handlers.service import Service, Turn
from models import consents, pairs
from models.base import Refused
from models.events import Event
from models.members import Member
from models.messages import Outgoing
from models.pairs import Pair
from models.signups import Wish

YES = "愿意"


async def invited(turn: Turn, slug: str) -> Outgoing:
    """Ask for the digits that the partner passed on."""
    return turn.start("pair", slug)


async def found(turn: Turn, slug: str, answers: Mapping[str, str]) -> Outgoing:
    """Show who asks, and ask whether the member wants to."""
    entry = turn.content.entry(slug)
    event = await enrolling.event_of(turn, entry) if entry else None
    if event is None:
        raise Refused("form")
    pair = await pairs.find(turn.session, event, answers["code"], now=turn.now)
    known = {"name": turn.member.name or "", "phone": turn.member.phone or ""}
    asked = turn.start("pair-answer", str(pair.id), {key: value for key, value in known.items() if value})
    said = turn.say("pair.asked", name=pair.asker, **enrolling.of_event(event))
    return enrolling.before(said, asked)


async def answered(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    """Take the partner's answer: the pair is in, or the one who asked is told kindly."""
    pair = await turn.session.get_one(Pair, int(about))
    event = await turn.session.get_one(Event, pair.event_id)
    asker = await turn.session.get_one(Member, pair.member_id)
    if answers["agree"] != YES:
        await pairs.refuse(turn.session, pair, turn.member, now=turn.now)
        await telling.write(turn, asker, "pair.refused", event)
        return turn.say("pair.left_out")
    turn.member.name, turn.member.phone = answers["name"], answers["phone"]
    await consents.give(turn.session, turn.member, consents.SIGN_UP, event.slug, now=turn.now)
    changes = await pairs.agree(turn.session, pair, turn.member, _wish(pair, asker, answers), now=turn.now)
    place = changes[0].place
    await telling.tell(turn.session, turn.content, changes, but=place, actor=turn.member, now=turn.now)
    return await enrolling.own(turn, place, event)


def _wish(pair: Pair, asker: Member, answers: Mapping[str, str]) -> Wish:
    said = {name: value for name, value in pair.wish.items() if name not in {"name", "phone"}}
    return Wish(
        member_id=asker.id,
        channel="pair",
        party=2,
        union=asker.union_name,
        area=asker.area,
        verified=asker.verified,
        name=pair.wish["name"],
        phone=pair.wish["phone"],
        answers={**said, "partner": answers["name"], "partner_phone": answers["phone"]},
    )


service = Service(
    name="pair",
    title="双人报名",
    actions={"invited": invited},
    finishes={"pair": found, "pair_answer": answered},
)
