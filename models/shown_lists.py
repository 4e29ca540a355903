"""What numbers stand for in a chat whose channel has no buttons: the list that was shown last."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Moment
from models.crypto import Sealed
from models.messages import Address, Choice, Outgoing

PAGE = 8
"""How many choices are shown at a time: 9 leads on, 0 back."""
LABEL_CHARS = 50
"""How much of a label is shown, so that eight of them leave room for the text."""
LASTS = timedelta(hours=48)


class ShownList(Base):
    """The list of one chat.

    *body* holds all its choices as [label as it is shown, value], where the page begins, the rest of a long text,
    whether digits are an answer, and how many choices the list before it had.
    """

    __tablename__ = "shown_lists"

    channel: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(Sealed)
    shown_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def choices(self) -> Sequence[tuple[str, str]]:
        """Return all choices as (label, value), those of other pages too."""
        return [(label, value) for label, value in self.body["choices"]]

    @property
    def first(self) -> int:
        """Return where the page that is shown begins."""
        return int(self.body["first"])

    @property
    def rest(self) -> str:
        """Return what is left of the text."""
        return str(self.body["rest"])

    @property
    def digits(self) -> bool:
        """Say whether a number answers the question itself."""
        return bool(self.body["digits"])

    @property
    def before(self) -> int:
        """Return how many choices the list had that this one replaced."""
        return int(self.body["before"])

    def is_over(self, now: datetime) -> bool:
        """Say whether it was shown so long ago that a number can mean anything."""
        return now - self.shown_at > LASTS

    def page(self, first: int) -> tuple[Choice, ...]:
        """Return the choices from *first* on."""
        return tuple(Choice(label, value) for label, value in self.choices[max(0, first) :])


def short(label: str) -> str:
    """Return as much of *label* as is shown."""
    return label if len(label) <= LABEL_CHARS else f"{label[: LABEL_CHARS - 1]}…"


async def of(session: AsyncSession, at: Address) -> ShownList | None:
    """Return the list shown last at *at*."""
    return await session.get(ShownList, (at.channel, at.id))


async def of_all(session: AsyncSession, chats: Collection[Address]) -> list[ShownList]:
    """Return the lists shown last in *chats*; as long as they are held, `of` need not ask for them again."""
    asked = {"channels": list({at.channel for at in chats}), "addresses": [at.id for at in chats]}
    return list(await session.scalars(_of_all(), asked))


@cache
def _of_all() -> Select[ShownList]:
    """Return the query, made once: making it takes longer than running it."""
    return select(ShownList).where(
        ShownList.channel.in_(bindparam("channels", expanding=True)),
        ShownList.address.in_(bindparam("addresses", expanding=True)),
    )


async def shown(
    session: AsyncSession, at: Address, letter: Outgoing, rest: str = "", *, now: datetime
) -> None:
    """Write down what *letter* shows; a letter without choices leaves the list as it is, for it still stands above."""
    told = [[short(choice.label), choice.value] for choice in letter.choices if choice.value]
    found = await of(session, at)
    if not told and not rest:
        return
    old = found.body["choices"] if found else []
    first = len(old) - len(told)
    turned = told and first >= 0 and first % PAGE == 0 and old[first:] == told
    body = {
        "choices": old if turned else told,
        "first": first if turned else 0,
        "rest": rest,
        "digits": letter.digits,
        "before": found.before if turned and found else len(old),
    }
    if found is None:
        session.add(ShownList(channel=at.channel, address=at.id, body=body, shown_at=now))
    else:
        found.body, found.shown_at = body, now


async def forget(session: AsyncSession, chats: Collection[Address]) -> None:
    """Delete the lists of these chats."""
    for at in chats:
        mine = (ShownList.channel == at.channel, ShownList.address == at.id)
        await session.execute(delete(ShownList).where(*mine))


async def clean(session: AsyncSession, *, now: datetime) -> None:
    """Delete lists that nobody can choose from any more."""
    await session.execute(delete(ShownList).where(ShownList.shown_at < now - 2 * LASTS))
