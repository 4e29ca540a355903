"""The outbox: every letter that leaves, written in the transaction of what it tells of."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, cast

from sqlalchemy import (
    Index,
    SmallInteger,
    Table,
    Update,
    and_,
    bindparam,
    case,
    delete,
    false,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, insert_new, kind_of, wake
from models.crypto import Sealed
from models.messages import LANES, Address, Choice, Outgoing

PULLED = "web"
"""The channel whose letters wait to be fetched; they are neither paced nor leased."""
PASSIVE, GRACE = "wechat", timedelta(seconds=2)
"""The channel that is answered in the response to a message: such a letter is the postman's only some seconds later."""
ANSWERS = "answers"
"""Where a session notes the letters to WeChat that it has written, by the message that each answers."""
MASS = "mass"
"""The owner of letters that go in one call for thousands; whether they went only that call knows (models/wechat_mass.py)."""
HELD = "held"
"""The state of a letter that no way leads out for until its member comes: on the page, and outside WeChat's window."""
BULK = LANES.index("bulk")
LOOSE = NOBODY = 0
"""The notice of single letters in the lane of notices, and the member of no letter: none."""
GIVEN_UP = timedelta(hours=24)
KEPT = timedelta(days=30)
State = Literal["sent", "gone", "failed", "unknown", "skipped", "waiting", "held"]


class Letter(Base):
    """One message to one address, from `waiting` (or `ready`, to be fetched) to `sent` or another end.

    A letter of a notice has its *notice_id*, the *member_id* it is for and an empty body, filled in when it leaves; on
    the page it is `held` until the member comes. One that may go *once* only is not tried again when nobody knows
    whether it arrived. *answers* is the message that a letter to WeChat answers (models/replies.py). No foreign keys: a million rows are written at once, and notices are never deleted.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "channel", "state", "lane", "due", "id"),
        Index("ix_outbox_chat", "channel", "address", "state", "id"),
        Index("ix_outbox_notice", "notice_id", "channel", "state", "due", "id"),
        Index("uq_outbox_member", "notice_id", "member_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    address: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(Sealed)
    lane: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str]
    due: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str] = mapped_column(default="")
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    platform_id: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    key: Mapped[str | None] = mapped_column(unique=True)
    notice_id: Mapped[int | None]
    member_id: Mapped[int | None]
    once: Mapped[bool] = mapped_column(default=False, server_default=false())
    answers: Mapped[str | None]

    @property
    def message(self) -> Outgoing:
        """Return what to send."""
        choices = tuple(Choice(**choice) for choice in self.body.get("choices", ()))
        return Outgoing(**{"text": "", **self.body, "choices": choices, "lane": LANES[self.lane]})

    @property
    def at(self) -> Address:
        """Return where it goes."""
        return Address(self.channel, self.address)


TABLE = cast(Table, Letter.__table__)
_WRITTEN = tuple(field.name for field in fields(Outgoing) if field.name != "lane")


async def put(
    session: AsyncSession,
    to: Address,
    message: Outgoing,
    *,
    due: datetime,
    key: str | None = None,
    answers: str | None = None,
) -> None:
    """Hand a letter to the postman; it leaves after the commit. The same *key* is put once only.

    *answers* is the platform's id of the message that it answers.
    """
    passive = answers is not None and to.channel == PASSIVE
    row = {
        "channel": to.channel, "address": to.id, "body": body_of(message), "lane": LANES.index(message.lane),
        "state": "ready" if to.channel == PULLED else "waiting", "due": due + GRACE if passive else due,
        "answers": answers if passive else None, "tries": 0, "owner": "",
        "platform_id": "", "reason": "", "created_at": due, "key": key, "once": False,
        "notice_id": LOOSE if message.lane == "bulk" else None,
    }  # fmt: skip
    if key is None:
        letter = Letter(**row)
        session.add(letter)  # several are written at once, before anything is read again
        if passive:
            session.info.setdefault(ANSWERS, {}).setdefault(answers, []).append(letter)
    else:
        await session.flush()
        await session.execute(insert_new(kind_of(session), TABLE, ("key",)), row)
    if not passive:  # who holds the line open has it first; a slow poll finds what is left
        wake(session, f"page:{to.id}" if to.channel == PULLED else f"letters:{to.channel}")


def body_of(message: Outgoing) -> dict[str, Any]:
    """Return *message* as a letter keeps it."""
    body = {name: value for name in _WRITTEN if (value := getattr(message, name))}
    if message.choices:
        body["choices"] = [asdict(choice) for choice in message.choices]
    return body


async def settle(
    session: AsyncSession,
    letter: Letter,
    state: State,
    *,
    owner: str,
    now: datetime,
    platform_id: str = "",
    reason: str = "",
    retry_at: datetime | None = None,
) -> bool:
    """Record how sending went; return False when another process has taken the letter over meanwhile."""
    if state == "waiting" and not letter.notice_id and now - letter.created_at > GIVEN_UP:
        state, reason = "failed", "given up"
    row = _end(letter, state, platform_id, owner=owner, now=now)
    told = {"as_reason": reason, "as_due": retry_at or letter.due}
    done = await session.execute(_ending(), row | told)
    return done.rowcount == 1  # type: ignore[attr-defined,no-any-return]  # an UPDATE has a row count


async def settle_sent(
    session: AsyncSession, sent: Sequence[tuple[Letter, str]], *, owner: str, now: datetime
) -> None:
    """Record letters that were sent, with the platform's ids of them, in one go; what was taken over stays."""
    rows = [_end(letter, "sent", platform_id, owner=owner, now=now) for letter, platform_id in sent]
    await session.execute(_ending(), rows)


def _end(letter: Letter, state: State, platform_id: str, *, owner: str, now: datetime) -> dict[str, object]:
    return {
        "of_id": letter.id, "of_owner": owner, "of_tries": letter.tries, "as_state": state,
        "as_platform_id": platform_id, "as_reason": "", "as_due": letter.due, "as_address": letter.address,
        "as_settled_at": None if state in {"waiting", HELD} else now,
    }  # fmt: skip


@cache
def _ending() -> Update:
    """Return the statement that ends a try, made once: making it takes longer than running it."""
    mine = (
        TABLE.c.id == bindparam("of_id"),
        TABLE.c.state == "leased",
        TABLE.c.owner == bindparam("of_owner"),
        TABLE.c.tries == bindparam("of_tries"),
    )
    names = ("state", "platform_id", "reason", "due", "settled_at", "address")
    told = {name: bindparam(f"as_{name}", type_=TABLE.c[name].type) for name in names}
    return update(TABLE).where(*mine).values(**told, leased_until=None)


async def hold_chat(session: AsyncSession, at: Address, *, until: datetime) -> None:
    """Let every waiting letter of a chat wait, as the platform asked."""
    waiting = (
        TABLE.c.channel == at.channel,
        TABLE.c.address == at.id,
        TABLE.c.state == "waiting",
        TABLE.c.due < until,
    )
    await session.execute(update(TABLE).where(*waiting).values(due=until))


async def move(session: AsyncSession, old: Address, new: Address) -> None:
    """Re-address the waiting letters of a chat that has moved."""
    waiting = (TABLE.c.channel == old.channel, TABLE.c.address == old.id, TABLE.c.state == "waiting")
    await session.flush()
    await session.execute(update(TABLE).where(*waiting).values(address=new.id))


async def sweep(session: AsyncSession, *, now: datetime, alone: bool = False) -> int:
    """Free the letters of dead processes: what may go once only stays unknown, the rest is sent again.

    *alone* says that no other process can be sending, so that nothing has to be waited for.
    """
    late = (
        TABLE.c.state == "leased",
        TABLE.c.owner != MASS,
        *(() if alone else (TABLE.c.leased_until < now,)),
    )
    maybe = await session.execute(
        update(TABLE).where(*late, TABLE.c.once).values(state="unknown", reason="lease", settled_at=now)
    )
    again = await session.execute(update(TABLE).where(*late).values(state="waiting", due=now))
    return maybe.rowcount + again.rowcount  # type: ignore[attr-defined,no-any-return]  # an UPDATE has a row count


async def clean(session: AsyncSession, *, now: datetime) -> None:
    """Forget letters that came to their end a month ago; those of notices are kept longer, by their notice.

    What was held for a month is told no more.
    """
    loose = or_(TABLE.c.notice_id.is_(None), TABLE.c.notice_id == LOOSE)
    stale = (TABLE.c.state == HELD, TABLE.c.created_at < now - KEPT, loose)
    over = {"state": "failed", "reason": "late", "settled_at": now, "body": {}}
    await session.execute(update(TABLE).where(*stale).values(over))
    old = (TABLE.c.settled_at < now - KEPT, loose)
    await session.execute(delete(TABLE).where(*old))


async def fetch(session: AsyncSession, address: str, *, after: int | None, limit: int = 100) -> list[Letter]:
    """Return letters for a page: all after a known one, or those nobody has acknowledged.

    Those of notices come as letters of their own once the page is open (handlers/noticing.py).
    """
    own = (Letter.channel == PULLED, Letter.address == address, Letter.member_id.is_(None))
    query = select(Letter).where(*own)
    query = query.where(Letter.state == "ready") if after is None else query.where(Letter.id > after)
    return list(await session.scalars(query.order_by(Letter.id).limit(limit)))


async def acknowledge(session: AsyncSession, address: str, *, upto: int, now: datetime) -> None:
    """Note that a page has shown its letters up to one."""
    ready = (
        TABLE.c.channel == PULLED,
        TABLE.c.address == address,
        TABLE.c.state == "ready",
        TABLE.c.id <= upto,
    )
    await session.execute(update(TABLE).where(*ready).values(state="sent", settled_at=now))


async def forget(session: AsyncSession, addresses: Collection[Address], member_id: int) -> None:
    """Empty the letters to *addresses* and those of notices to a member; what has not left does not leave.

    The rows stay until they are old: a page counts letters by their numbers, which must not be used twice.
    """
    unsent = case((TABLE.c.state.in_(("waiting", "leased", "ready", HELD)), "skipped"), else_=TABLE.c.state)
    nothing: dict[str, Any] = {
        "address": "",
        "body": {},
        "platform_id": "",
        "key": None,
        "answers": None,
        "member_id": None,
        "state": unsent,
    }
    theirs = (and_(TABLE.c.channel == at.channel, TABLE.c.address == at.id) for at in addresses)
    await session.flush()
    await session.execute(update(TABLE).where(or_(TABLE.c.member_id == member_id, *theirs)).values(nothing))
