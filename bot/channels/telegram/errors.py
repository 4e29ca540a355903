"""Telegram's refusals in the words of every channel."""

from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.base import Moved, TryLater, Unreachable
from models.messages import Lane

SERVER_SECONDS, TOKEN_SECONDS = 5.0, 60.0
_GONE = ("chat not found", "user is deactivated", "bot was kicked", "peer_id_invalid", "user not found")
_UNCHANGED = ("message is not modified",)
_REMOVED = ("message to delete not found",)
_UNEDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "there is no text in the message to edit",
)


def translated(error: TelegramError, lane: Lane) -> Exception:
    """Return *error* as what delivery understands.

    A `retry after` of a notice holds all notices, that of anything else its chat: replies have no common limit of
    their own, and one busy chat must not silence the others.
    """
    match error:
        case RetryAfter():
            return TryLater(seconds(error), holds="lane" if lane == "bulk" else "chat")
        case Forbidden():
            return Unreachable("gone" if _says(error, _GONE) else "blocked")
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case InvalidToken():
            return TryLater(TOKEN_SECONDS, holds="lane")
        case TimedOut():
            return TryLater(SERVER_SECONDS, unknown=True)
        case BadRequest():
            return Unreachable("gone" if _says(error, _GONE) else "refused")
        case NetworkError():
            return TryLater(SERVER_SECONDS, unknown=True)
    return TryLater(SERVER_SECONDS)


def seconds(error: RetryAfter) -> float:
    """Return how long Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def is_unchanged(error: BadRequest) -> bool:
    """Say whether an edit was refused because the message says so already."""
    return _says(error, _UNCHANGED)


def is_too_big(error: BadRequest) -> bool:
    """Say whether a file is larger than bots may have."""
    return _says(error, ("file is too big",))


def is_gone(error: BadRequest) -> bool:
    """Say whether a message that is to be taken back is not there any more."""
    return _says(error, _REMOVED)


def is_uneditable(error: BadRequest) -> bool:
    """Say whether a message can no longer be edited."""
    return _says(error, _UNEDITABLE)


def _says(error: TelegramError, words: tuple[str, ...]) -> bool:
    said = error.message.casefold()
    return any(word in said for word in words)
