"""What an editor writes about one programme, service or question, and how it is checked."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

TOPICS: Mapping[str, str] = {
    "tuition_subsidy": "学费资助",
    "migrant_university": "农民工上大学",
    "hardship_aid": "困难帮扶",
    "mutual_card": "京卡",
    "film_5yuan": "5元观影",
    "art_festival": "职工艺术节",
    "singing_contest": "歌手大赛",
    "dance_contest": "舞蹈大赛",
    "photo_contest": "摄影大赛",
    "photo_branch": "摄影分会",
    "fishing_contest": "钓鱼比赛",
    "vocal_training": "声乐培训",
    "dance_training": "舞蹈培训",
    "calligraphy_class": "书画培训",
    "board_contest": "象棋和围棋",
    "poker_contest": "扑克牌（双升）",
    "speech_essay": "演讲和征文",
    "public_lecture": "讲座和课堂",
    "book_room": "职工书屋",
    "knowledge_worker": "知识型职工标兵",
    "join_union": "入会",
    "found_union": "建会",
    "staff_home": "职工之家",
    "wage_bargaining": "工资集体协商",
    "mediation": "调解和五方联动",
    "legal_aid": "法律援助",
    "law_talks": "法律讲座",
    "human": "找人和电话",
    "labour:wages": "劳动法：工资",
    "labour:dismissal": "劳动法：辞退",
    "labour:contract": "劳动法：合同",
    "labour:overtime": "劳动法：加班",
    "labour:injury": "劳动法：工伤",
    "labour:insurance": "劳动法：社保",
    "labour:leave": "劳动法：休假",
    "labour:other": "劳动法：其他",
}
"""What members ask about, and how staff call it."""
MEMBER_PHRASINGS, ENGLISH_PHRASINGS = 8, 2


class Checked(BaseModel):
    """Content that names no unknown key and never changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(Checked):
    """One question of a form; *ask* may be the key of a text, whose buttons then stand under the question.

    A question of the kind *digits* keeps the last of them, as many as *digits* says. Of the kind *day* the very day is
    wanted, of the kind *month* its month. *options* of other kinds than choice are short answers beside what may be
    written; *means* tells what an option stands for, *unit* what may follow a number. A *private* one is asked only
    where personal matters may pass. *when* names answers that call for it, each one or one of several. Of the kind
    *several* more than one option may be ticked; those ticked for the question *without* are not offered again.
    *codes* are what the options are called in the program, *part* and *told* how the answer is read back. A date
    that is *past* never lies ahead: one that is said without its year is the last such day.
    """

    name: str
    ask: str
    kind: Literal[
        "text",
        "choice",
        "several",
        "number",
        "digits",
        "date",
        "day",
        "month",
        "phone",
        "photo",
        "file",
        "confirm",
    ] = "text"
    options: tuple[str, ...] = ()
    means: dict[str, str] = {}
    unit: str = ""
    codes: tuple[str, ...] = ()
    without: str = ""
    digits: int = Field(6, ge=1, le=19)
    when: dict[str, str | tuple[str, ...]] = {}
    optional: bool = False
    private: bool = False
    skip: str = ""
    help: str = ""
    part: str = ""
    told: str = ""
    past: bool = False

    @model_validator(mode="after")
    def _coded(self) -> Self:
        if self.codes and len(self.codes) != len(self.options):
            raise ValueError("codes: each option needs one, or none has any")
        return self

    @property
    def conditions(self) -> dict[str, tuple[str, ...]]:
        """Return the answers that call for it, by the names of the questions they are given to."""
        return {name: (one,) if isinstance(one, str) else one for name, one in self.when.items()}


class Next(Checked):
    """A button under an answer: *to* is an action of the program, such as `show:photo-contest` or `human`."""

    label: str = Field(max_length=14)
    to: str = Field(max_length=64, pattern=r"^[a-z]+(:[a-z0-9:._-]+)?$")


class Reserved(Checked):
    """Seats kept for the members of one union until *release*."""

    seats: int = Field(ge=1)
    release: datetime | None = None


class EventPlan(Checked):
    """How the places of an event are won: *places* None means as many as come, *party* is the most per sign-up.

    *dates* are all days of a series, the first being the start; *pairs* says that two sign up together, each in
    their own chat; *union* and *area* leave all others out; *works* is how many photos a member may enter, who then needs no place.
    """

    prefix: str = Field(pattern=r"^[A-Z]{1,3}$")
    places: int | None = Field(None, ge=0)
    party: int = Field(1, ge=1, le=20)
    policy: Literal["fcfs", "lottery", "approve"] = "fcfs"
    draws: datetime | None = None
    ends: datetime | None = None
    members_only: bool = False
    categories: dict[str, int | None] = {}
    reserved: dict[str, Reserved] = {}
    dates: tuple[datetime, ...] = ()
    address: str = ""
    map: str = Field("", pattern=r"^(https://.+)?$")
    cancel_until: datetime | None = None
    union: str = ""
    area: str = ""
    pairs: bool = False
    works: int = Field(0, ge=0, le=20)
    keep_days: int = Field(30, ge=1)


CHECKS = ("union_check", "home_visit", "street_check", "economic_check", "district_review")
"""The checks that an application may go through, in their order (DOMAIN.md, section 6)."""


class Paper(Checked):
    """A paper that an application needs; one that is not *needed* may be left out."""

    name: str = Field(pattern=r"^[a-z_]{2,30}$")
    label: str = Field(max_length=40)
    needed: bool = True


class ApplicationPlan(Checked):
    """How applications for something are worked on; pinned to each when it is handed in.

    *steps* are the checks before somebody else approves. *sums* are yuan by the answer to the question *sum_by*, as they
    hold in *year*; *ceiling* is the most that may be given, *ceiling_verified* says that somebody has confirmed it. What *pays_first* is paid after the first check, its papers
    may follow. *publicity_days* are working days on which the masked list is shown, 0 for none. *once* a year, or one
    that is open at a time. *hints* say something kind beside an answer, by question and option; no answer refuses.
    """

    prefix: str = Field(pattern=r"^[A-Z]{1,3}$")
    steps: tuple[
        Literal["union_check", "home_visit", "street_check", "economic_check", "district_review"], ...
    ] = (
        "union_check",
        "district_review",
    )
    money: bool = False
    sums: dict[str, Decimal] = {}
    sum_by: str = ""
    year: int | None = None
    ceiling: Decimal | None = None
    ceiling_verified: bool = False
    pays_first: bool = False
    publicity_days: int = Field(0, ge=0, le=30)
    promise_days: int = Field(15, ge=1, le=90)
    supplement_days: int = Field(15, ge=1, le=90)
    appeal_days: int = Field(15, ge=1, le=90)
    once: Literal["open", "year"] = "open"
    papers: tuple[Paper, ...] = ()
    hints: dict[str, dict[str, str]] = {}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if list(self.steps) != [step for step in CHECKS if step in self.steps] or not self.steps:
            raise ValueError("steps: at least one check, each once, in their order")
        if self.pays_first and (self.ceiling is None or not self.money or self.publicity_days):
            raise ValueError("pays_first: what is paid first needs money and a ceiling, and has no publicity")
        if bool(self.sums) != bool(self.sum_by) or (self.sums and self.year is None):
            raise ValueError("sums: sums need the question that they follow from, and their year")
        if (self.sums or self.ceiling is not None) and not self.money:
            raise ValueError("money: there are sums only where money is given")
        return self


class Entry(Checked):
    """One thing that members ask about: a programme, a service or a question, with its answer.

    *fact* is what was so in *year* (history, told as such); *answer* is what holds now; one of them is needed.
    """

    slug: str = Field(pattern=r"^[a-z0-9-]{2,40}$")
    kind: Literal[
        "service", "aid", "contest", "training", "festival", "lecture", "outing", "tickets", "club", "article"
    ]
    topic: str
    covers: tuple[str, ...] = ()
    title: str = Field(max_length=18)
    care: str = ""
    answer: str = ""
    fact: str = ""
    year: int | None = None
    detail: str = ""
    papers: str = ""
    law: str = ""
    english: str
    phrasings: tuple[str, ...] = Field(min_length=MEMBER_PHRASINGS)
    english_phrasings: tuple[str, ...] = Field(min_length=ENGLISH_PHRASINGS)
    next: tuple[Next, ...] = ()
    opens: datetime | None = None
    closes: datetime | None = None
    starts: datetime | None = None
    place: str = ""
    form: tuple[Question, ...] = ()
    ends: str = ""
    event: EventPlan | None = None
    application: ApplicationPlan | None = None
    demo: bool = False
    checked_on: date
    valid_until: date | None = None
    owner: str

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.topic not in TOPICS:
            raise ValueError(f"topic: {self.topic} is not a known topic")
        if not (self.answer or self.fact):
            raise ValueError("answer: an entry needs an answer or a fact")
        if bool(self.fact) != (self.year is not None):
            raise ValueError("year: a fact needs its year, and a year its fact")
        if self.application and self.ends != "apply":
            raise ValueError("ends: the form of an application ends in apply")
        if bool(self.form) != bool(self.ends):
            raise ValueError("ends: a form needs the name of what it ends in")
        if self.event and self.kind != "club" and not (self.opens and self.closes and self.starts):
            raise ValueError("event: an event needs opens, closes and starts")
        if self.event and self.event.dates and self.event.dates[0] != self.starts:
            raise ValueError("dates: the first day of a series is its start")
        if self.event and self.ends != ("" if self.works else "enrol"):
            raise ValueError("ends: the form of an event ends in enrol; one that takes works has none")
        return self

    @property
    def works(self) -> int:
        """Return how many photos a member may enter."""
        return self.event.works if self.event else 0

    def is_open(self, now: datetime) -> bool:
        """Say whether it takes entries now, by its own dates."""
        return (self.opens is None or self.opens <= now) and (self.closes is None or now < self.closes)

    @property
    def pairs(self) -> bool:
        """Say whether two sign up for it together."""
        return self.event is not None and self.event.pairs

    @property
    def labour(self) -> bool:
        """Say whether this is about labour law, which is searched only when a dispute word is said."""
        return self.topic.startswith("labour:")
