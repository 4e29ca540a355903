"""Two thousand made-up members, as plain values to count by hand and as rows of the database."""

import random
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import insert

from models.answers import NoticeAnswer
from models.events import Event
from models.files import File
from models.members import Contact, Member
from models.notice_lines import NoticeLine
from models.notices import Notice
from models.outbox import BULK, Letter
from models.places import Place
from models.roster import Card
from models.works import Work

MANY, TOLD, SHEET = 2_000, 1, 2
EVENTS = {"chess": "contest", "hike": "activity", "singing": "club", "reading": "club"}
STATES = (
    "confirmed",
    "waiting",
    "offered",
    "attended",
    "no_show",
    "cancelled",
    "declined",
    "pending_approval",
)
"""More than any audience asks for: who cancelled is in none."""


@dataclass(slots=True)
class Person:
    """What is made up of one member."""

    number: int
    wants_news: bool
    topics: frozenset[str]
    area: str
    union: str
    language: str
    role: str
    wrote_from: str
    living: tuple[str, ...]
    dead: tuple[str, ...]
    phone: bool
    places: dict[str, str]
    photo: str
    letter: str
    answered: bool
    in_sheet: bool = field(default=False)

    def at(self, *names: str, slug: str) -> bool:
        """Say whether the place at an event is in one of these states."""
        return self.places.get(slug) in names

    def told_at(self, *, only: tuple[str, ...] = ("telegram", "wechat", "web")) -> str:
        """Return the channel on which a letter goes: where they wrote last, else another, the page last."""
        here = [name for name in sorted(self.living) if name in only]
        if self.wrote_from in here:
            return self.wrote_from
        return next((name for name in here if name != "web"), here[0] if here else "")


def made_up(seed: int = 4) -> list[Person]:
    """Return the members, the same each time."""
    dice = random.Random(seed)
    topics = ("activities", "training", "aid", "law", "journal")

    def some(names: tuple[str, ...], share: float) -> tuple[str, ...]:
        return tuple(name for name in names if dice.random() < share)

    def person(number: int) -> Person:
        channels = some(("telegram", "wechat", "web"), 0.5)
        dead = some(channels, 0.2)
        return Person(
            number,
            wants_news=dice.random() < 0.8,
            topics=frozenset(some(topics, 0.5)),
            area=dice.choice(("", "中关村", "上地", "西三旗")),
            union=dice.choice(("", "北冶", "佳讯")),
            language=dice.choice(("", "zh-hans", "zh-hant", "en")),
            role=dice.choice(("", "", "", "主席", "委员")),
            wrote_from=dice.choice(("", "telegram", "wechat")),
            living=tuple(name for name in channels if name not in dead),
            dead=dead,
            phone=dice.random() < 0.3,
            places={slug: dice.choice(STATES) for slug in some(tuple(EVENTS), 0.4)},
            photo=dice.choice(("", "", "", "entered", "withdrawn")),
            letter=dice.choice(("", "sent", "sent", "gone", "skipped", "waiting")),
            answered=dice.random() < 0.1,
            in_sheet=dice.random() < 0.2,
        )

    return [person(number) for number in range(1, MANY + 1)]


async def move_in(session, people: list[Person], *, now) -> None:
    """Write everything about *people* down, and the two notices that audiences speak of."""
    cards = [_card(person, now) for person in people if person.role]
    await session.execute(insert(Card), cards)
    bits = {"activities": 1, "training": 2, "aid": 4, "law": 8, "journal": 16}
    await session.execute(insert(Member), [
        {"id": p.number, "joined_at": now, "wants_news": p.wants_news, "topics": sum(bits[t] for t in p.topics),
         "area": p.area, "union_name": p.union, "language": p.language, "channel": p.wrote_from,
         "roster_id": p.number if p.role else None, "phone": "13800000000" if p.phone else None}
        for p in people
    ])  # fmt: skip
    await session.execute(insert(Contact), [
        {"channel": name, "address": f"{name[0]}{p.number}", "member_id": p.number,
         "dead_at": now if name in p.dead else None, "dead_reason": ""}
        for p in people for name in (*p.living, *p.dead)
    ])  # fmt: skip
    await _events(session, people, now)
    await _notices(session, people, now)


def _card(person: Person, now) -> dict[str, object]:
    plain = ("card", "card_hash", "card_end_hash", "phone", "phone_hash", "phone_end_hash")
    said = {name: str(person.number) for name in plain}
    return {
        "id": person.number,
        "name": "演示",
        "role": person.role,
        "source": "",
        "imported_at": now,
        **said,
    }


async def _events(session, people: list[Person], now) -> None:
    for number, (slug, kind) in enumerate(EVENTS.items(), 1):
        session.add(Event(id=number, slug=slug, kind=kind, title=slug))
    await session.flush()
    number = {slug: at for at, slug in enumerate(EVENTS, 1)}
    await session.execute(insert(Place), [
        {"event_id": number[slug], "member_id": p.number, "state": state, "since": now, "joined_at": now}
        for p in people for slug, state in p.places.items()
    ])  # fmt: skip
    session.add(File(hash="x", size=1, type="image/jpeg", purpose="work", at=now))
    await session.flush()
    photo = {
        "event": "photo", "title": "晨练", "colour": True, "group": "手机", "original": "x", "shown": "x", "thumbnail": "x",
        "dhash": "0" * 16, "small": False, "credited": True, "consented_at": now, "at": now,
    }  # fmt: skip
    await session.execute(
        insert(Work),
        [{**photo, "number": p.number, "member_id": p.number, "state": p.photo} for p in people if p.photo],
    )


async def _notices(session, people: list[Person], now) -> None:
    for number in (TOLD, SHEET):
        session.add(Notice(id=number, title="停水", text="停水", kind="news", audience={"everybody": True},
                           created_by="wang", created_at=now, valid_hours=1, send_until=now + timedelta(hours=1)))  # fmt: skip
    await session.flush()
    told = {"channel": "telegram", "body": {}, "lane": BULK, "due": now, "created_at": now}
    answered = {"action": "human", "at": now}
    letters, answers, lines = [], [], []
    for p in people:  # the others have the same of the other notice
        mine = {"member_id": p.number}
        number, state = (TOLD, p.letter) if p.letter else (SHEET, "sent")
        letters.append({**told, **mine, "notice_id": number, "address": f"t{p.number}", "state": state})
        answers.append({**answered, **mine, "notice_id": TOLD if p.answered else SHEET})
        lines.append({**mine, "notice_id": SHEET if p.in_sheet else TOLD, "fields": {}})
    await session.execute(insert(Letter), letters)
    await session.execute(insert(NoticeAnswer), answers)
    await session.execute(insert(NoticeLine), lines)
