"""The ways by which a letter can leave that answers nothing, tried in order: what is not open is held."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.channels.base import Held
from bot.channels.wechat.client import ONCE, Client
from bot.channels.wechat.errors import Refusal, translated
from bot.channels.wechat.pictures import Pictures
from bot.channels.wechat.rendering import Words, numbered, render
from bot.channels.wechat.updates import NAME
from config.settings import Settings
from config.wechat import Form
from config.wechat import WeChat as Plan
from models import shown_lists, wechat_ledger
from models.base import Database
from models.files import Store
from models.messages import Address, Outgoing
from models.quiet import BEIJING
from models.shown_lists import PAGE, short

CHARACTERS: Mapping[str, int] = {"thing": 20, "phrase": 5, "name": 10, "const": 20, "character_string": 32}
"""How long the fields of a notice may be, by the kind in their name (wechat spec 1.3)."""
ANSWERS = frozenset(["press", "reply"])


class WaysOut:
    """Custom message, subscription notice, template message, or none until the member writes again."""

    def __init__(
        self,
        settings: Settings,
        client: Client,
        database: Database,
        clock: Callable[[], datetime],
        plan: Callable[[], Plan],
        words: Words,
        store: Store,
    ) -> None:
        self._grade = settings.wechat_grade
        self._site = settings.public_url.rstrip("/")
        self._client = client
        self._database = database
        self._clock = clock
        self._plan = plan
        self._words = words
        self._pictures = Pictures(client, store, self._site, clock)

    async def send(self, openid: str, letter: Outgoing) -> str:
        """Send one letter; return WeChat's id of it.

        Raises Held when no way is open, else as every channel does.
        """
        if self._grade == "passive":
            raise Held
        try:
            if await self._may_talk(openid):
                return await self._talk(openid, letter)
        except Refusal as refusal:
            await self._not_taken(openid, refusal)
            if refusal.does != "window":
                raise translated(refusal) from None
        return await self._notify(openid, letter)

    async def _not_taken(self, openid: str, refusal: Refusal) -> None:
        """Set the window right; an answer that nobody knows may have been a yes."""
        async with self._database.transaction() as session:
            if refusal.does == "window":
                await wechat_ledger.close(session, openid)
            elif refusal.does != "unknown":
                await wechat_ledger.give_back(session, openid, now=self._clock())

    async def _may_talk(self, openid: str) -> bool:
        """Use up one message of the window, if it is open."""
        async with self._database.transaction() as session:
            return await wechat_ledger.take(session, openid, now=self._clock())

    async def _talk(self, openid: str, letter: Outgoing) -> str:
        """Send the letter, then write down what numbers stand for: one that was refused has shown nothing."""
        if letter.picture and not letter.text:
            told = {"msgtype": "image", "image": {"media_id": await self._pictures.carry(letter.picture)}}
        else:
            told = self._message(letter)
        answer = await self._client.call("message/custom/send", {"touser": openid, **told})
        rest = render(letter, self._words, site=self._site).rest
        async with self._database.transaction() as session:
            await shown_lists.shown(session, Address(NAME, openid), letter, rest, now=self._clock())
        return str(answer.get("msgid", ""))

    def _message(self, letter: Outgoing) -> dict[str, Any]:
        """Return the letter as a text, or as a menu to tap where it is no answer and its choices fit."""
        rendered = render(letter, self._words, site=self._site)
        choices = numbered(letter.choices)
        if letter.lane in ANSWERS or rendered.rest or letter.digits or not 0 < len(choices) <= PAGE:
            return {"msgtype": "text", "text": {"content": rendered.text}}
        head = render(Outgoing(letter.text, tuple(c for c in letter.choices if c.url), letter.picture, letter.file),
                      self._words, site=self._site)  # fmt: skip
        rows = [{"id": c.value, "content": f"{n} {short(c.label)}"} for n, c in enumerate(choices, 1)]
        menu = {"head_content": head.text, "list": rows, "tail_content": self._words("list.hint")}
        return {"msgtype": "msgmenu", "msgmenu": menu}

    async def _notify(self, openid: str, letter: Outgoing) -> str:
        """Send what the account has forms for; what it has none for is held."""
        for form in self._plan().forms if self._grade == "certified-service" else ():
            if (letter.kind or letter.lane) not in form.kinds:
                continue
            if form.route == "notice" and not await self._agreed(openid, form):
                continue
            try:
                return await self._fill(openid, form, letter)
            except Refusal as refusal:
                await self._not_filled(openid, form, refusal)
                if refusal.does not in {"consent", "quota", "right", "ours"}:
                    raise translated(refusal) from None
        raise Held

    async def _not_filled(self, openid: str, form: Form, refusal: Refusal) -> None:
        """Set the consent right; an answer that nobody knows may have been a yes."""
        if form.route == "template" or refusal.does == "unknown":
            return
        async with self._database.transaction() as session:
            right = wechat_ledger.revoked if refusal.does == "consent" else wechat_ledger.kept
            await right(session, openid, form.id)

    async def _agreed(self, openid: str, form: Form) -> bool:
        async with self._database.transaction() as session:
            return await wechat_ledger.agreed(session, openid, form.id)

    async def _fill(self, openid: str, form: Form, letter: Outgoing) -> str:
        when = self._clock().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")
        text = " ".join((self._words("private.letter") if letter.private else letter.text).split())
        data = {
            name: {"value": fitted(name, said.format(text=text, when=when))}
            for name, said in form.fields.items()
        }
        call = "message/template/send" if form.route == "template" else "message/subscribe/bizsend"
        told: dict[str, Any] = {"touser": openid, "template_id": form.id, "data": data}
        if self._site.startswith("https://"):
            told["url" if form.route == "template" else "page"] = f"{self._site}/"
        if form.route == "template":
            told[ONCE] = _once(openid, form, text)
        answer = await self._client.call(call, told)
        return str(answer.get("msgid", ""))


def _once(openid: str, form: Form, text: str) -> str:
    """Return what a letter is known by when it is tried again, by this process or after it was killed."""
    return hashlib.sha256(f"{openid}\0{form.id}\0{text}".encode()).hexdigest()[:32]


def fitted(name: str, said: str) -> str:
    """Return *said* as the field called *name* may hold it."""
    most = CHARACTERS.get(name.rstrip("0123456789"))
    if most is None or len(said) <= most:
        return said
    return f"{said[: most - 1]}…"
