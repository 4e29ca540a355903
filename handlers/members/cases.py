"""我的案件: how a case stands, papers that come later, a word to the colleagues, a meeting, taking it back."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from handlers import wording
from handlers.service import Service, Turn
from models import case_member, case_papers, cases, linking, members, outbox
from models.appointments import Appointment
from models.cases import Case
from models.files import Kept
from models.messages import Choice, Outgoing
from models.photos import Photo

TOLD = "at:told"
"""Marks, among the answers of the question after a code, the address at which the code was told."""
MOST, NAME_LENGTH = 7, 100
UPLOAD = "case-paper"
Step = Callable[[Turn, Case, str], Awaitable[Outgoing]]


async def mine(turn: Turn) -> Outgoing:
    """List the cases that may be seen here."""
    if not turn.private:
        return turn.move("case:list")
    found = await case_member.visible(turn.session, turn.member, turn.message.sender)
    if not found:
        return turn.say("cases.none")
    if len(found) == 1:
        return await _show(turn, found[0])
    buttons = [Choice(f"{case.number} {_topic(turn, case)}", f"case:show:{case.id}") for case in found[:MOST]]
    said = turn.say("cases.list")
    return replace(said, choices=(*buttons, *said.choices))


async def listed(turn: Turn, _: str) -> Outgoing:
    """List them, where a letter about a case leads."""
    return await mine(turn)


async def pressed(turn: Turn, about: str) -> Outgoing:
    """Answer the buttons of a case: `case:<step>:<case>[:<more>]`."""
    step, _, rest = about.partition(":")
    if step == "tell":
        return await _tell(turn, rest)
    if not turn.private:
        return turn.move(f"case:{about}")
    if step == "code":
        return await _ask_code(turn)
    number, _, more = rest.partition(":")
    if step not in STEPS:
        return await mine(turn)
    case = await case_member.named(turn.session, turn.member, turn.message.sender, number)
    return await STEPS[step](turn, case, more)


async def _show(turn: Turn, case: Case, _: str = "") -> Outgoing:
    """Say in plain words how the case stands, and what can be done about it."""
    if turn.conversation.form == UPLOAD:
        turn.conversation.close()
    state = turn.say(f"cases.state.{case.state}").text
    said = turn.say("cases.one", number=case.number, topic=_topic(turn, case), state=state)
    human = turn.choice("answer.choices.human", "human")
    if case.over:
        rate = case.state == "closed" and not case.rating
        return replace(said, choices=(*(_ratings(turn, case) if rate else ()), human))
    text = said.text
    if case.promised and case.answered_at is None and case.promised > turn.now:
        text += turn.say("cases.promised", until=wording.by(case.promised, turn.now)).text
    own = (_button(turn, case, "papers", "aid"), _button(turn, case, "say"), _button(turn, case, "quit"))
    met = await case_member.meetings(turn.session, case, now=turn.now)
    if met:
        text += "\n\n" + _meeting(turn, met[0])
    yes_no = _yes_no(turn, case, met[0]) if met else ()
    return Outgoing(text, (*yes_no, *own, human))


def _topic(turn: Turn, case: Case) -> str:
    return turn.say(f"cases.topic.{case.topic}").text


def _button(turn: Turn, case: Case, step: str, service: str = "cases") -> Choice:
    return turn.choice(f"{service}.choices.{step}", f"case:{step}:{case.id}")


def _ratings(turn: Turn, case: Case) -> tuple[Choice, ...]:
    return tuple(
        turn.choice(f"cases.choices.{rating}", f"case:rate:{case.id}:{rating}")
        for rating in ("good", "fair", "bad")
    )


def _meeting(turn: Turn, met: Appointment) -> str:
    key = "cases.meeting_agreed" if met.state == "agreed" else "cases.meeting"
    return turn.say(key, when=wording.when(met.starts_at), place=met.place).text


def _yes_no(turn: Turn, case: Case, met: Appointment) -> tuple[Choice, ...]:
    yes = turn.choice("cases.choices.yes", f"case:yes:{case.id}:{met.id}")
    no = turn.choice("cases.choices.no", f"case:no:{case.id}:{met.id}")
    return (no,) if met.state == "agreed" else (yes, no)


async def _ask_papers(turn: Turn, case: Case, _: str) -> Outgoing:
    return turn.start(UPLOAD, str(case.id))


async def keep_paper(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    """Put the picture or file with the case and wait for the next one."""
    case = await case_member.named(turn.session, turn.member, turn.message.sender, about)
    kept, *copies = _kept(answers["paper:as"])
    name = turn.message.text[:NAME_LENGTH]
    count = await case_papers.send(turn.session, case, kept, *copies, name=name, now=turn.now)
    turn.start(UPLOAD, about)
    done = turn.choice("cases.choices.done", f"case:show:{case.id}")
    human = turn.choice("answer.choices.human", "human")
    return turn.say("cases.papers.kept", done, human, count=count, number=case.number)


def _kept(told: str) -> tuple[Kept, ...]:
    """Return what lies in the store: of a photo also its copies."""
    if "original" in json.loads(told):
        photo = Photo.unpacked(told)
        return photo.original, photo.shown, photo.thumbnail
    return (Kept(**json.loads(told)),)


async def _ask_line(turn: Turn, case: Case, _: str) -> Outgoing:
    return turn.start("case-line", str(case.id))


async def say(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    """Keep what the member writes to the colleagues."""
    case = await case_member.named(turn.session, turn.member, turn.message.sender, about)
    case_member.say(turn.session, case, answers["words"], now=turn.now)
    human = turn.choice("answer.choices.human", "human")
    return turn.say("cases.said", turn.choice("aid.choices.mine", f"case:show:{case.id}"), human)


async def _ask_quit(turn: Turn, case: Case, _: str) -> Outgoing:
    sure = turn.choice("cases.choices.sure", f"case:sure:{case.id}")
    keep = turn.choice("cases.choices.keep", f"case:show:{case.id}")
    return turn.say("cases.quit.sure", keep, sure, number=case.number)


async def _quit(turn: Turn, case: Case, _: str) -> Outgoing:
    await case_member.withdraw(turn.session, case, now=turn.now)
    return turn.say("cases.quit.done")


async def _rate(turn: Turn, case: Case, rating: str) -> Outgoing:
    case_member.rate(case, rating)
    return turn.say("cases.rated")


async def _comes(turn: Turn, case: Case, number: str) -> Outgoing:
    await case_member.answer(turn.session, case, number, comes=True, now=turn.now)
    return await _show(turn, case)


async def _stays_away(turn: Turn, case: Case, number: str) -> Outgoing:
    await case_member.answer(turn.session, case, number, comes=False, now=turn.now)
    return await _show(turn, case)


async def _ask_code(turn: Turn) -> Outgoing:
    """Ask for the code that is told where the cases began; it is said alike whether there are any."""
    link, new = await linking.ask(turn.session, turn.member, turn.message.sender, now=turn.now)
    alert = replace(turn.say("cases.code.alert", number=link.id), lane="timely")
    found = await cases.of(turn.session, turn.member) if new else []
    places = {address for case in found for address in case_member.addresses(case)}
    for address in sorted(places - {turn.message.sender}, key=lambda address: address.place):
        await outbox.put(turn.session, address, alert, due=turn.now)
    return turn.start("case-code", str(link.id))


async def _tell(turn: Turn, number: str) -> Outgoing:
    """Tell the code where a case may be seen, to the member who says that it is them."""
    link = await linking.of(turn.session, turn.member, number)
    conversation = turn.conversation
    asked = conversation.form == "case-code" and conversation.about == number
    if link is None or not asked or not await _lets_in(turn):
        return turn.say("cases.none")
    conversation.answers = {**conversation.answers, TOLD: turn.message.sender.place}
    return turn.say("cases.code.told", code=linking.tell(link, now=turn.now))


async def _lets_in(turn: Turn) -> bool:
    return bool(await case_member.visible(turn.session, turn.member, turn.message.sender))


async def enter(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    """Take the code: what may be seen where it was told may be seen here too."""
    keep = await linking.use(turn.session, about, answers["code"], turn.message.sender, now=turn.now)
    if keep is None or TOLD not in answers:
        return turn.say("cases.code.wrong")
    await members.open_from(turn.session, turn.member, turn.message.sender, answers[TOLD])
    return await mine(turn)


STEPS: Mapping[str, Step] = {
    "show": _show,
    "papers": _ask_papers,
    "say": _ask_line,
    "quit": _ask_quit,
    "sure": _quit,
    "rate": _rate,
    "yes": _comes,
    "no": _stays_away,
}

service = Service(
    name="cases",
    title="我的案件",
    words=("我的案件", "我的案子", "案件"),
    answer=mine,
    actions={"case": pressed, "cases": listed},
    finishes={"case_paper": keep_paper, "case_line": say, "case_code": enter},
)
