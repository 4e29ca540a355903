"""What Telegram sends, in neutral words."""

from typing import Any

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update

from models.messages import Address, Incoming, Kind

NAME = "telegram"
GONE = frozenset({"kicked", "left"})
ALLOWED = ("message", "callback_query", "my_chat_member")


def to_incoming(update: Update) -> Incoming | None:
    """Return what *update* says, or None when no chat of a member stands behind it."""
    number = str(update.update_id)
    if update.callback_query is not None:
        return _press(number, update.callback_query)
    if update.my_chat_member is not None:
        return _membership(number, update.my_chat_member)
    if update.message is not None:
        return _message(number, update.message)
    chat = update.effective_chat
    if chat is None or update.edited_message is not None or chat.type == "channel":
        return None
    return Incoming(number, Address(NAME, str(chat.id)), kind="other")


def _message(number: str, message: Message) -> Incoming | None:
    sender = Address(NAME, str(message.chat.id))
    language = (message.from_user.language_code or "") if message.from_user else ""
    if message.migrate_to_chat_id or message.migrate_from_chat_id:
        return None
    text = message.text or ""
    if text.startswith("/start"):
        return Incoming(number, sender, kind="start", value=text.partition(" ")[2].strip(), language=language)
    if text:
        return Incoming(number, sender, text=text, language=language)
    kind, fields = _contact(message) if message.contact else _content(message)
    return Incoming(
        number, sender, kind=kind, text=message.caption or fields.pop("text", ""), language=language, **fields
    )


def _content(message: Message) -> tuple[Kind, dict[str, str]]:
    if message.photo:
        return "photo", {"file": _file(message.photo[-1])}
    if message.document:
        return "file", {"file": _file(message.document)}
    if message.voice or message.audio:
        return "voice", {"file": _file(message.voice or message.audio)}
    if message.video or message.video_note or message.animation:
        return "video", {"file": _file(message.video or message.video_note or message.animation)}
    if message.sticker:
        return "sticker", {}
    if message.location:
        return "location", {"value": f"{message.location.latitude:.5f},{message.location.longitude:.5f}"}
    return "other", {}


def _contact(message: Message) -> tuple[Kind, dict[str, str]]:
    """Return a shared phone number, and whether it is the sender's own."""
    contact, sender = message.contact, message.from_user
    own = contact is not None and sender is not None and contact.user_id == sender.id
    return "contact", {"text": contact.phone_number if contact else "", "value": "own" if own else ""}


def _file(found: Any) -> str:
    return f"{NAME}:{found.file_id}"


def _press(number: str, query: CallbackQuery) -> Incoming | None:
    message = query.message
    if message is None:
        return None
    return Incoming(
        number,
        Address(NAME, str(message.chat.id)),
        kind="press",
        text=_label(message, query.data or ""),
        value=query.data or "",
        message=str(message.message_id),
        language=query.from_user.language_code or "",
    )


def _label(message: Any, value: str) -> str:
    """Return the label of the button that was pressed, as far as the message is still known."""
    markup = getattr(message, "reply_markup", None)
    rows = markup.inline_keyboard if markup else ()
    return next((button.text for row in rows for button in row if button.callback_data == value), "")


def _membership(number: str, change: ChatMemberUpdated) -> Incoming:
    kind: Kind = "blocked" if change.new_chat_member.status in GONE else "joined"
    return Incoming(number, Address(NAME, str(change.chat.id)), kind=kind)
