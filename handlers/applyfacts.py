"""What an application says in words that colleagues read: its state, its answers and its history."""

from collections.abc import Mapping

from config.content import Content
from models.applications import CLOCK, MEMBER, Application, ApplicationStep

STATES: Mapping[str, str] = {
    "draft": "没交", "submitted": "刚收到", "needs_supplement": "等补材料", "union_check": "工会核对", "home_visit": "入户走访",
    "street_check": "街道核对", "economic_check": "经济核对", "district_review": "区里审核", "publicity": "公示",
    "approved": "批准了", "paying": "在付款", "paid": "付了", "pay_returned": "银行退回", "rejected": "没批准",
    "appealed": "申诉", "withdrawn": "本人撤回", "lapsed": "过期",
}  # fmt: skip
BY: Mapping[str, str] = {MEMBER: "申请人", CLOCK: "小助手"}
LAST_DIGITS = 4


def kinds(content: Content) -> list[tuple[str, str]]:
    """Return what can be applied for."""
    return [(entry.slug, entry.title) for entry in content.entries if entry.application]


def answers(content: Content, application: Application) -> list[tuple[str, str]]:
    """Return the answers with their questions, in the order in which they are asked; what has no question comes last."""
    entry = content.entry(application.slug)
    labels: dict[str, str] = {}
    for question in entry.form if entry else ():
        known = content.texts.get(question.ask)
        labels[question.name] = question.part or (known.text if known else question.ask)
    given = application.answers
    asked = [(label, given[name]) for name, label in labels.items() if given.get(name)]
    return asked + [(name, said) for name, said in given.items() if said and name not in labels]


def step(found: ApplicationStep) -> str:
    """Return what was done, without why."""
    after = STATES.get(found.after, found.after)
    if found.kind == "check":
        return f"{after}：核对无误"
    if found.kind == "account":
        return "填了收款账号"
    return f"{STATES.get(found.before, found.before)} → {after}" if found.before else after


def masked_account(account: str) -> str:
    """Return an account as it may be shown: its last digits."""
    return f"****{account[-LAST_DIGITS:]}" if len(account) > LAST_DIGITS else "****" if account else ""
