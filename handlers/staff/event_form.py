"""The form of an event: its questions added, changed, moved and removed, one at a time."""

from collections.abc import Sequence
from typing import Any

from config.entries import Entry, Question
from handlers import drafting, planning
from handlers.console import Action, Away, NotFound, Page, Reply, View, Visit, whole
from handlers.planning import ORGANISERS
from models.base import Refused
from models.events import Event

KINDS = {
    "text": "写几句", "choice": "选一个", "number": "数字", "digits": "末几位数", "date": "日期",
    "phone": "手机号", "photo": "照片", "file": "文件", "confirm": "点头",
}  # fmt: skip
MOST, ASK_LENGTH = 20, 200


async def show(visit: Visit) -> Reply:
    """Show the questions, each with a form of its own, and an empty one for the next."""
    event, entry = await _one(visit)
    return View("event_form.html", {"event": event, "form": entry.form, "kinds": KINDS, "most": MOST})


async def _one(visit: Visit) -> tuple[Event, Entry]:
    event = await planning.own(visit)
    return event, await planning.entry(visit, event.slug)


async def add(visit: Visit) -> Reply:
    """Add a question at the end."""
    _, entry = await _one(visit)
    if len(entry.form) >= MOST:
        raise Refused("question_wrong")
    taken = {question.name for question in entry.form}
    name = next(name for name in (f"q{n}" for n in range(1, MOST + 2)) if name not in taken)
    return await _keep(visit, entry, [*entry.form, _question(visit, name, entry.form)], "问题加好了。")


async def change(visit: Visit) -> Reply:
    """Change a question; what members have answered stays as it was."""
    _, entry = await _one(visit)
    at = _at(visit, entry)
    asked = _question(visit, entry.form[at].name, entry.form[:at])
    return await _keep(visit, entry, [*entry.form[:at], asked, *entry.form[at + 1 :]], "问题改好了。")


async def remove(visit: Visit) -> Reply:
    """Take a question out."""
    _, entry = await _one(visit)
    at = _at(visit, entry)
    if len(entry.form) == 1:
        raise Refused("last_question")
    return await _keep(visit, entry, [*entry.form[:at], *entry.form[at + 1 :]], "问题去掉了。")


async def up(visit: Visit) -> Reply:
    """Ask a question one earlier."""
    _, entry = await _one(visit)
    at = _at(visit, entry)
    asked = list(entry.form)
    asked.insert(max(0, at - 1), asked.pop(at))
    return await _keep(visit, entry, asked, "挪好了。")


def _at(visit: Visit, entry: Entry) -> int:
    """Return where the question is that was meant, whoever has moved it meanwhile."""
    found = [at for at, question in enumerate(entry.form) if question.name == visit.said("name")]
    if not found:
        raise NotFound
    return found[0]


def _question(visit: Visit, name: str, before: Sequence[Question]) -> Question:
    """Return the question that was written; its condition looks at one that is asked *before*.

    Raises Refused: question_wrong, question_when.
    """
    kind, ask = visit.said("kind"), visit.said("ask")
    options = tuple(
        dict.fromkeys(line.strip() for line in visit.said("options").splitlines() if line.strip())
    )
    if kind not in KINDS or not 0 < len(ask) <= ASK_LENGTH or (kind == "choice") != (len(options) > 1):
        raise Refused("question_wrong")
    values: dict[str, Any] = {"options": options} if options else {}
    if kind == "digits":
        values["digits"] = min(max(whole(visit.said("digits")) or 6, 1), 19)
    return Question(
        name=name, ask=ask, kind=kind, optional=bool(visit.said("optional")), help=visit.said("help"),
        when=_when(visit, before), **values,
    )  # fmt: skip


def _when(visit: Visit, before: Sequence[Question]) -> dict[str, str]:
    about, answer = visit.said("when"), visit.said("answer")
    if not about:
        return {}
    if not any(one.name == about and answer in one.options for one in before):
        raise Refused("question_when")
    return {about: answer}


async def _keep(visit: Visit, entry: Entry, form: Sequence[Question], said: str) -> Reply:
    known: dict[str, Question] = {}
    for question in form:
        for about, wanted in question.conditions.items():
            if about not in known or not set(wanted) <= set(known[about].options):
                raise Refused("question_when")
        known[question.name] = question
    await planning.keep(visit, {entry.slug: drafting.body(entry, form=tuple(form))})
    return Away(f"/events/{entry.slug}/form", said)


pages = (
    Page(
        "/events/{key}/form", "报名要问的问题", ORGANISERS, show,
        {
            "add": Action("加问题", add), "change": Action("改问题", change),
            "remove": Action("去掉问题", remove), "up": Action("挪问题", up),
        },
    ),
)  # fmt: skip
