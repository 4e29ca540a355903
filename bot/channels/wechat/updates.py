"""What WeChat sends, in neutral words (wechat spec 1.2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.channels.wechat.xml import Fields, Value
from config.wechat import SAYS
from models.messages import Address, Incoming, Kind

NAME = "wechat"
SCENE = "qrscene_"
NOTICES = frozenset(
    [
        "TEMPLATESENDJOBFINISH",
        "MASSSENDJOBFINISH",
        "subscribe_msg_popup_event",
        "subscribe_msg_change_event",
        "subscribe_msg_sent_event",
    ]
)
UNSUPPORTED = frozenset(
    [
        "【收到不支持的消息类型，暂无法显示】",
        "【收到不支援的訊息類型，無法顯示】",
        "[Unsupported Message]",
        "[Unsupported message]",
    ]
)
"""What comes as a text, in the member's language, for a sticker or another message that accounts are not given."""
_KINDS: Mapping[str, Kind] = {
    "text": "text",
    "image": "photo",
    "voice": "voice",
    "video": "video",
    "shortvideo": "video",
    "location": "location",
    "link": "other",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """Something WeChat tells of a letter or a consent; nobody has said anything, *number* tells its copies."""

    number: str
    openid: str
    kind: str
    fields: Mapping[str, Value]


def read(fields: Fields) -> Incoming | Notice | None:
    """Return what *fields* say; None for what concerns nobody: a page opened, a place reported, a kind we do not know.

    An event has no number of its own: sender, second, event and key make one, so that two different presses in one
    second stay two (as WxJava does).
    """
    openid, kind = text(fields, "FromUserName"), text(fields, "MsgType")
    if not openid:
        return None
    if kind == "event":
        return _event(fields, openid)
    number = text(fields, "MsgId")
    if not number:
        return None
    neutral = "sticker" if text(fields, "Content").strip() in UNSUPPORTED else _KINDS.get(kind, "other")
    said, value, file = "", text(fields, "bizmsgmenuid"), ""
    match neutral:
        case "text":
            said = text(fields, "Content")
        case "location":
            value = _place(fields)
        case "photo" | "voice" | "video":
            file = f"{NAME}:{text(fields, 'MediaId')}"
    pressed: Kind = "press" if value and neutral == "text" else neutral
    return Incoming(number, Address(NAME, openid), kind=pressed, text=said, value=value, file=file)


def _event(fields: Fields, openid: str) -> Incoming | Notice | None:
    event, key = text(fields, "Event"), text(fields, "EventKey")
    if event in NOTICES:
        return Notice(
            f"{openid}:{text(fields, 'CreateTime')}:{event}:{text(fields, 'MsgID')}", openid, event, fields
        )
    number = f"{openid}:{text(fields, 'CreateTime')}:{event}:{key}"
    sender = Address(NAME, openid)
    match event.casefold():
        case "subscribe" if key.startswith(SCENE):
            return Incoming(number, sender, kind="start", value=key.removeprefix(SCENE))
        case "subscribe":
            return Incoming(number, sender, kind="joined")
        case "unsubscribe":
            return Incoming(number, sender, kind="blocked")
        case "scan":
            return Incoming(number, sender, kind="start", value=key)
        case "click" if key.startswith(SAYS):
            return Incoming(number, sender, text=key.removeprefix(SAYS))
        case "click":
            return Incoming(number, sender, kind="press", value=key)
        case _:
            return None


def _place(fields: Fields) -> str:
    try:
        return f"{float(text(fields, 'Location_X')):.5f},{float(text(fields, 'Location_Y')):.5f}"
    except ValueError:
        return ""


def text(fields: Fields, name: str) -> str:
    """Return the field *name* as a text, empty when it is missing or a list."""
    said = fields.get(name, "")
    return said if isinstance(said, str) else ""
