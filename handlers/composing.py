"""The form in which staff write a notice: read into a plan, with what it carries kept in the store."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from config import notices as written
from config.notices import NAME, OF_EVENT, OF_TIME, VALID, Audience, Plan
from handlers import carrying, noticing, wording
from handlers.console import Visit
from models import content, events, newsroom
from models.base import Refused
from models.notices import Notice

CHANNELS = {name: shown for name, shown in wording.CHANNELS.items() if name != "phone"}
LANGUAGES = {"zh": "中文", "en": "英文"}
STANDINGS = {"registered": "报上名的", "waiting": "候补的", "attended": "来过的", "missed": "没来的"}
REACHED = {"got": "收到的", "missed": "没收到的", "answered": "按过按钮的"}
BUTTONS = {"mine": "我的报名", "menu": "菜单", "human": "转人工"}
WRONG: Mapping[str, Callable[[], Refused]] = {
    "title": lambda: Refused("notice_title"),
    "text": lambda: Refused("notice_text"),
    "kind": lambda: Refused("notice_kind"),
    "topic": lambda: Refused("notice_topic"),
    "file": lambda: Refused("notice_both"),
    "choices": lambda: Refused("notice_buttons"),
    "audience": lambda: Refused("notice_audience"),
    "valid_hours": lambda: Refused("notice_hours"),
}
"""Why a plan is refused, by the part that is wrong."""
_SEPARATED, _BLANK = re.compile(r"[,，、;；\r\n]+"), re.compile(r"\{(\w+)\}")
EMPTY: Mapping[str, Any] = {
    "title": "", "text": "", "kind": "news", "topic": "activities", "picture": "", "file": "", "choices": (),
    "event": "", "fills": {}, "audience": {}, "recurrence": None, "valid_hours": int(VALID / timedelta(hours=1)),
    "once": False, "template": "", "template_version": 0,
}  # fmt: skip


async def from_template(visit: Visit, key: str) -> Mapping[str, Any]:
    """Return what the form shows before anything is typed: the ready notice called *key*, else nothing."""
    ready = visit.content.notices.get(key)
    if ready is None:
        return EMPTY
    version = await content.template_version(visit.session, key)
    told = ready.model_dump(mode="json", exclude_defaults=True)
    return {**EMPTY, **told, "template": key, "template_version": version}


def from_notice(visit: Visit, notice: Notice) -> Mapping[str, Any]:
    """Return what the form shows of a notice that is there, without what the program has added."""
    _, own = visit.content.texts[noticing.BUTTONS[notice.kind]].fill({})
    added = {to for _, to in own}
    choices = [button for button in notice.choices if button.get("to", "") not in added]
    return {**{name: getattr(notice, name) for name in EMPTY}, "choices": choices}


def blanks(visit: Visit, given: Mapping[str, Any]) -> list[str]:
    """Return the placeholders of the text that somebody has to fill in."""
    known = {NAME, *OF_TIME, *(OF_EVENT if visit.said("event", given["event"]) else ())}
    found = dict.fromkeys(_BLANK.findall(visit.said("text", given["text"])))
    return [name for name in found if name not in known]


def fits(whom: Audience | None) -> bool:
    """Say whether the form shows all of an audience: a sheet, and rings within rings, are written on the command line."""
    if whom is None:
        return True
    shown = CHANNELS.keys() >= set(whom.channels) and LANGUAGES.keys() >= set(whom.languages)
    return shown and not (whom.sheet or whom.any or whom.without)


async def plan(visit: Visit, given: Mapping[str, Any]) -> Plan:
    """Return the notice that was typed over *given*.

    Raises Refused: the reasons in WRONG, notice_wrong, notice_fills, notice_event, and as newsroom.check() does.
    """
    said = {**_typed(visit, given), **await carrying.taken_in(visit, given)}
    try:
        found = written.plan(said, {})
    except ValueError as error:
        raise _why(error) from error
    found = found.model_copy(update={name: given[name] for name in ("template", "template_version")})
    await newsroom.check(visit.session, visit.scope, found.audience)
    event = await events.by_slug(visit.session, found.event) if found.event else None
    found = noticing.complete(visit.content, found, event)
    if found.unknown():
        raise Refused("notice_fills")
    return found


def _typed(visit: Visit, given: Mapping[str, Any]) -> dict[str, Any]:
    kind = visit.said("kind")
    fills = {name: visit.said(f"fill_{name}") for name in blanks(visit, given)}
    return {
        "title": visit.said("title"),
        "text": visit.said("text").replace("\r\n", "\n"),
        "kind": kind,
        "topic": visit.said("topic") if kind == "news" else None,
        "event": visit.said("event"),
        "choices": _buttons(visit, given),
        "fills": {name: said for name, said in fills.items() if said},
        "audience": audience(visit),
        "recurrence": given["recurrence"] if visit.said("repeat") else None,
        "valid_hours": visit.said("valid_hours"),
        "once": bool(visit.said("once")),
    }


def _why(error: ValueError) -> Refused:
    wrong = re.split("[.:]", str(error))[0]
    return WRONG.get(wrong, lambda: Refused("notice_wrong"))()


def audience(visit: Visit) -> dict[str, Any]:
    """Return whom the notice is for, as it was ticked and typed."""
    whom: dict[str, Any] = {"everybody": True} if visit.said("everybody") else {}
    for name in ("unions", "areas", "roles"):
        whom[name] = names(visit.said(name))
    for name in ("topics", "channels", "languages", "branches"):
        whom[name] = [value for value in visit.chosen(name) if value]
    if visit.said("at_event"):
        whom["event"] = {
            "slug": visit.said("at_event"),
            "standing": visit.chosen("standing") or ["registered"],
        }
    if visit.said("of_notice"):
        whom["notice"] = {"number": visit.said("of_notice"), "was": visit.said("was")}
    return {name: value for name, value in whom.items() if value}


def names(said: str) -> list[str]:
    """Return the names that were typed in one field, each once."""
    return list(dict.fromkeys(name.strip() for name in _SEPARATED.split(said) if name.strip()))


def _buttons(visit: Visit, given: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the buttons that were typed: each leads to a page, or to something that the program answers."""
    known = {*targets(visit), *(button.get("to", "") for button in given["choices"])}
    found = []
    for label, to in zip(visit.chosen("label"), visit.chosen("to"), strict=False):
        if not label and not to:
            continue
        if not label or (to not in known and not to.startswith("https://")):
            raise Refused("notice_buttons")
        found.append({"label": label, "url" if to.startswith("https://") else "to": to})
    return found


def targets(visit: Visit) -> dict[str, str]:
    """Return what a button may lead to, with what staff call it."""
    return {**BUTTONS, **{f"show:{entry.slug}": entry.title for entry in visit.content.entries}}
