"""Mass sends, each minute: what is held of news for everybody goes in as few calls as there can be."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog

from bot.channels.wechat.client import Client
from bot.channels.wechat.errors import Refusal
from bot.channels.wechat.rendering import Words, render
from models import dispatch, wechat_mass
from models.base import Database
from models.members import Member
from models.messages import Outgoing
from models.notices import Notice

log = structlog.get_logger()
REPEATED = 45065
"""WeChat knows the call already: it was taken before this process, or another, could write that down."""


class Mass:
    """The mass sends of one account."""

    def __init__(
        self,
        client: Client,
        database: Database,
        clock: Callable[[], datetime],
        words: Words,
        site: str,
        owner: str,
    ) -> None:
        self._client = client
        self._database = database
        self._clock = clock
        self._words = words
        self._site = site
        self._owner = owner

    async def round(self) -> None:
        """Make calls until nothing is left that may go, or WeChat takes no more."""
        more = True
        while more:
            async with self._database.transaction() as session:
                placed = await wechat_mass.begin(session, owner=self._owner, now=self._clock())
            more = placed is not None and await self._call(*placed)

    async def _call(self, call: int, notice: Notice, openids: list[str]) -> bool:
        """Make one call; the same one a second time is told apart by its number of ours (clientmsgid)."""
        told = {
            "touser": openids,
            "msgtype": "text",
            "text": {"content": self._text(notice)},
            "clientmsgid": f"notice-{notice.id}-{call}",
        }
        try:
            answer: dict[str, Any] = await self._client.call("message/mass/send", told)
            number = str(answer.get("msg_id", ""))
        except Refusal as refusal:
            if refusal.does in {"busy", "unknown", "token"}:
                return False  # its lease runs out, then it is made again as it was
            if refusal.code != REPEATED:
                async with self._database.transaction() as session:
                    await wechat_mass.refused(session, call, str(refusal))
                return False
            number = ""
        async with self._database.transaction() as session:
            await wechat_mass.went(session, call, number, now=self._clock())
        return True

    def _text(self, notice: Notice) -> str:
        """Return the words; what can be done about it is done by asking for it, for a mass send opens no list."""
        said = dispatch.message(notice, Member(), {})
        hint = f"\n\n{self._words('list.mass')}" if said.choices else ""
        return render(Outgoing(f"{said.text}{hint}"), self._words, site=self._site).text
