"""申请法律援助: what happened is asked step by step, read back, and handed in as a case."""

from collections.abc import Mapping
from datetime import timedelta

from config.entries import Question
from handlers import crisis, filling, forms, wording
from handlers.service import BEFORE, Service, Turn
from models import case_assignment, case_deadlines, case_papers, case_states, case_urgency, cases, consents
from models.case_member import REACH
from models.case_papers import Standing
from models.cases import MACHINE, Case, Filed
from models.conversations import FROM
from models.messages import Outgoing

FORM, MORE, OTHER = "aid", "more", "other"
CASE, CASE_SENSITIVE = "case", "case_sensitive"
"""What is agreed to: that the case is kept, and what is sensitive in it."""
AGREED, WRONG = "yes", "wrong"
"""What the answers to the questions `sensitive` and `check` are called."""
NOT_FACTS = frozenset(
    ["topic", "topic_more", "consent", "sensitive", "employer", "name", "phone", "now", "have", "can_get", "check", "fix"]
)  # fmt: skip
GROUP, SOON = 10, timedelta(days=7)
"""How many may send representatives (MAL 7), and how near a deadline is told with the number of the case."""
AT_ONCE = frozenset({"P0", "P1"})
MEMBERS_OWN = frozenset({"limitation", "sue", "injury_worker"})
"""The deadlines that members hold themselves, by applying or suing."""


async def pressed(turn: Turn, about: str) -> Outgoing:
    """Begin, or go on with what was begun; leave it for those who do not agree."""
    if about == "no":
        return _leave(turn)
    if not turn.private and not turn.ways.site:
        return turn.move("form:resume")
    if turn.conversation.form == FORM:
        return filling.resume(turn)
    known = {"name": turn.member.name or "", "phone": turn.member.phone or ""}
    return turn.start(FORM, known={name: said for name, said in known.items() if said})


def _leave(turn: Turn) -> Outgoing:
    """Keep nothing for who does not agree; who has agreed since is shown how things stand."""
    conversation = turn.conversation
    if conversation.form != FORM or "consent" in conversation.answers or turn.elsewhere:
        return filling.stale(turn)
    conversation.close()
    return turn.say("aid.no")


async def begin(turn: Turn) -> Outgoing:
    """Begin, by the words for it."""
    return await pressed(turn, "begin")


async def finish(turn: Turn, _: str, answers: Mapping[str, str]) -> Outgoing:
    """Hand the case in, or ask once more what is to be corrected."""
    questions = forms.Form(turn.content.forms[FORM].questions).asked(answers)
    if forms.coded(questions, answers)["check"] == WRONG:
        return turn.start(FORM, known=_without(questions, answers, answers["fix"]))
    case = await _file(turn, questions, answers)
    paged = case.urgency in AT_ONCE and await crisis.call(
        turn, turn.say("aid.page", urgency=case.urgency, number=case.number), f"case:{case.id}"
    )
    return await _filed(turn, case, paged=paged)


def _without(questions: tuple[Question, ...], answers: Mapping[str, str], part: str) -> dict[str, str]:
    """Return *answers* without those of *part*, which are offered again with the question."""
    again = {question.name: question for question in questions if question.part == part}
    kept = {name: said for name, said in answers.items() if name not in {*again, "check", "fix"}}
    ticks = {f"{forms.TICKS}{name}": answers[name] for name, q in again.items() if q.kind == "several"}
    typed = {f"{BEFORE}{name}": answers[name] for name, q in again.items() if not forms.options(q)}
    return kept | ticks | typed


async def _file(turn: Turn, questions: tuple[Question, ...], answers: Mapping[str, str]) -> Case:
    """Open the case with all that belongs to it."""
    filed = _read(turn, questions, answers)
    duty = turn.content.duty
    off = {"holidays": duty.holidays, "workdays": duty.workdays}
    promised = case_states.promise(filed.urgency, turn.now, duty=duty, **off) if duty.staff else None
    case = await cases.file(
        turn.session, turn.member, turn.message.sender, filed, promised=promised, now=turn.now
    )
    kinds = [CASE, CASE_SENSITIVE] if forms.coded(questions, answers).get("sensitive") == AGREED else [CASE]
    for kind in kinds:
        await consents.give(turn.session, turn.member, kind, case.number, now=turn.now)
    case_papers.note(turn.session, case, _papers(turn, answers), now=turn.now)
    await case_deadlines.derive(turn.session, case, now=turn.now)
    await case_assignment.assign_best(turn.session, case, by=MACHINE, now=turn.now)
    return case


def _read(turn: Turn, questions: tuple[Question, ...], answers: Mapping[str, str]) -> Filed:
    """Return what the answers say, by the names and codes of the program."""
    coded = forms.coded(questions, answers)
    facts = {name: said for name, said in coded.items() if name not in NOT_FACTS}
    facts |= dict.fromkeys(filter(None, coded.get("now", "").split(",")), "yes")
    begun = answers.get(FROM, "")
    if begun != turn.message.sender.place:
        facts[REACH] = begun
    topic = (coded["topic_more"] if coded["topic"] == MORE else coded["topic"]) or OTHER
    people = int(float(facts.get("people", "1"))) or 1
    duty, today = turn.content.duty, turn.today.date()
    weighed = case_urgency.assess(
        topic, facts, people, holidays=duty.holidays, workdays=duty.workdays, today=today
    )
    return Filed(
        topic=topic, urgency=weighed.urgency, name=answers["name"],
        phone=answers["phone"], employer=answers.get("employer", ""), people=people,
        union=turn.member.union_name, area=_area(turn, facts.get("workplace", "")), facts=facts,
    )  # fmt: skip


def _area(turn: Turn, workplace: str) -> str:
    """Return the area of the directory that *workplace* names, else the member's: figures are made from it."""
    known = {place.area for place in turn.content.places if place.area}
    return next((area for area in sorted(known) if area in workplace), turn.member.area)


def _papers(turn: Turn, answers: Mapping[str, str]) -> dict[str, Standing]:
    """Return how each paper of the list stands; the name of the employer was asked before."""
    have, can_get = (frozenset(answers.get(name, "").split(forms.AND)) for name in ("have", "can_get"))
    asked = forms.Form(turn.content.forms[FORM].questions).asked(answers)
    listed = next((question.options for question in asked if question.name == "have"), ())
    found: dict[str, Standing] = {
        one: "have" if one in have else "can_get" if one in can_get else "no" for one in listed
    }
    found[turn.say("aid.paper.employer").text] = "have" if answers.get("employer") else "no"
    return found


async def _filed(turn: Turn, case: Case, *, paged: bool) -> Outgoing:
    """Return the number, what happens next and by when, and what cannot wait."""
    key = "aid.filed_nobody" if case.promised is None else "aid.filed_paged" if paged else "aid.filed"
    until = wording.by(case.promised, turn.now) if case.promised else ""
    papers = turn.choice("aid.choices.papers", f"case:papers:{case.id}")
    mine = turn.choice("aid.choices.mine", f"case:show:{case.id}")
    human = turn.choice("answer.choices.human", "human")
    parts = [turn.say(key, number=case.number, until=until).text]
    parts += await _near(turn, case)
    if case.people >= GROUP:
        parts.append(turn.say("aid.group").text)
    return Outgoing("\n\n".join(parts), (papers, mine, human))


async def _near(turn: Turn, case: Case) -> list[str]:
    """Return what is said of a deadline that is near, or that may be over: never that nothing can be done any more."""
    today = turn.today.date()
    found = [one.safe_day for one in await case_deadlines.of(turn.session, case) if one.kind in MEMBERS_OWN]
    near = [day for day in found if today <= day <= today + SOON]
    if near:
        return [turn.say("aid.deadline", day=wording.day(near[0])).text]
    return [turn.say("aid.late").text] if found and found[0] < today else []


service = Service(
    name="aid",
    title="申请法律援助",
    words=("申请法律援助", "申請法律援助", "我要申请法律援助"),
    answer=begin,
    actions={"aid": pressed},
    finishes={"aid": finish},
)
