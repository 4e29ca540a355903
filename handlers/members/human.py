"""转人工: asking for a person, waiting for one, and taking it back."""

from collections.abc import Mapping
from dataclasses import replace

from handlers import crisis, wording
from handlers.duty import Watch, watch
from handlers.service import SILENCE, Service, Turn
from models import handoffs, members
from models.messages import Outgoing


async def ask(turn: Turn) -> Outgoing:
    """Ask for a person, by the words for it."""
    return await request(turn, "")


async def pressed(turn: Turn, about: str) -> Outgoing:
    """Answer 转人工 and the buttons of a hand-off."""
    steps = {"back": _back, "stop": _stop, "done": _done}
    return await (steps[about](turn) if about in steps else request(turn, about))


async def request(turn: Turn, about: str) -> Outgoing:
    """Put the member in the queue and say when somebody will answer; promise nothing when nobody is set up."""
    duty = turn.content.duty
    at = watch(duty, turn.now)
    waiting = await handoffs.of(turn.session, turn.member)
    if waiting is not None and waiting.state == "taken":
        return SILENCE
    if waiting is not None and at.staffed and not waiting.bot_answers:
        return turn.say("human.already", phone=duty.phone)
    handoff = await handoffs.ask(
        turn.session,
        turn.member,
        turn.message.sender,
        about=about,
        promised=at.until if at.staffed else None,
        now=turn.now,
    )
    await _bring_along(turn, handoff)
    await crisis.page(turn, handoff, "")
    if not at.staffed:
        handoff.bot_answers = True
        return turn.say("human.nobody")
    said = _receipt(turn, at, "human.waiting" if at.on else "human.later")
    page = await members.only_when_they_come(turn.session, turn.member)
    return await _leave_phone(turn, said) if page and not turn.conversation.form else said


async def call(turn: Turn, about: str) -> Outgoing:
    """Ask for the number to call back; without anybody on duty say so at once."""
    if not turn.content.duty.staff:
        return await request(turn, about)
    return turn.start("callback", about)


async def keep_phone(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    """Keep the number with the hand-off."""
    at = watch(turn.content.duty, turn.now)
    handoff = await handoffs.ask(
        turn.session, turn.member, turn.message.sender, about=about, promised=at.until, now=turn.now
    )
    phone = answers.get("phone", "")
    if not phone:
        return _receipt(turn, at, "human.waiting" if at.on else "human.later")
    handoff.phone = f"{phone} {answers.get('time', '')}".strip()
    await crisis.page(turn, handoff, "")
    return _receipt(turn, at, "human.phone_kept" if at.on else "human.phone_kept_later")


async def _back(turn: Turn) -> Outgoing:
    handoff = await handoffs.of(turn.session, turn.member)
    if handoff is None or handoff.state == "taken":
        return SILENCE if handoff else turn.say("menu")
    handoff.bot_answers = True
    return turn.say("human.back")


async def _stop(turn: Turn) -> Outgoing:
    handoff = await handoffs.of(turn.session, turn.member)
    if handoff is None:
        return turn.say("human.stopped")
    if handoff.state == "taken":
        return SILENCE
    if handoff.urgency == "P0":
        return turn.say("human.kept")
    handoffs.close(handoff, now=turn.now)
    return turn.say("human.stopped")


async def _done(turn: Turn) -> Outgoing:
    return turn.say("human.done")


def _receipt(turn: Turn, at: Watch, key: str) -> Outgoing:
    until = wording.by(at.until, turn.now)
    return turn.say(key, until=until, workday=wording.day(at.day), phone=turn.content.duty.phone)


async def _bring_along(turn: Turn, handoff: handoffs.HandOff) -> None:
    """Give the colleague what was asked or sent last, so that nobody has to say it twice."""
    asked = turn.conversation.asked
    if asked.get("text") or asked.get("file"):
        last = replace(turn.message, **{"kind": "text", "file": "", **asked})  # type: ignore[arg-type]  # kept from a message
        await handoffs.note(turn.session, handoff, last, now=turn.now)
        turn.conversation.asked = {}


async def _leave_phone(turn: Turn, said: Outgoing) -> Outgoing:
    question = turn.start("leave-phone")
    return Outgoing(f"{said.text}\n\n{question.text}", (*question.choices, *said.choices))


service = Service(
    name="human",
    title="转人工",
    words=(
        "转人工",
        "人工",
        "真人",
        "客服",
        "找人",
        "有人吗",
        "轉人工",
        "人工服务",
        "找真人",
        "human",
    ),
    answer=ask,
    always=True,
    actions={"human": pressed, "call": call},
    finishes={"callback": keep_phone},
)
