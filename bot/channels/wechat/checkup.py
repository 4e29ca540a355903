"""What WeChat is asked about the account, by the doctor and for the console: token, menu, quota, callback, and the rights of its grade."""

from collections.abc import Mapping
from typing import Any

from bot.channels.wechat.client import Client
from bot.channels.wechat.errors import Refusal
from models.wechat_board import QUOTA

Line = tuple[bool, str, str]
NO_MENU, NO_CALLBACK = 46003, 40201
ADVICE = {
    40001: ": is WECHAT_APP_SECRET right?",
    40125: ": is WECHAT_APP_SECRET right?",
    40013: ": is WECHAT_APP_ID right?",
    40164: ": put {address} on the account's IP white list",
    40201: ": enter the address of the callback at mp.weixin.qq.com",
    48001: ": the account has no right to it; is WECHAT_GRADE too high?",
}
"""What whoever runs the program can do about a code."""
RIGHTS: Mapping[str, tuple[str, ...]] = {
    "certified-subscription": ("tags/get",),
    "certified-service": ("tags/get", "template/get_all_private_template"),
}
"""Calls that change nothing and that only an account of this grade may make."""


async def token(client: Client) -> tuple[bool, str]:
    """Say whether WeChat gives a token."""
    try:
        await client.token()
    except Refusal as refusal:
        return False, f"no access token: {_advised(refusal)}"
    return True, "access token had"


async def lines(client: Client, grade: str) -> list[Line]:
    """Return a line for each thing that can be asked; without a token that is all there is to say."""
    good, told = await token(client)
    if not good:
        return [(good, "token", told)]
    found = [(good, "token", told), await _menu(client), await _quota(client), await _callback(client)]
    return [*found, await _rights(client, grade)] if grade in RIGHTS else found


async def _menu(client: Client) -> Line:
    try:
        answer = await client.call("menu/get")
    except Refusal as refusal:
        missing = refusal.code == NO_MENU
        return missing, "menu", "none yet" if missing else _advised(refusal)
    return True, "menu", f"{len(answer.get('menu', {}).get('button', []))} buttons"


async def _quota(client: Client) -> Line:
    try:
        answer = await client.call("openapi/quota/get", {"cgi_path": "/cgi-bin/message/custom/send"})
    except Refusal as refusal:
        return False, QUOTA, _advised(refusal)
    quota = answer.get("quota", {})
    return True, QUOTA, f"{quota.get('remain', '?')} of {quota.get('daily_limit', '?')}"


async def _callback(client: Client) -> Line:
    """Say where WeChat finds the callback; many firewalls answer no ping, so a lost one is told and no fault."""
    try:
        answer = await client.call("callback/check", {"action": "all", "check_operator": "DEFAULT"})
    except Refusal as refusal:
        return refusal.code != NO_CALLBACK, "callback", f"could not be tried: {_advised(refusal)}"
    found = [_pinged(row) for row in answer.get("ping", [])]
    return bool(found), "callback", ", ".join(found) or "WeChat finds no address for it"


def _pinged(row: Mapping[str, Any]) -> str:
    lost = "answers no ping" if row.get("package_loss") == "100%" else "answers"
    return f"{row.get('ip', '?')} {lost}"


async def _rights(client: Client, grade: str) -> Line:
    missing = []
    for name in RIGHTS[grade]:
        try:
            await client.call(name)
        except Refusal as refusal:
            if refusal.does == "right":
                missing.append(f"{name} {_advised(refusal)}")
    return not missing, "rights", "; ".join(missing) or f"those of {grade}"


def _advised(refusal: Refusal) -> str:
    advice = ADVICE.get(refusal.code, "").format(address=refusal.address or "this machine's address")
    return f"{refusal}{advice}"
