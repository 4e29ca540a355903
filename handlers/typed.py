"""Content as an editor types it into fields, and back. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from difflib import unified_diff
from typing import Any

import yaml

from config import files
from config.content import ContentError, Shelf
from handlers import rules_typed
from handlers.wording import BEIJING
from models.base import Refused

ENTRIES: frozenset[Shelf] = frozenset({"programmes", "articles"})
WORDS = ("kind", "topic", "title", "owner", "care", "answer", "fact", "year", "detail", "papers", "law", "english",
         "place", "checked_on", "valid_until")  # fmt: skip
MOMENTS = ("opens", "closes", "starts")
LINES = ("phrasings", "english_phrasings")
WIDTH = 100
BECAME = {"-": "原来", "+": "改成", " ": "", "@": "…"}
LABELS = {
    "text": "说什么", "choices": "按钮", "title": "标题", "kind": "类别", "topic": "归到哪一类问题", "owner": "谁负责",
    "care": "先说的关心话", "answer": "回答", "fact": "往年做过什么", "year": "哪一年", "detail": "详细", "papers": "要带的材料",
    "law": "法律依据", "english": "英文回答", "place": "地点", "checked_on": "核对日期", "valid_until": "有效到",
    "opens": "开始报名", "closes": "截止", "starts": "开始", "phrasings": "会员会怎么问", "english_phrasings": "英文问法",
    "next": "下面的按钮", "rest": "其余",
    **{f"{rules_typed.FIELD}{name}": label for name, label in rules_typed.LABELS.items()},
}  # fmt: skip
PROBLEMS = {
    "missing": "没有填。", "string_too_short": "没有填。", "string_too_long": "最多{max_length}个字。",
    "too_short": "至少要{min_length}行。", "extra_forbidden": "这个名字不认识。", "literal_error": "只能是{expected}。",
    "date_parsing": "不是日期。", "date_from_datetime_parsing": "不是日期。", "int_parsing": "要填整数。",
    "decimal_parsing": "要填数。", "greater_than_equal": "最少{ge}。", "less_than_equal": "最多{le}。",
}  # fmt: skip
Fields = dict[str, str]


def fields(shelf: Shelf, body: Mapping[str, Any]) -> Fields:
    """Return what stands in the fields of the form for *body*."""
    if shelf == "texts":
        return {"text": body["text"], "choices": _lines(body.get("choices", {}).items())}
    if shelf not in ENTRIES:
        return {"rest": _yaml(body.get("", body))}
    known, rules = {*WORDS, *MOMENTS, *LINES, "next", "application"}, body.get("application", {})
    others = rules_typed.more(rules)
    rest = {name: value for name, value in body.items() if name not in known}
    return {
        **{name: str(body.get(name, "")) for name in WORDS},
        **{name: _local(body.get(name)) for name in MOMENTS},
        **{name: "\n".join(map(str, body.get(name, ()))) for name in LINES},
        "next": _lines((button["label"], button["to"]) for button in body.get("next", ())),
        **rules_typed.fields(rules),
        "rest": _yaml({**rest, **({"application": others} if others else {})}),
    }


def body(shelf: Shelf, said: Callable[[str], str]) -> dict[str, Any]:
    """Return the body that was typed; *said* tells what stands in a field.

    Raises Refused: content_yaml, content_line, moment_wrong, rules_line, rules_step.
    """
    if shelf == "texts":
        choices = dict(_pairs(said("choices")))
        return {"text": _text(said("text")), **({"choices": choices} if choices else {})}
    rest = _parsed(said("rest"))
    if shelf not in ENTRIES:
        return rest if shelf == "notices" else {"": rest}
    if not isinstance(rest, dict | None):
        raise Refused("content_yaml")
    written: dict[str, Any] = {name: _text(said(name)) for name in WORDS}
    written["year"] = int(written["year"]) if written["year"].isdecimal() else written["year"]
    written |= {name: _aware(said(name)) for name in MOMENTS}
    written |= {name: lines(said(name)) for name in LINES}
    written["next"] = [{"label": label, "to": to} for label, to in _pairs(said("next"))]
    others = (rest or {}).get("application", {})
    if not isinstance(others, dict):
        raise Refused("content_yaml")
    written["application"] = rules_typed.body(said, others)
    return {**(rest or {}), **{name: value for name, value in written.items() if value}}


def explain(error: ContentError) -> str:
    """Say what is wrong in the words of the form where that is known, else as it is told to whoever runs the program."""
    problem = PROBLEMS.get(error.kind, "").format_map(error.limits)
    label = LABELS.get(error.field) or rules_typed.LABELS.get(error.field, error.field)
    return f"「{label}」{problem}" if problem else str(error)


def lines(text: str) -> list[str]:
    """Return the lines of *text* that are not blank."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def told(shelf: Shelf, body: Mapping[str, Any]) -> str:
    """Return *body* as text, for comparing two versions line by line."""
    return "\n".join(
        f"【{LABELS[name]}】\n{text}"
        for name, text in fields(shelf, body).items()
        if text not in {"", "{}\n"}
    )


def _text(said: str) -> str:
    return said.replace("\r\n", "\n")


def _lines(pairs: Any) -> str:
    return "\n".join(f"{label} | {to}" for label, to in pairs)


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = []
    for line in lines(text):
        label, bar, to = line.rpartition("|")
        if not bar:
            raise Refused("content_line", line)
        pairs.append((label.strip(), to.strip()))
    return pairs


def _local(moment: str | None) -> str:
    return (
        datetime.fromisoformat(moment).astimezone(BEIJING).replace(tzinfo=None).isoformat() if moment else ""
    )


def _aware(said: str) -> str:
    try:
        return datetime.fromisoformat(said).replace(tzinfo=BEIJING).isoformat() if said else ""
    except ValueError as error:
        raise Refused("moment_wrong") from error


def _yaml(value: Any) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=WIDTH) if value else ""


def _parsed(text: str) -> Any:
    try:
        return files.parse(_text(text), "")
    except ContentError as error:
        raise Refused("content_yaml", str(error)) from error


def difference(shelf: Shelf, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what makes *new* of *old*: a word for what became of it and the line, with a line around each change."""
    before, after = (told(shelf, body).splitlines() for body in (old, new))
    changed = list(unified_diff(before, after, lineterm="", n=1))[2:]
    return [(BECAME[line[0]], "" if line[0] == "@" else line[1:]) for line in changed]
