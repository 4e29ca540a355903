"""What is said and done at once when a message speaks of danger."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from handlers.duty import watch
from handlers.safety import SOFT
from handlers.service import Turn
from handlers.wording import BEIJING
from models import absences, handoffs, outbox
from models.handoffs import HandOff, Urgency
from models.members import Member
from models.messages import Address, Choice, Outgoing


def on_duty(turn: Turn) -> bool:
    """Say whether colleagues are there now."""
    return watch(turn.content.duty, turn.now).on


async def respond(turn: Turn, sign: str) -> Outgoing:
    """Give the answer for *sign* in full, open a hand-off of the highest urgency and page who is on duty."""
    if sign == SOFT:
        return turn.say("danger.soft")
    danger = turn.content.danger
    here = on_duty(turn)
    handoff = await handoffs.ask(
        turn.session, turn.member, turn.message.sender, about=sign, urgency="P0", promised=None, now=turn.now
    )
    await handoffs.note(turn.session, handoff, turn.message, now=turn.now)
    await page(turn, handoff, "P0")
    answer = danger.answers[sign]
    asked = answer.paged if here else answer.unpaged or danger.unpaged
    text = answer.text.replace("{paged}", asked) if answer.paged else answer.text
    return Outgoing(text, (Choice(turn.say("answer.choices.human").text, "human"),))


async def page(turn: Turn, handoff: HandOff, urgency: Urgency) -> None:
    """Write to every colleague on duty that somebody waits, without a word of what it is about."""
    text = turn.say("human.page", urgency=urgency or "P3", number=handoff.id)
    await call(turn, text, f"page:{handoff.id}:{urgency}")


async def call(turn: Turn, text: Outgoing, key: str) -> bool:
    """Write *text* to every colleague on duty, once by its *key*; say whether there was anybody to write to."""
    if not on_duty(turn):
        return False
    there = await reached(turn.session, turn.content, turn.member, now=turn.now)
    for at in there:
        await outbox.put(turn.session, at, text, due=turn.now, key=f"{key}:{at.channel}:{at.id}")
    return bool(there)


async def reached(session: AsyncSession, content: Content, member: Member, *, now: datetime) -> list[Address]:
    """Return where colleagues are told that *member* needs somebody: the duty list, and who is there with a chat bound."""
    there = await absences.able(session, member, today=now.astimezone(BEIJING).date())
    bound = [Address(one.channel, one.address) for one in there if one.channel]
    listed = [Address(colleague.channel, colleague.address) for colleague in content.duty.staff]
    return list(dict.fromkeys([*listed, *bound]))
