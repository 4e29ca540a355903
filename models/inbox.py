"""The inbox: every message that arrived, stored before it is acknowledged, answered once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    Index,
    Select,
    Table,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment, insert_new, kind_of, lock_chat, wake
from models.crypto import Sealed
from models.messages import Address, Incoming
from models.outbox import PASSIVE

TRIES = 3
PAUSE = timedelta(seconds=30)
KEPT = timedelta(hours=48)


class Received(Base):
    """One message; *body* is emptied once it is answered, the platform's id stays to know a repeat."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("channel", "platform_id"),
        Index("ix_inbox_waiting", "state", "channel", "chat", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    chat: Mapped[str]
    platform_id: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(Sealed)
    state: Mapped[str] = mapped_column(default="new")
    tries: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime] = mapped_column(Moment)
    retry_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def at(self) -> Address:
        """Return where it was written."""
        return Address(self.channel, self.chat)

    @property
    def message(self) -> Incoming:
        """Return what was received."""
        return Incoming(**{**self.body, "id": self.platform_id, "sender": self.at})


_TABLE = cast(Table, Received.__table__)
_SAID = tuple(field.name for field in fields(Incoming) if field.name not in {"id", "sender"})


async def put(session: AsyncSession, messages: Sequence[Incoming], *, now: datetime) -> set[Address]:
    """Store *messages*, passing over repeats; return the chats that have something new."""
    rows = [_row(message, now) for message in messages]
    new = insert_new(kind_of(session), _TABLE, ("channel", "platform_id"), ("channel", "chat"))
    return {Address(channel, chat) for channel, chat in await session.execute(new, rows)}


def _row(message: Incoming, now: datetime) -> dict[str, Any]:
    body = {name: _clean(value) for name in _SAID if (value := getattr(message, name))}
    return {
        "channel": message.sender.channel,
        "chat": message.sender.id,
        "platform_id": message.id,
        "body": body,
        "state": "new",
        "tries": 0,
        "received_at": now,
        "retry_at": now,
    }


def _clean(value: str) -> str:
    """Return *value* without what no database keeps: zero bytes and halves of characters."""
    return value.replace("\0", "").encode("utf-8", "replace").decode()


async def once(session: AsyncSession, at: Address, number: str, *, now: datetime) -> bool:
    """Say whether *number* is heard for the first time; nothing is answered to it."""
    row = {**_row(Incoming(number, at), now), "state": "done"}
    new = insert_new(kind_of(session), _TABLE, ("channel", "platform_id"), ("chat",))
    return (await session.execute(new, [row])).first() is not None


async def take(
    session: AsyncSession, chats: Collection[Address], *, now: datetime
) -> list[tuple[Received, bool]]:
    """Return the oldest message of each of *chats* that waits for its answer, and whether another waits behind it.

    Nobody else answers them meanwhile. The locks on chats are the transaction itself: a process that dies leaves none.
    """
    for chat in sorted(chats, key=lambda chat: chat.place):
        await lock_chat(session, chat)
    asked = {
        "now": now,
        "channels": list({chat.channel for chat in chats}),
        "chats": [chat.id for chat in chats],
    }
    found = await session.execute(_oldest(), asked)
    return [(row, number > 1) for row, number in found if row.at in chats]


@cache
def _oldest() -> Select[Received, int]:
    """Return the query, made once: making it takes longer than running it."""
    due = (
        _TABLE.c.state == "new",
        _TABLE.c.channel.in_(bindparam("channels", expanding=True)),
        _TABLE.c.chat.in_(bindparam("chats", expanding=True)),
        _TABLE.c.retry_at <= bindparam("now", type_=Moment),
    )
    oldest = select(func.min(_TABLE.c.id).label("id"), func.count().label("number"))
    first = oldest.where(*due).group_by(_TABLE.c.channel, _TABLE.c.chat).subquery()
    return select(Received, first.c.number).join(first, first.c.id == Received.id).order_by(Received.id)


async def done(session: AsyncSession, answered: Mapping[Address, int]) -> None:
    """Note that these messages, each the only one of its chat, are answered and forget what they said."""
    rows = _TABLE.c.id.in_(answered.values())
    await session.execute(update(_TABLE).where(rows).values(state="done", body={}))
    for chat in answered:
        _tell(session, chat)


def _tell(session: AsyncSession, chat: Address) -> None:
    """Wake whoever waits for the answer in order to give it in a response."""
    if chat.channel == PASSIVE:
        wake(session, f"turn:{chat.id}")


async def answered(session: AsyncSession, channel: str, platform_id: str) -> bool:
    """Say whether nothing more is going to be done about a message."""
    query = select(_TABLE.c.state).where(_TABLE.c.channel == channel, _TABLE.c.platform_id == platform_id)
    return await session.scalar(query) in {None, "done", "failed"}


async def arrived(session: AsyncSession, channel: str, platform_id: str) -> datetime | None:
    """Return when a message came for the first time, None when it is not known any more."""
    query = select(_TABLE.c.received_at)
    mine = (_TABLE.c.channel == channel, _TABLE.c.platform_id == platform_id)
    return await session.scalar(query.where(*mine))


async def failed(session: AsyncSession, row_id: int, *, now: datetime) -> bool:
    """Note that answering failed; it is tried again later, three times in all. Return whether it was the first time."""
    row = await session.get_one(Received, row_id)
    row.tries += 1
    row.retry_at = now + PAUSE * row.tries
    if row.tries >= TRIES:
        row.state = "failed"
    _tell(session, row.at)
    return row.tries == 1


async def waiting(session: AsyncSession, *, now: datetime, limit: int = 1000) -> list[Address]:
    """Return the chats that have something to be answered, the oldest first."""
    query = select(_TABLE.c.channel, _TABLE.c.chat).where(_TABLE.c.state == "new", _TABLE.c.retry_at <= now)
    rows = await session.execute(query.order_by(_TABLE.c.id).limit(limit))
    return list(dict.fromkeys(Address(channel, chat) for channel, chat in rows))


async def clean(session: AsyncSession, *, now: datetime) -> None:
    """Forget the keys of messages answered two days ago."""
    old = (_TABLE.c.state == "done", _TABLE.c.received_at < now - KEPT)
    await session.execute(delete(_TABLE).where(*old))


async def forget(session: AsyncSession, chats: Collection[Address], *, upto: str = "") -> None:
    """Delete what these chats have sent and what was answered; what still waits for its answer stays until then.

    Of the chat that sent the message *upto*, everything until then goes, and that message too.
    """
    for chat in chats:
        theirs = (_TABLE.c.channel == chat.channel, _TABLE.c.chat == chat.id)
        last = select(_TABLE.c.id).where(*theirs, _TABLE.c.platform_id == upto).scalar_subquery()
        await session.execute(
            delete(_TABLE).where(*theirs, or_(_TABLE.c.state != "new", _TABLE.c.id <= last))
        )
