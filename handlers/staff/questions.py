"""Questions that were not answered: what members ask alike, made into phrasings with a press; and a box to try any question."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from config.content import Content
from config.entries import Entry
from handlers import editing
from handlers.console import EVERYBODY, Action, Away, Page, Reply, View, Visit, whole
from handlers.safety import Safety
from handlers.search import likeness
from handlers.search.index import confidence
from models import catalogue, unanswered
from models.unanswered import Unanswered

EDITORS = frozenset({"administrator", "editor"})
GROUPS, TEXTS, NEAR, LONG = 20, 5, 3, 120
VERDICTS = {"declined": "没答上", "offered": "给了几个选择", "wrong": "会员说不对"}
BANDS = {"answer": "直接回答", "offer": "给几个选择", "decline": "说不知道，请人来"}


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask much the same, and the entries that search thought of."""

    numbers: str
    texts: Sequence[str]
    verdicts: dict[str, int]
    last: datetime
    near: Sequence[Entry]

    @property
    def count(self) -> int:
        """Return how many asked."""
        return sum(self.verdicts.values())


async def show(visit: Visit) -> Reply:
    """Show the newest questions in groups, those that most ask first."""
    asked = await unanswered.newest(visit.session)
    texts = [unanswered.plain(one.text)[:LONG] for one in asked]
    found = await asyncio.to_thread(likeness.groups, texts)
    found.sort(key=lambda numbers: (-len(numbers), numbers[0]))
    page = whole(visit.query.get("page", "")) or 0
    shown = found[page * GROUPS : (page + 1) * GROUPS]
    return View("questions.html", {
        "groups": [_group(visit.content, [asked[n] for n in numbers]) for numbers in shown],
        "total": len(asked), "number": page, "more": len(found) > (page + 1) * GROUPS, "verdicts": VERDICTS,
        "entries": visit.content.entries, "may": bool(visit.rights.roles & EDITORS),
    })  # fmt: skip


def _group(content: Content, asked: Sequence[Unanswered]) -> Group:
    ranked = Counter(slug for one in asked for slug in one.ranked[:NEAR] if slug != one.wrong)
    near = [entry for slug, _ in ranked.most_common() if (entry := content.entry(slug))]
    texts = list(dict.fromkeys(unanswered.plain(one.text)[:LONG] for one in asked))
    numbers = ",".join(str(one.id) for one in asked)
    return Group(
        numbers, texts[:TEXTS], dict(Counter(one.verdict for one in asked)), asked[0].asked_at, near[:NEAR]
    )


async def add(visit: Visit) -> Reply:
    """Add a phrasing to an entry; the questions of its group are solved."""
    key = visit.said("key") or visit.said("other")
    entry = await editing.add_phrasing(visit, key, visit.said("phrasing"))
    visit.saw(f"/content/{key}", "phrasing")
    await editing.solve(visit)
    return Away("/questions", f"加到《{entry.title}》了，下次就能答上。")


async def dismiss(visit: Visit) -> Reply:
    """Take questions off the list that need no answer."""
    await editing.solve(visit)
    return Away("/questions", "拿掉了。")


async def attempt(visit: Visit) -> Reply:
    """Show what search makes of a question."""
    text = visit.query.get("q", "").strip()[:LONG]
    index, content = visit.index, visit.content
    found = index.search(text)
    near = [content.entry(slug) for slug in found.entries]
    sure = confidence([score for _, score in found.ranked]) if found.ranked else 0
    return View("questions_try.html", {
        "q": text, "found": found, "sure": sure, "hi": index.hi, "lo": index.lo, "band": BANDS[found.decision],
        "danger": Safety(content.danger).sign(text),
        "entries": [(await catalogue.entry_shelf(visit.session, e.slug), e) for e in near if e],
    })  # fmt: skip


pages = (
    Page(
        "/questions", "没答上的问题", EVERYBODY, show,
        {"add": Action("加问法", add, EDITORS), "dismiss": Action("不用管", dismiss, EDITORS)}, menu="问题", rank=45,
    ),
    Page("/questions/try", "试一试", EVERYBODY, attempt),
)  # fmt: skip
