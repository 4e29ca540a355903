"""What an editor writes about one programme, service or question, and how it is checked."""

from datetime import date, datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

TOPICS = frozenset(
    [
        "tuition_subsidy",
        "migrant_university",
        "hardship_aid",
        "mutual_card",
        "film_5yuan",
        "art_festival",
        "singing_contest",
        "dance_contest",
        "photo_contest",
        "photo_branch",
        "fishing_contest",
        "vocal_training",
        "dance_training",
        "calligraphy_class",
        "board_contest",
        "poker_contest",
        "speech_essay",
        "public_lecture",
        "book_room",
        "knowledge_worker",
        "join_union",
        "found_union",
        "staff_home",
        "wage_bargaining",
        "mediation",
        "legal_aid",
        "law_talks",
        "human",
        "labour:wages",
        "labour:dismissal",
        "labour:contract",
        "labour:overtime",
        "labour:injury",
        "labour:insurance",
        "labour:leave",
        "labour:other",
    ]
)
MEMBER_PHRASINGS, ENGLISH_PHRASINGS = 8, 2


class Checked(BaseModel):
    """Content that names no unknown key and never changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(Checked):
    """One question of a form; *ask* may be the key of a text, whose buttons then stand under the question.

    A question of the kind *digits* keeps the last of them, as many as *digits* says; a *private* one is asked only
    where personal matters may pass. *when* names answers that call for it, each one or one of several. Of the kind
    *several* more than one option may be ticked; those ticked for the question *without* are not offered again.
    *codes* are what the options are called in the program, *part* and *told* how the answer is read back. A date
    that is *past* never lies ahead: one that is said without its year is the last such day.
    """

    name: str
    ask: str
    kind: Literal[
        "text", "choice", "several", "number", "digits", "date", "phone", "photo", "file", "confirm"
    ] = "text"
    options: tuple[str, ...] = ()
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
