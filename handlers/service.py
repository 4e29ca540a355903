"""What a member service declares, and what its handlers are given."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from config.entries import Entry, Question
from handlers import confiding
from handlers.confiding import Ways
from handlers.forms import Form, options, step, ticked
from handlers.wording import BEIJING, full_day
from models.base import Refused
from models.conversations import FROM, MOVED, Conversation
from models.members import Member
from models.messages import Choice, Incoming, Kind, Lane, Outgoing
from models.senders import STRANGER, Sender

BEFORE = "before:"
"""Marks an answer of an earlier round among the answers of a form: it is offered again as a button."""
CHOSEN = frozenset(["choice", "confirm", "several", "photo", "file"])
"""The kinds of questions that a number does not answer, so that it may pick a choice."""
LONG = 12
"""From how many questions on a form is more comfortable on our page than in numbers."""
SILENCE = Outgoing("")
"""The answer of a bot that lets a person speak."""


@dataclass(slots=True)
class Turn:
    """One message in the course of being answered; handlers take all they need from it."""

    message: Incoming
    member: Member
    session: AsyncSession
    content: Content
    now: datetime
    conversation: Conversation
    ways: Ways
    first: bool = False
    english: bool = False
    sender: Sender = STRANGER
    decision: str = ""

    @property
    def private(self) -> bool:
        """Say whether personal matters may pass where the member writes."""
        return self.ways.keeps(self.message.sender)

    def say(self, key: str, *more: Choice, **values: object) -> Outgoing:
        """Return the text called *key* as a reply, its own buttons followed by *more*."""
        words = self.content.texts.get(f"{key}.en") if self.english else None
        text, choices = (words or self.content.texts[key]).fill(values)
        return Outgoing(text, (*(Choice(label, to) for label, to in choices), *more))

    def choice(self, key: str, to: str) -> Choice:
        """Return a button whose label is the text called *key*."""
        return Choice(self.say(key).text, to)

    def start(self, form: str, about: str = "", known: Mapping[str, str] | None = None) -> Outgoing:
        """Open a form and return its first question; what is *known* is not asked, the next messages go to it."""
        self.conversation.open(form, about, secrets.token_hex(3))
        own = any(question.private for question in self.form().questions)
        begun = {FROM: self.message.sender.place} if own else {}
        self.conversation.answers = {**begun, **(known or {})}
        return self.question()

    def form(self) -> Form:
        """Return the form in progress.

        Raises Refused when its content is gone.
        """
        questions = form_questions(self.content, self.conversation.form, self.conversation.about)
        if questions is None:
            raise Refused("form")
        return Form(questions)

    def question(self) -> Outgoing:
        """Return the question that the form in progress asks now; a private one moves to our own page where it must."""
        form, given = self.form(), self.conversation.answers
        question = form.next(given)
        if question is None:
            raise Refused("form")
        if question.private and not self.may_pass(question):
            return self.say("private.elsewhere") if self.elsewhere else self.move(confiding.RESUME)
        told = "，".join(given[asked.name] for asked in form.asked(given) if given.get(asked.name))
        known = question.ask in self.content.texts
        values = {**given, "answers": told, "lines": read_back(form, given)}
        asked = self.say(question.ask, **values) if known else Outgoing(question.ask)
        digits = question.kind not in CHOSEN
        choices = (*self._answers(question, asked.choices), *self._beside(form, question))
        return replace(asked, choices=choices, digits=digits)

    def may_pass(self, question: Question) -> bool:
        """Say whether *question* and its answer may pass here: a private one where the form was begun or moved to."""
        return not question.private or (self.private and not self.elsewhere)

    @property
    def elsewhere(self) -> bool:
        """Say whether a form that asks private things belongs to another device of the member: it may be in another hand."""
        given = self.conversation.answers
        return FROM in given and self.message.sender.place not in {given[FROM], given.get(MOVED)}

    def move(self, purpose: str) -> Outgoing:
        """Return the message that leads to our page, where *purpose* goes on."""
        return confiding.moved(
            self.session, self.content, self.ways, self.member, purpose, at=self.message.sender, now=self.now
        )

    def _answers(self, question: Question, own: tuple[Choice, ...]) -> tuple[Choice, ...]:
        given = self.conversation.answers
        stamp = f"f:{self.conversation.nonce}:{step(given)}"
        person = self.choice("answer.choices.human", "human")
        near = (person,) if question.private and all(choice.value != "human" for choice in own) else ()
        if question.kind == "several":
            return (*self._ticks(question, stamp), *own, *near)
        chosen = [Choice(label, f"{stamp}:{number}") for number, label in enumerate(options(question))]
        before = given.get(f"{BEFORE}{question.name}")
        if before and question.kind not in {"choice", "confirm"} and before not in question.options:
            cancel = () if chosen else (self.choice("form.cancel", "form:cancel"),)
            chosen = [Choice(before, f"{stamp}:before"), *chosen, *cancel]
        if question.optional:
            chosen.append(Choice(question.skip or self.say("form.skip").text, f"{stamp}:skip"))
        return (*((*chosen, *own) or (self.choice("form.cancel", "form:cancel"),)), *near)

    def _beside(self, form: Form, question: Question) -> tuple[Choice, ...]:
        """Return the button that leads to our page where a channel has no files, or only numbers for a long form."""
        at, ways = self.message.sender, self.ways
        begins = len(form.questions) > LONG and question == form.questions[0]
        if at.channel not in ways.beside or self.elsewhere or not (begins or question.kind == "file"):
            return ()
        there = confiding.link(self.session, ways, self.member, confiding.RESUME, at=at, now=self.now)
        return (Choice(self.say("form.page").text, url=there),)

    def _ticks(self, question: Question, stamp: str) -> list[Choice]:
        """Return a button for each option, which ticks it or takes the tick away, and the one that goes on."""
        on = ticked(question, self.conversation.answers)
        found = [
            Choice(self.say("form.ticked", option=label).text, f"{stamp}:-{number}")
            if label in on
            else Choice(label, f"{stamp}:+{number}")
            for number, label in enumerate(question.options)
        ]
        if on or not question.optional:
            return [*found, self.choice("form.these", f"{stamp}:these")]
        return [*found, Choice(question.skip or self.say("form.skip").text, f"{stamp}:skip")]

    @property
    def today(self) -> datetime:
        """Return the present moment by Beijing's clock."""
        return self.now.astimezone(BEIJING)


def read_back(form: Form, answers: Mapping[str, str]) -> str:
    """Return what was answered, a line for each part of the form, days written out."""
    parts: dict[str, list[str]] = {}
    for question in form.asked(answers):
        said = answers.get(question.name)
        if question.part and said:
            shown = full_day(date.fromisoformat(said)) if question.kind == "date" else said
            parts.setdefault(question.part, []).append(f"{question.told}{shown}")
    return "\n".join(f"{part}：{'，'.join(said)}" for part, said in parts.items())


def again(answers: Mapping[str, str]) -> dict[str, str]:
    """Return *answers* as those of an earlier round, to be offered as buttons."""
    return {f"{BEFORE}{name}": said for name, said in answers.items() if ":" not in name}


def letter(content: Content, key: str, values: Mapping[str, object], *, lane: Lane = "timely") -> Outgoing:
    """Return the text called *key* with its own buttons, for a member who has not just written."""
    text, choices = content.texts[key].fill(values)
    return Outgoing(text, tuple(Choice(label, to) for label, to in choices), lane=lane)


def form_questions(content: Content, form: str, about: str) -> tuple[Question, ...] | None:
    """Return the questions of a form: the program's own, or the one of the entry *about*."""
    own = content.forms.get(form)
    if own is not None:
        return own.questions
    entry = content.entry(about)
    if form != "entry" or entry is None:
        return None
    if entry.event is not None:
        return (*content.forms["who"].questions, *entry.form, *content.forms["check"].questions)
    return _applied_for(content, entry) or None


def _applied_for(content: Content, entry: Entry) -> tuple[Question, ...]:
    """Return the form of an entry; of one that is applied for with who it is, all private where one question is."""
    plan = entry.application
    if plan is None:
        return entry.form
    near = content.forms["apply-relatives"].questions if plan.money else ()
    asked = (*entry.form, *near, *content.forms["who"].questions, *content.forms["apply-check"].questions)
    if not any(question.private for question in entry.form):
        return asked
    return tuple(question.model_copy(update={"private": True}) for question in asked)


def form_end(content: Content, form: str, about: str) -> str:
    """Return the name of what the form ends in."""
    own = content.forms.get(form)
    return own.ends if own is not None else content.by_slug[about].ends


Handler = Callable[[Turn], Awaitable[Outgoing]]
Action = Callable[[Turn, str], Awaitable[Outgoing]]
Finish = Callable[[Turn, str, Mapping[str, str]], Awaitable[Outgoing]]


@dataclass(frozen=True, slots=True)
class Service:
    """Something members can ask for; routing, help and the default tests are made from this.

    *words* lead to *answer* as a whole message, *coded* ones with six digits behind them; *always* lets them break into a form or a hand-off; *actions*
    answer presses `<action>:<about>`; *kinds* answer what is not text; *finishes* take the answers of forms.
    """

    name: str
    title: str
    words: tuple[str, ...] = ()
    coded: tuple[str, ...] = ()
    answer: Handler | None = None
    always: bool = False
    actions: Mapping[str, Action] = field(default_factory=dict)
    kinds: Mapping[Kind, Handler] = field(default_factory=dict)
    finishes: Mapping[str, Finish] = field(default_factory=dict)
