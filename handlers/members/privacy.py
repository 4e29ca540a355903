"""隐私: what is kept about a member, to see and to delete."""

from dataclasses import replace

from handlers import telling, wording
from handlers.service import Service, Turn
from models import consents, erasure, handoffs, interests, linking, members, membership
from models.messages import Choice, Outgoing

MOST = 6


async def tell(turn: Turn) -> Outgoing:
    """Tell what kinds of things are kept."""
    kinds = ["address"]
    if _facts(turn):
        kinds.append("card")
    if await membership.unmatched(turn.session, turn.member):
        kinds.append("unmatched")
    if await interests.of(turn.session, turn.member):
        kinds.append("interests")
    if await consents.of(turn.session, turn.member):
        kinds.append("signups")
    if turn.conversation.form:
        kinds.append("form")
    if await handoffs.count(turn.session, turn.member):
        kinds.append("handoff")
    return turn.say("privacy", kinds="、".join(turn.say(f"privacy.kinds.{kind}").text for kind in kinds))


async def pressed(turn: Turn, about: str) -> Outgoing:
    """Show, ask whether to delete, delete, or take back what was agreed to."""
    steps = {"show": _show, "delete": _sure, "gone": _delete, "withdraw": _withdraw, "card": _withdraw_card}
    return await steps.get(about, tell)(turn)


async def _show(turn: Turn) -> Outgoing:
    wishes = await interests.of(turn.session, turn.member)
    titles = [entry.title for wish in wishes if (entry := turn.content.entry(wish.programme))]
    lines = [
        turn.say(
            "privacy.line.since", day=wording.full_day(turn.member.joined_at.astimezone(wording.BEIJING))
        ).text
    ]
    facts, unmatched = _facts(turn), await membership.unmatched(turn.session, turn.member)
    if facts:
        lines.append(turn.say("privacy.line.card", facts="，".join(facts)).text)
    if unmatched:
        lines.append(turn.say("privacy.line.unmatched", said=unmatched.said).text)
    if titles:
        lines.append(turn.say("privacy.line.interests", titles="、".join(titles)).text)
    agreed = [_title(turn, found.about) for found in await consents.of(turn.session, turn.member)]
    if agreed:
        lines.append(turn.say("privacy.line.signups", titles="、".join(dict.fromkeys(agreed))).text)
    if turn.conversation.form:
        lines.append(turn.say("privacy.line.form", answers="，".join(_filled_in(turn))).text)
    said = await handoffs.count(turn.session, turn.member)
    if said:
        lines.append(turn.say("privacy.line.handoff", number=said).text)
    return turn.say("privacy.shown", lines="\n".join(lines))


def _filled_in(turn: Turn) -> list[str]:
    """Return what the member has answered in the form that is open, as far as it may pass here."""
    given = turn.conversation.answers
    asked = (question for question in turn.form().asked(given) if turn.may_pass(question))
    return [given[question.name] for question in asked if given.get(question.name)]


def _title(turn: Turn, slug: str) -> str:
    entry = turn.content.entry(slug)
    return entry.title if entry else slug


def _facts(turn: Turn) -> list[str]:
    """Return what is known of the member, the phone masked."""
    member = turn.member
    phone = members.masked(member.phone or "")
    return [fact for fact in (member.name, member.union_name, member.area, phone) if fact]


async def _sure(turn: Turn) -> Outgoing:
    return turn.say("privacy.sure")


async def _delete(turn: Turn) -> Outgoing:
    turn.conversation.forget()
    changes = await erasure.everything(turn.session, turn.member, now=turn.now)
    await telling.tell_others(turn, changes)
    running = await handoffs.of(turn.session, turn.member)
    return turn.say("privacy.kept" if running else "privacy.gone")


async def _withdraw(turn: Turn) -> Outgoing:
    """Ask what the member no longer agrees to; without any sign-up it is what binding a card brought."""
    agreed = dict.fromkeys(found.about for found in await consents.of(turn.session, turn.member))
    if not agreed:
        return await _withdraw_card(turn)
    buttons = [Choice(_title(turn, slug), f"unconsent:{slug}") for slug in agreed]
    if _facts(turn):
        buttons.append(turn.choice("privacy.card", "privacy:card"))
    said = turn.say("privacy.choose")
    return replace(said, choices=(*buttons[:MOST], *said.choices))


async def ask(turn: Turn, slug: str) -> Outgoing:
    """Ask once more before consent to an event is taken back."""
    yes = turn.choice("privacy.choices.yes", f"unconsented:{slug}")
    no = turn.choice("privacy.choices.no", "menu")
    return turn.say("privacy.ask", yes, no, event=_title(turn, slug))


async def take_back(turn: Turn, slug: str) -> Outgoing:
    """Forget what was said for an event; the place goes to the next in line."""
    changes = await erasure.forget(turn.session, turn.member, slug, now=turn.now)
    await telling.tell_others(turn, changes)
    return turn.say("privacy.forgotten", event=_title(turn, slug))


async def _withdraw_card(turn: Turn) -> Outgoing:
    """End the use of what binding a card brought."""
    if not _facts(turn) and not await membership.unmatched(turn.session, turn.member):
        return turn.say("privacy.nothing")
    await membership.release(turn.session, turn.member)
    await linking.forget(turn.session, turn.member)
    return turn.say("privacy.withdrawn")


service = Service(
    name="privacy",
    title="隐私",
    words=("隐私", "隱私", "删除我的资料", "刪除我的資料", "privacy"),
    answer=tell,
    always=True,
    actions={"privacy": pressed, "unconsent": ask, "unconsented": take_back},
)
