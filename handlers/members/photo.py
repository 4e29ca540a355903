"""Photos: entered for the contest with a title and one press, added to, replaced and taken back until it closes."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from config.entries import Entry
from handlers import enrolling
from handlers.service import Service, Turn
from models import consents, files, works
from models.base import Refused
from models.events import Event
from models.messages import Choice, Outgoing
from models.photos import Photo

CREDITED, AGAIN, FORM = "投稿，署我的名", "改一改", "work"


async def received(turn: Turn) -> Outgoing:
    """Take a picture: into the form that is open, straight into the contest, or ask what it is for."""
    reason = turn.message.value.removeprefix("refused:")
    if reason != turn.message.value:
        return turn.say(f"refused.{reason}")
    contest = _open_contest(turn)
    photo = turn.message.value
    if photo:
        await _keep(turn, Photo.unpacked(photo))
    conversation = turn.conversation
    if contest and photo and conversation.form == FORM and not conversation.asleep:
        return _queue(turn, photo)
    if contest and photo and _expected(turn)[0] == contest.slug:
        return await _next(turn, contest, photo)
    conversation.asked = {"text": "", "kind": "photo", "file": turn.message.file, "value": photo}
    enter = [turn.choice("photo.choices.enter", f"work:{contest.slug}")] if contest and photo else []
    said = turn.say("said.photo")
    return replace(said, choices=(*enter, *said.choices))


async def enter(turn: Turn, slug: str) -> Outgoing:
    """Enter the picture that was sent, or ask for one."""
    contest, _ = await _contest(turn, slug)
    asked = turn.conversation.asked
    if asked.get("kind") == "photo" and asked["value"]:
        return await _next(turn, contest, asked["value"])
    _expect(turn, slug)
    return turn.say("photo.send")


async def finish(turn: Turn, slug: str, answers: Mapping[str, str]) -> Outgoing:
    """Enter the work with what was said of it; a picture that waits comes next."""
    contest, event = await _contest(turn, slug)
    photo, waiting = answers["photo"], json.loads(answers.get("waiting", "[]"))
    turn.member.name, turn.member.phone = answers["name"], answers["phone"]
    if answers["check"] == AGAIN:
        known = {key: answers[key] for key in ("name", "phone")}
        return await _start(turn, contest, photo, waiting, known)
    said = works.Entry(
        title=answers["title"],
        credited=answers["check"] == CREDITED,
        consented_at=turn.now,
        taken_on=date.fromisoformat(answers["day"]) if answers.get("day") else None,
    )
    work = await works.enter(
        turn.session, slug, turn.member, Photo.unpacked(photo), said,
        limit=contest.works, closes=event.closes or turn.now, now=turn.now,
    )  # fmt: skip
    await consents.give(turn.session, turn.member, consents.WORKS, slug, now=turn.now)
    _expect(turn, slug)
    done = await _done(turn, contest, work)
    if not waiting:
        return done
    asked = await _start(turn, contest, waiting[0], waiting[1:])
    return enrolling.before(done, asked)


async def mine(turn: Turn, slug: str) -> Outgoing:
    """Show the member's works."""
    contest, _ = await _contest(turn, slug)
    found = await works.of(turn.session, slug, turn.member)
    buttons = [Choice(f"{work.code}《{work.title}》", f"onework:{slug}:{work.number}") for work in found]
    left = max(0, contest.works - works.counted(found))
    human = turn.choice("answer.choices.human", "human")
    _expect(turn, slug)
    return turn.say("photo.mine", *buttons[:7], human, count=len(found), left=left, event=contest.title)


async def one(turn: Turn, about: str) -> Outgoing:
    """Show one work with what can be done about it."""
    slug, work = await _work(turn, about)
    back = turn.choice("photo.choices.withdraw", f"unwork:{slug}:{work.number}")
    other = turn.choice("photo.choices.replace", f"rework:{slug}:{work.number}")
    human = turn.choice("answer.choices.human", "human")
    facts = _facts(turn, work)
    add = turn.choice("photo.choices.more", f"morework:{slug}:{work.number}")
    return turn.say("photo.one", add, other, back, human, code=work.code, title=work.title, facts=facts)


async def ask_more(turn: Turn, about: str) -> Outgoing:
    """Ask for place, story and series of a work, each of which may be passed over."""
    await _work(turn, about)
    return turn.start("work-more", about)


async def more(turn: Turn, about: str, answers: Mapping[str, str]) -> Outgoing:
    """Keep what was added to a work."""
    slug, work = await _work(turn, about)
    _, event = await _contest(turn, slug)
    await works.describe(turn.session, work, answers, closes=event.closes or turn.now, now=turn.now)
    _expect(turn, slug)
    return turn.say("photo.described", turn.choice("photo.choices.mine", f"works:{slug}"), code=work.code)


async def ask_other(turn: Turn, about: str) -> Outgoing:
    """Ask for the picture that takes the place of a work."""
    slug, work = await _work(turn, about)
    _expect(turn, slug, work.number)
    return turn.say("photo.send_other", code=work.code)


async def withdraw(turn: Turn, about: str) -> Outgoing:
    """Take a work back."""
    slug, work = await _work(turn, about)
    _, event = await _contest(turn, slug)
    await works.withdraw(turn.session, work, closes=event.closes or turn.now, now=turn.now)
    _expect(turn, slug)
    return turn.say("photo.withdrawn", turn.choice("photo.choices.mine", f"works:{slug}"), code=work.code)


async def _next(turn: Turn, contest: Entry, photo: str) -> Outgoing:
    """Begin the form for a picture, or put it in the place of the work that was named."""
    _, number = _expected(turn)
    if not number:
        return await _start(turn, contest, photo, [])
    _, event = await _contest(turn, contest.slug)
    work = await works.mine(turn.session, contest.slug, turn.member, number)
    said = works.Entry(work.title, work.credited, turn.now, place=work.place, story=work.story)
    new = await works.replace(
        turn.session, work, Photo.unpacked(photo), said, closes=event.closes or turn.now, now=turn.now
    )
    _expect(turn, contest.slug)
    return turn.say(
        "photo.replaced", turn.choice("photo.choices.mine", f"works:{contest.slug}"), code=new.code
    )


async def _start(
    turn: Turn, contest: Entry, photo: str, waiting: list[str], known: Mapping[str, str] | None = None
) -> Outgoing:
    told = Photo.unpacked(photo)
    there = await works.of(turn.session, contest.slug, turn.member)
    who = known or {"name": turn.member.name or "", "phone": turn.member.phone or ""}
    facts = {
        "photo": photo, "waiting": json.dumps(waiting), "n": str(len(there) + 1),
        "facts": _facts(turn, told), "dated": "yes" if told.taken_on else "no",
    }  # fmt: skip
    return turn.start(FORM, contest.slug, {**facts, **{key: said for key, said in who.items() if said}})


def _expect(turn: Turn, slug: str, replaces: int = 0) -> None:
    """Let the next picture go to the contest, in the place of a work where one is named."""
    turn.conversation.asked = {"text": "", "value": f"contest:{slug}:{replaces}"}


def _expected(turn: Turn) -> tuple[str, int]:
    kind, _, rest = turn.conversation.asked.get("value", "").partition(":")
    slug, _, number = rest.partition(":")
    return (slug, int(number)) if kind == "contest" else ("", 0)


def _queue(turn: Turn, photo: str) -> Outgoing:
    answers = turn.conversation.answers
    waiting = [*json.loads(answers["waiting"]), photo]
    turn.conversation.answers = {**answers, "waiting": json.dumps(waiting)}
    return enrolling.before(turn.say("photo.queued", count=len(waiting)), turn.question())


async def _done(turn: Turn, contest: Entry, work: works.Work) -> Outgoing:
    found = await works.of(turn.session, contest.slug, turn.member)
    left = max(0, contest.works - works.counted(found))
    said = turn.say(
        "photo.done" if left else "photo.done_last",
        turn.choice("photo.choices.mine", f"works:{contest.slug}"),
        turn.choice("answer.choices.human", "human"),
        code=work.code, left=left,
    )  # fmt: skip
    notes = [turn.say("photo.small").text] if work.small else []
    like = next((other for other in found if other.id == work.resembles), None)
    notes += [turn.say("photo.alike", code=like.code).text] if like else []
    return replace(said, text="\n".join([said.text, *notes]))


async def _keep(turn: Turn, photo: Photo) -> None:
    kept = (photo.original, photo.shown, photo.thumbnail)
    await files.receive(turn.session, *kept, by=turn.member.id, now=turn.now)


async def _contest(turn: Turn, slug: str) -> tuple[Entry, Event]:
    entry = turn.content.entry(slug)
    event = await enrolling.event_of(turn, entry) if entry and entry.works else None
    if entry is None or event is None:
        raise Refused("works_closed")
    return entry, event


async def _work(turn: Turn, about: str) -> tuple[str, works.Work]:
    slug, _, number = about.partition(":")
    return slug, await works.mine(turn.session, slug, turn.member, int(number) if number.isdecimal() else 0)


def _open_contest(turn: Turn) -> Entry | None:
    return next((entry for entry in turn.content.entries if entry.works and entry.is_open(turn.now)), None)


def _facts(turn: Turn, told: Photo | works.Work) -> str:
    """Return what the picture tells of itself: colour, day and camera."""
    day = told.taken_on
    parts = [
        turn.say("photo.facts.colour" if told.colour else "photo.facts.grey").text,
        turn.say("photo.facts.day", month=day.month, day=day.day).text if day else "",
        turn.say(f"photo.facts.{told.group}").text if told.group else "",
    ]
    return "，".join(part for part in parts if part)


service = Service(
    name="photo",
    title="摄影投稿",
    kinds={"photo": received},
    actions={
        "work": enter,
        "works": mine,
        "onework": one,
        "rework": ask_other,
        "unwork": withdraw,
        "morework": ask_more,
    },
    finishes={"work": finish, "work_more": more},
)
