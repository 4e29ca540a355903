"""What may pass the callback, and how it is answered, in the mode that is configured: never by less (wechat spec 3)."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels.wechat import xml
from bot.channels.wechat.crypto import Codec, Forged, check, signature
from bot.channels.wechat.updates import text
from bot.channels.wechat.xml import Fields
from config.settings import Settings

FRESH = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Opened:
    """A message that WeChat made for this account, and the key that opened it (empty in plain mode)."""

    fields: Fields
    key: str


class Envelope:
    """Opens what is posted and closes what is answered."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        keys = (settings.wechat_aes_key, settings.wechat_aes_key_old)
        self._token = settings.wechat_token.get_secret_value() if settings.wechat_token else ""
        self._codec = Codec(settings.wechat_app_id, [key.get_secret_value() for key in keys if key])
        self._plain = settings.wechat_mode == "plain"
        self._account = settings.wechat_original_id
        self._clock = clock

    def echo(self, query: Mapping[str, str]) -> str:
        """Return what WeChat's check of the address expects.

        Raises Forged.
        """
        check(query.get("signature", ""), self._token, *self._stamp(query))
        return query.get("echostr", "")

    def open(self, query: Mapping[str, str], body: bytes) -> Opened:
        """Return the message in *body*; nothing of it is read before its signature is known to be right.

        Raises Forged, or Malformed for a message that is WeChat's but cannot be read.
        """
        stamp = self._stamp(query)
        if self._plain:
            check(query.get("signature", ""), self._token, *stamp)
            message, key = body, ""
        else:
            sealed = _sealed(query, body)
            check(query.get("msg_signature", ""), self._token, *stamp, sealed)
            message, key = self._codec.decrypt(sealed)
        fields = xml.read(message)
        if self._account and text(fields, "ToUserName") != self._account:
            raise Forged("account")
        return Opened(fields, key)

    def reply(self, opened: Opened, said: str) -> bytes:
        """Return the answer *said* to a message, sealed with the key that opened it."""
        now = int(self._clock().timestamp())
        message = xml.write(
            {
                "ToUserName": text(opened.fields, "FromUserName"),
                "FromUserName": text(opened.fields, "ToUserName"),
                "CreateTime": now,
                "MsgType": "text",
                "Content": said,
            }
        )
        if not opened.key:
            return message
        sealed, nonce = self._codec.encrypt(message, opened.key), secrets.token_hex(8)
        told = signature(self._token, str(now), nonce, sealed)
        return xml.write({"Encrypt": sealed, "MsgSignature": told, "TimeStamp": now, "Nonce": nonce})

    def _stamp(self, query: Mapping[str, str]) -> tuple[str, str]:
        """Return when it was signed, and the nonce.

        Raises Forged when that is not now.
        """
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 12 and nonce):  # noqa: PLR2004 -- a time in seconds
            raise Forged("timestamp")
        if abs(self._clock().timestamp() - int(timestamp)) > FRESH.total_seconds():
            raise Forged("old")
        return timestamp, nonce


def _sealed(query: Mapping[str, str], body: bytes) -> str:
    """Return the encrypted part of *body*.

    Raises Forged when there is none: in these modes nothing else is believed.
    """
    if query.get("encrypt_type") != "aes":
        raise Forged("downgrade")
    try:
        sealed = text(xml.read(body), "Encrypt")
    except xml.Malformed:
        raise Forged("body") from None
    if not sealed:
        raise Forged("downgrade")
    return sealed
