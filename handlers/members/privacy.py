"""隐私: what is kept about a member, to see and to delete."""

from dataclasses import replace

from handlers import agreeing, telling, wording
from handlers.service import Service, Turn
from models import applications, cases, consents, erasure, handoffs, interests, linking, members, membership
from models.erasure import Hold
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
    elif turn.conversation.answers:
        kinds.append("sum")
    if await cases.of(turn.session, turn.member):
        kinds.append("cases" if turn.private else "matters")
    if await applications.of(turn.session, turn.member):
        kinds.append("applications" if turn.private else "matters")
    if await handoffs.count(turn.session, turn.member):
        kinds.append("handoff")
    return turn.say(
        "privacy", kinds="、".join(turn.say(f"privacy.kinds.{kind}").text for kind in dict.fromkeys(kinds))
    )


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
    agreed = [agreeing.label(turn.content, purpose) for purpose in await _agreed(turn) if ":" not in purpose]
    if agreed:
        lines.append(turn.say("privacy.line.signups", titles="、".join(dict.fromkeys(agreed))).text)
    if filled := _filled_in(turn) if turn.conversation.form else []:
        lines.append(turn.say("privacy.line.form", answers="，".join(filled)).text)
    if (found := await cases.of(turn.session, turn.member)) and turn.private:
        lines.append(turn.say("privacy.line.cases", numbers="、".join(case.number for case in found)).text)
    if (applied := await applications.of(turn.session, turn.member)) and turn.private:
        numbers = "、".join(one.number for one in applied)
        lines.append(turn.say("privacy.line.applications", numbers=numbers).text)
    said = await handoffs.count(turn.session, turn.member)
    if said:
        lines.append(turn.say("privacy.line.handoff", number=said).text)
    return turn.say("privacy.shown", lines="\n".join(lines))


def _filled_in(turn: Turn) -> list[str]:
    """Return what the member has answered in the form that is open, as far as it may pass here."""
    given = turn.conversation.answers
    asked = (question for question in turn.form().asked(given) if turn.may_pass(question))
    return [given[question.name] for question in asked if given.get(question.name)]


async def _agreed(turn: Turn) -> list[str]:
    """Return what can be taken back here: what is about cases only where it stays private."""
    found = agreeing.purposes(await consents.of(turn.session, turn.member))
    return [purpose for purpose in found if turn.private or ":" not in purpose]


def _facts(turn: Turn) -> list[str]:
    """Return what is known of the member, the phone masked."""
    member = turn.member
    phone = members.masked(member.phone or "")
    return [fact for fact in (member.name, member.union_name, member.area, phone) if fact]


async def _sure(turn: Turn) -> Outgoing:
    """Ask once more, and say what cannot go yet, until when, and why."""
    held = await erasure.holds(turn.session, turn.member, now=turn.now)
    return turn.say("privacy.held", what=_what(turn, held)) if held else turn.say("privacy.sure")


def _what(turn: Turn, held: list[Hold]) -> str:
    """Return what is held in words; where it does not stay private, without saying what it is."""
    said = []
    for hold in held:
        key = hold.kind if turn.private or hold.kind == "handoff" else "matter"
        until = turn.say("privacy.until", day=wording.full_day(hold.until)).text if hold.until else ""
        said.append(turn.say(f"privacy.held.{key}", number=hold.number, until=until).text)
    return "、".join(dict.fromkeys(said))


async def _delete(turn: Turn) -> Outgoing:
    held = await erasure.holds(turn.session, turn.member, now=turn.now)
    turn.conversation.forget()
    changes = await erasure.everything(turn.session, turn.member, now=turn.now)
    await telling.tell_others(turn, changes)
    return turn.say("privacy.kept", what=_what(turn, held)) if held else turn.say("privacy.gone")


async def _withdraw(turn: Turn) -> Outgoing:
    """Ask what the member no longer agrees to; without anything else it is what binding a card brought."""
    given = agreeing.purposes(await consents.of(turn.session, turn.member))
    agreed = await _agreed(turn)
    if not given:
        return await _withdraw_card(turn)
    buttons = [Choice(agreeing.label(turn.content, purpose), f"unconsent:{purpose}") for purpose in agreed]
    if _facts(turn):
        buttons.append(turn.choice("privacy.card", "privacy:card"))
    if agreed != given:  # the rest is told on our own page
        buttons.append(turn.choice("private.look", "private:privacy:withdraw"))
    lines = "\n".join(agreeing.words(turn.content, purpose) for purpose in agreed)
    said = turn.say("privacy.choose", lines=lines) if agreed else turn.say("privacy.elsewhere")
    return replace(said, choices=(*buttons[:MOST], *said.choices))


async def ask(turn: Turn, purpose: str) -> Outgoing:
    """Ask once more before consent is taken back, and say what that means."""
    yes = turn.choice("privacy.choices.yes", f"unconsented:{purpose}")
    no = turn.choice("privacy.choices.no", "menu")
    kind = purpose.partition(":")[0]
    if kind in consents.OF_CASES:
        return turn.say(f"agreed.ask.{kind}", yes, no)
    return turn.say("privacy.ask", yes, no, event=agreeing.label(turn.content, purpose))


async def take_back(turn: Turn, purpose: str) -> Outgoing:
    """Forget what was said for an event, whose place goes to the next in line; or stop what is done with a case."""
    changes = await agreeing.take_back(turn.session, turn.content, turn.member, purpose, now=turn.now)
    await telling.tell_others(turn, changes)
    if ":" in purpose:
        return turn.say("agreed.taken_back")
    return turn.say("privacy.forgotten", event=agreeing.label(turn.content, purpose))


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
