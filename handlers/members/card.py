"""绑定会员: a member bound to their 京卡 by its last digits and the name, or by their phone."""

from collections.abc import Mapping, Sequence

from handlers import alerts, filling, wording
from handlers.service import Service, Turn
from models import linking, membership, roster
from models.members import Member
from models.messages import Outgoing
from models.roster import Card

FORMS = frozenset(["card", "card-phone", "link-code"])
OWN = "0"
"""The number in an alert when no other record wants the card: the member's own binding."""


async def ask(turn: Turn) -> Outgoing:
    """Ask for the end of the card's number, unless binding rests."""
    return _resting(turn) or turn.start("card")


async def pressed(turn: Turn, about: str) -> Outgoing:
    """Answer 绑定会员, the buttons beside its question, and those of an alert."""
    step, _, number = about.partition(":")
    match step:
        case "without" | "later":
            _leave(turn)
            return turn.say(f"card.{step}")
        case "mine":
            return await _mine(turn, number)
        case "notmine":
            return await _not_mine(turn, number)
    return await ask(turn)


async def by_card(turn: Turn, _: str, answers: Mapping[str, str]) -> Outgoing:
    """Look for the card that ends in the digits and bears the name."""
    found = await roster.by_card_end(turn.session, answers["digits"], answers["name"])
    said = f"{answers['name']} {answers['digits']}"
    if len(found) > 1:
        return turn.start("card-phone", ".".join(str(card.id) for card in found))
    return await _settle(turn, found, said)


async def by_phone_end(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    """Tell holders of one name apart by the end of their phone."""
    cards = [int(card) for card in about.split(".")]
    return await _settle(
        turn, await roster.by_phone_end(turn.session, cards, answers["phone"]), answers["phone"]
    )


async def contact(turn: Turn) -> Outgoing:
    """Look for the card of a shared phone number, the sender's own only."""
    if turn.message.value != "own":
        return turn.say("card.contact")
    resting = _resting(turn)
    if resting is not None:
        return resting
    _leave(turn)
    found = await roster.by_phone(turn.session, turn.message.text)
    if not found:
        await membership.note(turn.session, turn.member, turn.message.text, now=turn.now)
        return turn.say("card.unknown")
    return await _settle(turn, found, turn.message.text)


def _leave(turn: Turn) -> None:
    """Leave the question after the card, but no other form."""
    if turn.conversation.form in FORMS:
        turn.conversation.close()


def _resting(turn: Turn) -> Outgoing | None:
    until = membership.rests_until(turn.member, now=turn.now)
    return None if until is None else turn.say("card.resting", until=wording.by(until, turn.now))


async def _settle(turn: Turn, found: Sequence[Card], said: str) -> Outgoing:
    if not found:
        return await _missed(turn, said)
    if len(found) > 1:
        await membership.note(turn.session, turn.member, said, now=turn.now)
        return turn.say("card.several")
    card = found[0]
    holder = await membership.holder(turn.session, card)
    if holder is not None and holder.id != turn.member.id:
        return await _elsewhere(turn, holder)
    await membership.bind(turn.session, turn.member, card, now=turn.now)
    await alerts.card(turn, turn.member, int(OWN))
    return turn.say("card.bound", name=card.name)


async def _missed(turn: Turn, said: str) -> Outgoing:
    tries = await membership.missed(turn.session, turn.member, said, now=turn.now)
    resting = _resting(turn)
    return resting or turn.say("card.unknown" if tries == 1 else "card.unknown_again")


async def _elsewhere(turn: Turn, holder: Member) -> Outgoing:
    """Tell the holder's addresses, and ask for the code that only they can get."""
    link, new = await linking.ask(turn.session, holder, turn.message.sender, now=turn.now)
    if new:
        await alerts.card(turn, holder, link.id)
    return turn.start("link-code", str(link.id))


async def _mine(turn: Turn, number: str) -> Outgoing:
    """Tell the code to whoever said 是我 at an address already known."""
    link = await linking.of(turn.session, turn.member, number)
    if link is None or link.used_at is not None:
        return turn.say("card.mine")
    return turn.say("card.code", code=linking.tell(link, now=turn.now))


async def _not_mine(turn: Turn, number: str) -> Outgoing:
    """Undo what was done elsewhere: the binding, or the link with another phone."""
    if number == OWN:
        await membership.release(turn.session, turn.member)
        return turn.say("card.undone")
    link = await linking.of(turn.session, turn.member, number)
    if link is None or link.asker == turn.message.sender:
        return filling.stale(turn)
    await linking.undo(turn.session, link, now=turn.now)
    return turn.say("card.undone")


service = Service(
    name="card",
    title="绑定会员",
    words=("绑定", "绑定会员", "绑卡", "绑定京卡", "京卡绑定", "綁定", "綁定會員", "bind card"),
    answer=ask,
    actions={"card": pressed},
    kinds={"contact": contact},
    finishes={"card": by_card, "card_phone": by_phone_end},
)
