"""有通知告诉我: a member wants to hear of a programme; 我的: what they signed up for or asked to hear of."""

from dataclasses import replace

from handlers import enrolling
from handlers.answers import stage
from handlers.service import Service, Turn
from models import application_member, case_member, interests, members, proposals
from models.messages import Outgoing


async def keep(turn: Turn, slug: str) -> Outgoing:
    """Keep the wish to be told."""
    entry = turn.content.entry(slug)
    if entry is None:
        return turn.say("search.nothing")
    await interests.note(turn.session, turn.member, slug, told=stage(entry, turn.now), now=turn.now)
    page = await members.only_when_they_come(turn.session, turn.member)
    return turn.say("notify.kept_web" if page else "notify.kept", slug=slug)


async def forget(turn: Turn, slug: str) -> Outgoing:
    """Drop the wish."""
    await interests.forget(turn.session, turn.member, slug)
    return turn.say("notify.forgotten")


async def mine(turn: Turn) -> Outgoing:
    """Tell what the member has here: sign-ups, or wishes to hear of something; and where they may be seen, all that they handed in."""
    told, here = await _signed_up(turn), (turn.session, turn.member, turn.message.sender)
    own = []
    if await case_member.visible(*here):
        own.append(turn.choice("aid.choices.mine", "case:list"))
    if await application_member.visible(*here):
        own.append(turn.choice("apply.choices.mine", "applied:list"))
    if await proposals.visible(*here):
        own.append(turn.choice("proposal.choices.mine", "proposal:list"))
    return replace(told, choices=(*own, *told.choices))


async def _signed_up(turn: Turn) -> Outgoing:
    """Tell what the member signed up for, else what they asked to hear of."""
    signed_up = await enrolling.mine(turn)
    if signed_up is not None:
        return signed_up
    wishes = await interests.of(turn.session, turn.member)
    titles = [entry.title for wish in wishes if (entry := turn.content.entry(wish.programme))]
    return turn.say("mine.list", titles="、".join(titles)) if titles else turn.say("mine.none")


async def mine_pressed(turn: Turn, _: str) -> Outgoing:
    """Answer the menu's button."""
    return await mine(turn)


service = Service(
    name="notify",
    title="我的",
    words=("我的", "我的报名", "我的報名", "取消", "my"),
    answer=mine,
    always=True,
    actions={"notify": keep, "forget": forget, "mine": mine_pressed},
)
