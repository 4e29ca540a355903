"""What every channel offers, and how it tells that a letter did not go."""

from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

from models.messages import Incoming, Outgoing

Receive = Callable[[Incoming], Awaitable[bool]]
"""Stores one message; when it returns, the message may be acknowledged to the platform; it says whether it is new."""


class Unreachable(Exception):  # noqa: N818 -- an answer of the platform, not a fault
    """The letter can never arrive: the member blocked us, the address is gone, or the letter is refused."""

    def __init__(self, reason: Literal["blocked", "gone", "refused"]) -> None:
        super().__init__(reason)
        self.reason = reason


class Moved(Exception):  # noqa: N818 -- an answer of the platform, not a fault
    """The chat has a new address; the letter goes there."""

    def __init__(self, address: str) -> None:
        super().__init__("the chat has moved")
        self.address = address


class Held(Exception):  # noqa: N818 -- an answer of the platform, not a fault
    """No way leads to the member now: the letter waits until they write again."""


class TryLater(Exception):  # noqa: N818 -- an answer of the platform, not a fault
    """The platform is busy or down.

    *seconds* is how long to wait; *holds* what waits: this letter, all of its chat, or its whole lane; *unknown*
    tells that the letter may have arrived all the same.
    """

    def __init__(
        self,
        seconds: float,
        *,
        holds: Literal["letter", "chat", "lane"] = "letter",
        unknown: bool = False,
    ) -> None:
        super().__init__(f"try again in {seconds} s")
        self.seconds = seconds
        self.holds = holds
        self.unknown = unknown


class Channel(Protocol):
    """A way to talk with members."""

    name: str
    private: bool
    """Whether personal matters may pass here."""
    rate: float | None
    """Letters a second that the platform allows; None where letters wait to be fetched and are never sent."""

    async def listen(self, receive: Receive) -> None:
        """Pass every message on until cancelled."""

    async def send(self, address: str, message: Outgoing) -> str:
        """Deliver one message and return the platform's id of it.

        Raises Unreachable, Moved, Held or TryLater; nothing else leaks from a platform library.
        """

    async def fetch(self, reference: str) -> bytes:
        """Return the picture or file that a message referred to.

        Raises Refused (photo_big, photo_bad) when it can never be had, TryLater when not just now.
        """
