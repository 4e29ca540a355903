"""我的申请: how an application stands, papers and what was missing, taking it back, an appeal, the account."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from config.entries import Paper
from handlers import applying
from handlers.filling import stale
from handlers.service import Service, Turn
from models import application_member, application_papers, application_states, payments
from models.applications import Application
from models.files import Kept
from models.messages import Choice, Outgoing
from models.photos import Photo

MOST, NAME_LENGTH = 7, 100
UPLOAD = "apply-paper"
FORMS = frozenset({UPLOAD, "apply-supplement", "apply-appeal", "apply-account"})
OTHER = "other"
"""What a paper is called in a button when it is none that the plan names."""
Step = Callable[[Turn, Application, str], Awaitable[Outgoing]]


async def mine(turn: Turn) -> Outgoing:
    """List the applications that may be seen here."""
    if not turn.private:
        return turn.move("applied:list")
    found = await application_member.visible(turn.session, turn.member, turn.message.sender)
    if not found:
        return turn.say("applied.none")
    if len(found) == 1:
        return await _show(turn, found[0])
    buttons = [
        Choice(f"{one.number} {turn.content.title(one.slug)}", f"applied:show:{one.id}")
        for one in found[:MOST]
    ]
    said = turn.say("applied.list")
    return replace(said, choices=(*buttons, *said.choices))


async def pressed(turn: Turn, about: str) -> Outgoing:
    """Answer the buttons of an application: `applied:<step>:<application>[:<more>]`."""
    if not turn.private:
        return turn.move(f"applied:{about}")
    step, _, rest = about.partition(":")
    number, _, more = rest.partition(":")
    if step not in STEPS:
        return await mine(turn)
    application = await application_member.named(
        turn.session, turn.member, turn.message.sender, number, alone=step == "sure"
    )
    return await STEPS[step](turn, application, more)


async def _show(turn: Turn, application: Application, _: str = "") -> Outgoing:
    if turn.conversation.form in FORMS:
        turn.conversation.close()
    return await applying.own(turn, application)


async def _ask(turn: Turn, application: Application, step: str, form: str) -> Outgoing:
    """Begin a form about an application, or show how it stands when its time is over."""
    if not await applying.may(turn, application, step):
        now = await _show(turn, application)
        return replace(now, text=f"{turn.say('press.stale').text}\n\n{now.text}")
    return turn.start(form, str(application.id), {"id": str(application.id)})


async def _papers(turn: Turn, application: Application, wanted: str) -> Outgoing:
    """Ask for the paper that was chosen, else for the first that is missing."""
    if application.state not in application_papers.TAKING:
        return await _ask(turn, application, "papers", UPLOAD)
    missing = await application_papers.missing(turn.session, application)
    named = [one for one in application.rules.papers if one.name == wanted]
    chosen = next(iter((*named, *(() if wanted == OTHER else missing))), None)
    label = chosen.label if chosen else turn.say("apply.paper.other").text
    about = f"{application.id}:{chosen.name if chosen else ''}"
    return turn.start(UPLOAD, about, {"label": label, "id": str(application.id)})


async def keep_paper(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    """Put the picture or file with the application and wait for the next one."""
    number, _, paper = about.partition(":")
    application = await _named(turn, number)
    kept, *copies = _kept(answers["paper:as"])
    name = turn.message.text[:NAME_LENGTH]
    await application_papers.send(turn.session, application, paper, kept, *copies, name=name, now=turn.now)
    missing = await application_papers.missing(turn.session, application)
    turn.start(UPLOAD, about, {"label": answers["label"], "id": number})
    return _kept_now(turn, application, answers["label"], missing)


def _kept_now(turn: Turn, application: Application, label: str, missing: tuple[Paper, ...]) -> Outgoing:
    """Say what has come, and what is still missing: each has a button, and more of the same may follow."""
    here = application.id
    buttons = [Choice(one.label, f"applied:papers:{here}:{one.name}") for one in missing[:MOST]]
    buttons.append(turn.choice("apply.choices.other", f"applied:papers:{here}:{OTHER}"))
    if application.state == "needs_supplement":
        buttons.append(turn.choice("apply.choices.ready", f"applied:ready:{here}"))
    buttons.append(turn.choice("apply.choices.done", f"applied:show:{here}"))
    left = "、".join(one.label for one in missing)
    said = turn.say("apply.paper.more" if left else "apply.paper.kept", label=label, left=left)
    return replace(said, choices=(*buttons, *said.choices))


def _kept(told: str) -> tuple[Kept, ...]:
    """Return what lies in the store: of a photo also its copies."""
    if "original" in json.loads(told):
        photo = Photo.unpacked(told)
        return photo.original, photo.shown, photo.thumbnail
    return (Kept(**json.loads(told)),)


async def _ask_ready(turn: Turn, application: Application, _: str) -> Outgoing:
    return await _ask(turn, application, "ready", "apply-supplement")


async def supplement(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    """Hand in what was missing, with a word about it."""
    return await _by_member(turn, about, "submitted", answers["words"])


async def _ask_appeal(turn: Turn, application: Application, _: str) -> Outgoing:
    return await _ask(turn, application, "appeal", "apply-appeal")


async def appeal(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    """Ask that somebody else looks again, and say why."""
    return await _by_member(turn, about, "appealed", answers["words"])


async def _by_member(turn: Turn, about: str, to: str, reason: str = "") -> Outgoing:
    application = await _named(turn, about)
    await application_states.by_member(turn.session, application, to, reason=reason, now=turn.now)
    await turn.session.flush()
    return await _show(turn, application)


async def _ask_account(turn: Turn, application: Application, _: str) -> Outgoing:
    return await _ask(turn, application, "account", "apply-account")


async def account(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    """Keep where the money goes."""
    application = await _named(turn, about)
    await payments.give_account(turn.session, application, answers["account"], now=turn.now)
    human = turn.choice("answer.choices.human", "human")
    mine = turn.choice("apply.choices.mine", f"applied:show:{application.id}")
    return turn.say("apply.account.kept", mine, human, tail=application.account[-applying.TAIL :])


async def _ask_quit(turn: Turn, application: Application, _: str) -> Outgoing:
    if not await applying.may(turn, application, "quit"):
        return stale(turn)
    sure = turn.choice("apply.choices.quit", f"applied:sure:{application.id}")
    keep = turn.choice("apply.choices.keep", f"applied:show:{application.id}")
    human = turn.choice("answer.choices.human", "human")
    return turn.say("applied.quit", keep, sure, human, number=application.number)


async def _quit(turn: Turn, application: Application, _: str) -> Outgoing:
    if await applying.may(turn, application, "quit"):
        await application_states.by_member(turn.session, application, "withdrawn", now=turn.now)
        await turn.session.flush()
    return await _show(turn, application)


async def _named(turn: Turn, number: str) -> Application:
    return await application_member.named(turn.session, turn.member, turn.message.sender, number, alone=True)


STEPS: Mapping[str, Step] = {
    "show": _show,
    "papers": _papers,
    "ready": _ask_ready,
    "appeal": _ask_appeal,
    "account": _ask_account,
    "quit": _ask_quit,
    "sure": _quit,
}

service = Service(
    name="applied",
    title="我的申请",
    words=("我的申请", "我的申請"),
    answer=mine,
    actions={"applied": pressed},
    finishes={
        "apply_paper": keep_paper,
        "apply_supplement": supplement,
        "apply_appeal": appeal,
        "apply_account": account,
    },
)
