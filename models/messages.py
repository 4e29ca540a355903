"""The neutral words that every channel is translated to and from, and that inbox and outbox keep."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text",
    "press",
    "start",
    "photo",
    "file",
    "voice",
    "video",
    "sticker",
    "contact",
    "location",
    "other",
    "joined",
    "blocked",
]
Lane = Literal["press", "reply", "timely", "bulk"]
LANES: tuple[Lane, ...] = ("press", "reply", "timely", "bulk")
VALUE_BYTES = 64  # Telegram's limit for callback data, the narrowest of all channels


@dataclass(frozen=True, slots=True)
class Address:
    """Where someone can be reached: a channel and an id on it."""

    channel: str
    id: str

    @property
    def place(self) -> str:
        """Return it as one text."""
        return f"{self.channel}:{self.id}"


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a member sent.

    *text* holds a text, a caption or the label of the pressed button; *value* the value of a press, the
    payload of a start, or "own" for a contact that is the sender's own; *file* where a picture, file or voice lies (`<channel>:<reference>`); *message* the
    platform's id of the message whose button was pressed; *language* what the platform says of the member.
    """

    id: str
    sender: Address
    kind: Kind = "text"
    text: str = ""
    value: str = ""
    file: str = ""
    message: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: pressing it sends *value* back (at most 64 bytes of ASCII) or opens *url*."""

    label: str
    value: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What we send.

    *replaces* is the platform's id of a message to edit in its place, *removes* of one to take back; *digits* tells that
    a typed number answers the question itself and picks none of the choices; *kind* is that of a notice,
    *private* that no lock screen may show the words.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    picture: str = ""
    file: str = ""
    replaces: str = ""
    removes: str = ""
    digits: bool = False
    private: bool = False
    kind: Literal["", "news", "service", "urgent"] = ""
    lane: Lane = "reply"
