"""The rules of an application as an editor types them into plain fields, and back. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.base import Refused

LABELS: Mapping[str, str] = {
    "prefix": "编号开头", "steps": "核对的步骤", "once": "能申请几次", "promise_days": "几天内办好", "supplement_days": "补材料给几天",
    "appeal_days": "申诉给几天", "publicity_days": "公示几个工作日", "money": "发钱", "sums": "发多少元", "sum_by": "按哪个问题定",
    "year": "哪一年的标准", "ceiling": "最多多少元", "ceiling_verified": "核对过", "pays_first": "先付后补材料", "papers": "要交的材料",
}  # fmt: skip
STEPS: Mapping[str, str] = {
    "union_check": "工会核对", "home_visit": "入户走访", "street_check": "街道核对", "economic_check": "经济核对",
    "district_review": "区里审核",
}  # fmt: skip
ONCE: Mapping[str, str] = {"": "没办完时一份", "open": "没办完时一份（写明）", "year": "一年一次"}
SWITCH: Mapping[str, str] = {"": "不", "yes": "是", "no": "不（写明）"}
WORDS, SWITCHES = ("prefix", "sum_by", "once"), ("money", "ceiling_verified", "pays_first")
NUMBERS = ("year", "ceiling", "publicity_days", "promise_days", "supplement_days", "appeal_days")
FIELD, OPTIONAL = "apply_", "可以不交"


def fields(rules: Mapping[str, Any]) -> dict[str, str]:
    """Return what stands in the fields for *rules*; an empty field leaves the rule as the program has it."""
    told = {name: "" if rules.get(name) is None else str(rules[name]) for name in (*WORDS, *NUMBERS)}
    told |= {name: ("yes" if rules[name] else "no") if name in rules else "" for name in SWITCHES}
    told["steps"] = "\n".join(STEPS.get(step, step) for step in rules.get("steps", ()))
    told["sums"] = "\n".join(f"{answer} | {yuan}" for answer, yuan in rules.get("sums", {}).items())
    told["papers"] = "\n".join(map(_paper, rules.get("papers", ())))
    return {f"{FIELD}{name}": told[name] for name in LABELS}


def more(rules: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rules that have no field of their own."""
    return {name: value for name, value in rules.items() if name not in LABELS}


def body(said: Callable[[str], str], others: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rules that were typed, with the *others*; none where nothing was.

    Raises Refused: rules_line, rules_step.
    """

    def typed(name: str) -> str:
        return said(f"{FIELD}{name}").strip()

    found: dict[str, Any] = {name: typed(name) for name in WORDS}
    found |= {name: _number(typed(name)) for name in NUMBERS}
    found |= {name: {"yes": True, "no": False}.get(typed(name), "") for name in SWITCHES}
    found["steps"] = [_step(line) for line in _lines(typed("steps"))] or ""
    found["sums"] = {answer: _number(yuan) for answer, yuan in map(_pair, _lines(typed("sums")))} or ""
    found["papers"] = [_read_paper(line) for line in _lines(typed("papers"))] or ""
    return {**others, **{name: value for name, value in found.items() if value != ""}}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _number(said: str) -> int | str:
    """Return a whole number; of anything else the rules say what is wrong with it."""
    return int(said) if said.isascii() and said.isdecimal() else said


def _step(line: str) -> str:
    found = next((step for step, name in STEPS.items() if name == line), None)
    if found is None:
        raise Refused("rules_step", line)
    return found


def _pair(line: str) -> Sequence[str]:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) != 2 or not all(parts):  # noqa: PLR2004 -- an answer and its sum
        raise Refused("rules_line", line)
    return parts


def _paper(paper: Mapping[str, Any]) -> str:
    told = f"{paper['name']} | {paper['label']}"
    return told if paper.get("needed", True) else f"{told} | {OPTIONAL}"


def _read_paper(line: str) -> dict[str, Any]:
    name, bar, label = line.partition("|")
    label, optional, said = label.partition("|")
    if not (name.strip() and bar and label.strip()) or (optional and said.strip() != OPTIONAL):
        raise Refused("rules_line", line)
    needed = {"needed": False} if optional else {}
    return {"name": name.strip(), "label": label.strip(), **needed}
