"""The account's menu, set by the API where it differs from what is there."""

from collections.abc import Mapping
from typing import Any

import structlog

from bot.channels.wechat.client import Client
from bot.channels.wechat.errors import Refusal
from config.wechat import Entry, WeChat

log = structlog.get_logger()


async def set_up(client: Client, plan: WeChat, site: str) -> None:
    """Set the menu; failures only warn, for numbers and words do all that it does."""
    wanted = {"button": buttons(plan, site)}
    if not wanted["button"]:
        return
    try:
        if _shape(await _present(client)) != _shape(wanted["button"]):
            await client.call("menu/create", wanted)
    except Refusal as refusal:
        log.warning("wechat menu", code=refusal.code, rid=refusal.rid)
    except (KeyError, TypeError, AttributeError) as error:  # an answer in a form that nobody has described
        log.warning("wechat menu", problem=type(error).__name__)


def buttons(plan: WeChat, site: str) -> list[dict[str, Any]]:
    """Return the menu as WeChat takes it; pages of ours only where members reach them."""
    columns = [
        {
            "name": column.label,
            "sub_button": [_button(entry, site) for entry in column.entries if site or not entry.page],
        }
        for column in plan.menu
    ]
    return [column for column in columns if column["sub_button"]]


def _button(entry: Entry, site: str) -> dict[str, str]:
    if entry.page:
        return {"type": "view", "name": entry.label, "url": f"{site}{entry.page}"}
    return {"type": "click", "name": entry.label, "key": entry.key}


async def _present(client: Client) -> list[dict[str, Any]]:
    try:
        answer = await client.call("menu/get")
    except Refusal as refusal:
        if refusal.code == 46003:  # noqa: PLR2004 -- there is no menu yet
            return []
        raise
    return list(answer.get("menu", {}).get("button", []))


def _shape(columns: list[Mapping[str, Any]] | list[dict[str, Any]]) -> list[Any]:
    """Return what can differ: WeChat adds fields of its own."""
    keys = ("type", "name", "key", "url")
    return [
        (column["name"], [tuple(row.get(key, "") for key in keys) for row in column.get("sub_button", [])])
        for column in columns
    ]
