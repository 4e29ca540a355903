"""One turn: from a message to its answer, in one transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from config.content import Content
from handlers import answers, crisis, enrolling, filling, numbering, telling
from handlers.choosing import pick, tidy
from handlers.confiding import Ways
from handlers.duty import watch
from handlers.router import Router
from handlers.safety import Safety
from handlers.search.index import Found, Index
from handlers.search.normalise import is_english
from handlers.service import SILENCE, Turn
from models import answers as noticed
from models import (
    conversations,
    handoffs,
    members,
    merger,
    outbox,
    question_counts,
    senders,
    unanswered,
)
from models.base import Refused
from models.members import Member
from models.messages import Choice, Incoming, Outgoing
from models.senders import STRANGER, Sender

log = structlog.get_logger()
LONG = 500
OFFERED = 3
AT_HOME = Ways()
IN_PLACE = frozenset(["menu", "show", "detail", "papers", "wrong", "none", "places", "topics", "f"])
"""The buttons whose answer takes the place of the message they stand under."""


@dataclass(frozen=True)
class Edition:
    """Content and what is made from it; replaced as a whole when staff publish."""

    content: Content
    index: Index
    safety: Safety

    @cached_property
    def menus(self) -> dict[str, str]:
        """Return the labels of all menus with their actions: typed, they are as good as pressed."""
        menus = (text for key, text in self.content.texts.items() if key.startswith("menu"))
        return {tidy(label): to for text in menus for label, to in text.choices.items()}


class Dialogue:
    """Answers members."""

    def __init__(self, router: Router, edition: Edition, ways: Ways = AT_HOME) -> None:
        self.router = router
        self.edition = edition
        self.ways = ways

    async def answer(self, session: AsyncSession, message: Incoming, now: datetime) -> None:
        """Answer one message: state, rows and letters go into *session*."""
        async for _ in self.answers(session, [message], now):
            pass

    async def answers(
        self, session: AsyncSession, messages: Sequence[Incoming], now: datetime
    ) -> AsyncIterator[Incoming]:
        """Answer messages of different chats, the senders looked up together; yield each that is answered.

        One whose sender another message may have changed is left for a later transaction.

        Raises Refused when one of several is refused unforeseen: it is to be answered alone.
        """
        known = await senders.known(session, [message.sender for message in messages])
        met: set[Member | None] = set()
        asked: list[tuple[str, int]] = []
        for message in messages:
            sender = known.get(message.sender, STRANGER)
            if senders.is_stale(session) or sender.member in met - {None}:
                continue
            met.add(sender.member)
            turn = await self._answer(session, message, sender, now, alone=len(messages) == 1)
            if turn and turn.decision:
                asked.append((turn.decision, turn.member.id))
            yield message
        await question_counts.note(session, asked, now=now)

    async def _answer(
        self, session: AsyncSession, message: Incoming, sender: Sender, now: datetime, *, alone: bool
    ) -> Turn | None:
        if message.kind == "blocked":
            await telling.see_off(session, self.edition.content, message, now=now)
            return None
        message = numbering.meant(message, sender, now=now)
        turn = await self._turn(session, message, sender, now)
        asks = message.kind == "text" and not filling.in_progress(turn)
        reply = await (self._reply(turn) if asks and not alone else self._tried(turn))
        turn.conversation.touched_at = now
        await telling.tell(session, turn.content, merger.moved(session), now=now)
        if reply is not SILENCE:
            await _send(turn, reply)
        return turn

    async def _tried(self, turn: Turn) -> Outgoing:
        """Return the reply, or why there is none: what was changed before a refusal is as it was."""
        try:
            async with turn.session.begin_nested():
                return await self._reply(turn)
        except Refused as refusal:
            await turn.session.refresh(turn.conversation)
            await turn.session.refresh(turn.member)
            if refusal.reason == "form" or filling.at_last(turn):  # nobody is to be caught in a form
                turn.conversation.close()
            return turn.say(f"refused.{refusal.reason}")

    async def fault(self, session: AsyncSession, message: Incoming, now: datetime) -> None:
        """Tell the member that the message is kept though it could not be answered."""
        text, _ = self.edition.content.texts["fault.kept"].fill({})
        await outbox.put(
            session,
            message.sender,
            Outgoing(text),
            due=now,
            key=f"fault:{message.sender.channel}:{message.id}",
            answers=message.id,
        )

    async def _turn(self, session: AsyncSession, message: Incoming, sender: Sender, now: datetime) -> Turn:
        who = (sender.member, sender.contact)
        member = await members.met(session, message.sender, *who, language=message.language[:2], now=now)
        talk = sender.conversation
        conversation, first = await conversations.current(session, member, known=talk, now=now)
        english = is_english(message.text)
        said = (message, member, session, self.edition.content, now, conversation, self.ways)
        return Turn(*said, first=first, english=english, sender=sender)

    async def _reply(self, turn: Turn) -> Outgoing:
        steps: tuple[Callable[[Turn], Awaitable[Outgoing | None]], ...] = (
            self._danger,
            self._press,
            self._steer,
            self._always,
            self._handed_off,
            self._form,
            self._kind,
            self._word,
            self._search,
        )
        for step in steps:
            reply = await step(turn)
            if reply is not None:
                return reply
        return turn.say("said.other")

    async def _danger(self, turn: Turn) -> Outgoing | None:
        sign = self.edition.safety.sign(turn.message.text) if turn.message.text else None
        return None if sign is None else await crisis.respond(turn, sign)

    async def _press(self, turn: Turn) -> Outgoing | None:
        value = turn.message.value if turn.message.kind == "press" else self._meant(turn)
        if value is None:
            return None
        if value.startswith(noticed.PREFIX):
            value = await noticed.heard(turn.session, turn.member, value, now=turn.now)
        if value.startswith("f:") and value.count(":") == 3:  # noqa: PLR2004 -- the parts of a form's button
            return await filling.press(turn, self.router, value)
        found = self.router.for_press(value)
        if found is None:
            return filling.stale(turn)
        action, about = found
        return await action(turn, about)

    def _meant(self, turn: Turn) -> str | None:
        """Return the button that was meant by words; what is said to a colleague means none."""
        if turn.message.kind != "text":
            return None
        digits = not filling.in_progress(turn)
        value = pick(turn.message.text, turn.conversation.choices, digits=digits)
        if value is None or value.startswith("f:"):
            return None
        return None if turn.sender.is_led else value

    async def _steer(self, turn: Turn) -> Outgoing | None:
        return filling.steer(turn) if turn.message.kind == "text" else None

    async def _always(self, turn: Turn) -> Outgoing | None:
        service = self.router.for_text(turn.message.text) if turn.message.kind == "text" else None
        if service is None or not service.always or service.answer is None:
            return None
        return await service.answer(turn)

    async def _handed_off(self, turn: Turn) -> Outgoing | None:
        handoff = turn.sender.handoff
        if handoff is None or turn.message.kind in {"start", "joined"}:
            return None
        if handoff.state == "waiting" and filling.in_progress(turn):
            return None
        if handoff.state == "waiting" and not handoff.bot_answers and tidy(turn.message.text) in filling.BACK:
            handoff.bot_answers = True
            return turn.say("human.back")
        await handoffs.note(turn.session, handoff, turn.message, now=turn.now)
        at = watch(turn.content.duty, turn.now)
        if handoff.state == "taken" or (at.on and not handoff.bot_answers):
            return SILENCE
        if handoff.bot_answers or not at.staffed:
            return None
        found = self._find(turn) if turn.message.kind == "text" else None
        return await self._search(turn) if found and found.decision == "answer" else turn.say("human.noted")

    async def _form(self, turn: Turn) -> Outgoing | None:
        if not filling.in_progress(turn) or not filling.may_answer(turn):
            return None
        reply = await filling.accept(turn, self.router)
        if reply is not None:
            return reply
        found = self._find(turn)
        entry = turn.content.entry(found.entries[0]) if found.decision == "answer" else None
        return filling.after(turn, answers.answer(turn, entry)) if entry else filling.again(turn)

    async def _kind(self, turn: Turn) -> Outgoing | None:
        handler = self.router.for_kind(turn.message.kind)
        return None if handler is None else filling.beside(turn, await handler(turn))

    async def _word(self, turn: Turn) -> Outgoing | None:
        service = self.router.for_text(turn.message.text)
        if service is not None and service.answer is not None:
            return await service.answer(turn)
        found = self.router.for_press(self.edition.menus.get(tidy(turn.message.text), ""))
        return await found[0](turn, found[1]) if found else None

    async def _search(self, turn: Turn) -> Outgoing | None:
        text = turn.message.text
        if not text.strip():
            return turn.say("said.other")
        turn.conversation.asked = {"text": text}
        if len(text) > LONG:
            return turn.say("said.long")
        found = self._find(turn)
        turn.english = found.english
        turn.conversation.ranked = list(found.entries)
        turn.decision = found.decision
        return await self._decided(turn, found)

    async def _decided(self, turn: Turn, found: Found) -> Outgoing:
        if found.decision == "answer":
            turn.conversation.misses = 0
            return await enrolling.show(turn, turn.content.by_slug[found.entries[0]], searched=True)
        if found.decision == "offer":
            return self._offer(turn, found)
        return self._decline(turn, found)

    def _find(self, turn: Turn) -> Found:
        found = self.edition.index.search(turn.message.text[:LONG])
        best = found.ranked[0] if found.ranked else ("", 0.0)
        log.info("searched", decision=found.decision, kind=found.kind, topic=best[0], score=round(best[1], 3))
        return found

    def _offer(self, turn: Turn, found: Found) -> Outgoing:
        unanswered.note(turn.session, turn.message.text, "offered", ranked=found.entries, now=turn.now)
        return offer(turn, "search.offer", found.entries[:OFFERED])

    def _decline(self, turn: Turn, found: Found) -> Outgoing:
        kind, _, about = found.kind.partition(":")
        if kind != "normal":
            return turn.say(f"search.{kind}", place=about)
        unanswered.note(turn.session, turn.message.text, "declined", ranked=found.entries, now=turn.now)
        turn.conversation.misses += 1
        return turn.say("search.nothing" if turn.conversation.misses == 1 else "search.nothing_again")


def offer(turn: Turn, key: str, slugs: tuple[str, ...]) -> Outgoing:
    """Return the text called *key* with a button for each entry, before its own buttons."""
    entries = [entry for slug in slugs if (entry := turn.content.entry(slug))]
    said = turn.say(key)
    return replace(said, choices=(*(Choice(e.title, f"show:{e.slug}") for e in entries), *said.choices))


async def _send(turn: Turn, reply: Outgoing) -> None:
    if reply.choices:
        turn.conversation.choices = [[c.label, c.value] for c in reply.choices if c.value]
    pressed = turn.message.kind == "press"
    in_place = pressed and turn.message.value.split(":")[0] in IN_PLACE
    letter = replace(
        reply, lane="press" if pressed else "reply", replaces=turn.message.message if in_place else ""
    )
    await outbox.put(turn.session, turn.message.sender, letter, due=turn.now, answers=turn.message.id)
