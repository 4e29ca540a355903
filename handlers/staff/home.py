"""The page the day begins with: what needs somebody now, and how things go."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers import plots
from handlers.applydesk import DECIDERS, READERS
from handlers.casedesk import CASEWORK
from handlers.console import EVERYBODY, NotFound, Page, Reply, Sheet, View, Visit
from handlers.wording import CHANNELS
from models import (
    application_board,
    calls,
    case_board,
    periods,
    proposal_board,
    publicity,
    question_counts,
    trends,
    waits,
)
from models.application_board import CHECK, DECIDE, LATE, Wanted
from models.rights import ANSWERING, Scope

LEAVES = [name for name in CHANNELS if name != "phone"]
WEEKS, OLDEST = 26, 5
DECISIONS: Mapping[str, str] = {"answer": "答上了", "offer": "给了选项", "decline": "没答上"}


@dataclass(frozen=True, slots=True)
class Told:
    """How many wait, what else is to be known of them, and whether it is late."""

    number: int
    detail: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that may need somebody of these *roles*, and the page where it is done."""

    title: str
    to: str
    roles: frozenset[str]
    count: Callable[[Visit, Scope], Awaitable[Told]]


async def show(visit: Visit) -> Reply:
    """Show what needs this member of staff now, the entries to check, and the plots with their numbers in words."""
    needs = []
    for need in NEEDS:
        if visit.rights.roles & need.roles:
            told = await need.count(visit, visit.rights.scope(need.roles))
            needs += [(need, told)] if told.number else []
    checks = sorted(visit.content.entries, key=lambda entry: entry.checked_on)[:OLDEST]
    return View("home.html", {
        "needs": needs, "checks": checks if visit.rights.roles & CHECKERS else (),
        "plots": [(name, plot.title, (await plot.numbers(visit)).words) for name, plot in PLOTS.items()],
    })  # fmt: skip


async def draw(visit: Visit) -> Reply:
    """Draw one plot."""
    plot = PLOTS.get(visit.path["key"])
    if plot is None:
        raise NotFound
    found = await plot.numbers(visit)
    return Sheet(f"{visit.path['key']}.svg", plot.draw(found), "image/svg+xml", inline=True)


async def _handoffs(visit: Visit, scope: Scope) -> Told:
    number, late, since = await waits.handoffs(visit.session, scope, now=visit.now)
    if since is None:
        return Told(0)
    first = f"最久的等了{_waited(since, visit.now)}"
    return Told(number, f"{first}，{late}位过了答应的时间" if late else first, bool(late))


def _waited(since: datetime, now: datetime) -> str:
    minutes = int((now - since).total_seconds()) // 60
    return f"{minutes}分钟" if minutes < 120 else f"{minutes // 60}小时"  # noqa: PLR2004 -- two hours


async def _offers(visit: Visit, scope: Scope) -> Told:
    return Told(await waits.offers(visit.session, scope, now=visit.now), "一天内没人应就让给下一位")


async def _notices(visit: Visit, scope: Scope) -> Told:
    return Told(await waits.notices(visit.session) if scope.whole else 0)


async def _lost(visit: Visit, _: Scope) -> Told:
    return _by_channel(await waits.lost(visit.session, LEAVES, now=visit.now))


async def _stuck(visit: Visit, _: Scope) -> Told:
    return _by_channel(await waits.stuck(visit.session, LEAVES, now=visit.now))


def _by_channel(found: Mapping[str, int]) -> Told:
    told = "，".join(f"{CHANNELS[name]} {found[name]}" for name in CHANNELS if name in found)
    return Told(sum(found.values()), told, late=True)


async def _my_cases(visit: Visit, _: Scope) -> Told:
    number, new = await case_board.mine(visit.session, visit.staff)
    return Told(number, f"{new}件有新消息" if new else "")


async def _unassigned(visit: Visit, scope: Scope) -> Told:
    return Told(await case_board.unassigned(visit.session, scope), late=True)


async def _late_cases(visit: Visit, scope: Scope) -> Told:
    return Told(await case_board.late(visit.session, scope, now=visit.now), late=True)


async def _deadlines(visit: Visit, scope: Scope) -> Told:
    number, first = await case_board.pressing(visit.session, scope, today=visit.today.date())
    return Told(number, f"最近的是{first.month}月{first.day}日" if first else "", late=True)


async def _to_check(visit: Visit, scope: Scope) -> Told:
    return Told(await _applications(visit, scope, Wanted(whose=CHECK)))


async def _to_decide(visit: Visit, scope: Scope) -> Told:
    return Told(await _applications(visit, scope, Wanted(whose=DECIDE)))


async def _late_applications(visit: Visit, scope: Scope) -> Told:
    return Told(await _applications(visit, scope, Wanted(whose=LATE)), late=True)


async def _returned(visit: Visit, scope: Scope) -> Told:
    return Told(await _applications(visit, scope, Wanted(state="pay_returned")), "银行退回来的", late=True)


async def _applications(visit: Visit, scope: Scope, wanted: Wanted) -> int:
    return await application_board.count(visit.session, scope, visit.staff, wanted, now=visit.now)


async def _questions(visit: Visit, _: Scope) -> Told:
    return Told(await waits.questions(visit.session, now=visit.now), "近一周")


async def _calls(visit: Visit, scope: Scope) -> Told:
    return Told(len(await calls.due(visit.session, scope, now=visit.now)))


async def _objections(visit: Visit, scope: Scope) -> Told:
    return Told(await publicity.waiting(visit.session, scope), "查清以前不能批", late=True)


async def _proposals(visit: Visit, scope: Scope) -> Told:
    number, late = await proposal_board.waiting(visit.session, scope, now=visit.now)
    return Told(number, f"{late}份过了答应的时间" if late else "", bool(late))


CHECKERS = frozenset({"administrator", "editor"})
NEEDS = (
    Need("等人接的对话", "/inbox", frozenset({"administrator", "caseworker"}), _handoffs),
    Need("我在办的案件", "/cases?whose=mine", CASEWORK, _my_cases),
    Need("没人办的案件", "/cases?whose=none", CASEWORK, _unassigned),
    Need("过了答应时间的案件", "/cases", CASEWORK, _late_cases),
    Need("七天内到期的案件", "/cases?days=7", CASEWORK, _deadlines),
    Need("等核对的申请", "/applications?whose=check", READERS, _to_check),
    Need("等决定的申请", "/applications?whose=decide", DECIDERS, _to_decide),
    Need("过了答应时间的申请", "/applications?whose=late", READERS, _late_applications),
    Need("要重付的申请", "/payments", DECIDERS, _returned),
    Need("没定的异议", "/objections", CASEWORK | {"approver"}, _objections),
    Need("等答复的建议", "/proposals", ANSWERING, _proposals),
    Need("要打的电话", "/calls", ANSWERING, _calls),
    Need("快到期的名额", "/events", frozenset({"administrator", "organiser"}), _offers),
    Need("待审批的通知", "/notices", frozenset({"administrator", "editor", "approver"}), _notices),
    Need("没答好的问题", "/questions", CHECKERS, _questions),
    Need("昨天到现在没送到的消息", "/notices", CHECKERS, _lost),
    Need("等了十分钟还没发出的消息", "/notices", CHECKERS, _stuck),
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a plot shows: its labels, a row of numbers for each name, and the same in words."""

    labels: list[str]
    series: dict[str, list[int]]
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot: where its numbers come from, and how they are drawn."""

    title: str
    numbers: Callable[[Visit], Awaitable[Numbers]]
    draw: Callable[[Numbers], bytes]


def _weeks(visit: Visit) -> tuple[list[datetime], list[str]]:
    bounds = periods.weeks(WEEKS, now=visit.now)
    return bounds, [f"{first.month}-{first.day}" for first in bounds[:-1]]


async def _growth(visit: Visit) -> Numbers:
    bounds, labels = _weeks(visit)
    joined = await trends.joined(visit.session, visit.scope, bounds)
    return Numbers(labels, {"新会员": joined}, f"半年新来{sum(joined)}位会员，这一周{joined[-1]}位。")


async def _asked(visit: Visit) -> Numbers:
    bounds, labels = _weeks(visit)
    found = await question_counts.by_period(visit.session, bounds)
    series = {DECISIONS[name]: numbers for name, numbers in found.items()}
    total = sum(map(sum, series.values()))
    shares = "，".join(
        f"{name}{round(100 * sum(numbers) / total)}%" for name, numbers in series.items() if total
    )
    week = sum(numbers[-1] for numbers in series.values())
    return Numbers(labels, series, f"半年问了{total}句，这一周{week}句{'。' + shares if shares else ''}。")


async def _sign_ups(visit: Visit) -> Numbers:
    found = await trends.sign_ups(visit.session, visit.scope, now=visit.now)
    series = {"报上": [one.taken for one in found], "排队": [one.waiting for one in found]}
    told = [f"{one.title}报上{one.taken}{f'/{one.cap}' if one.cap else ''}" for one in found]
    return Numbers([one.title for one in found], series, "；".join(told) + "。" if told else "眼下没有活动。")


async def _delivery(visit: Visit) -> Numbers:
    found = await trends.delivery(visit.session, CHANNELS)
    names = [name for name in CHANNELS if name in found]
    series = {
        "送到": [found[name].sent for name in names], "失败": [found[name].failed for name in names],
        "拉黑或注销": [found[name].blocked for name in names],
    }  # fmt: skip
    told = [f"{CHANNELS[n]}送到{found[n].sent}，失败{found[n].failed}，拉黑{found[n].blocked}" for n in names]
    return Numbers(
        [CHANNELS[name] for name in names], series, "；".join(told) + "。" if told else "还没发过。"
    )


def _columns(found: Numbers) -> bytes:
    return plots.over_time(found.labels, found.series, stacked=len(found.series) > 1)


def _bars(found: Numbers) -> bytes:
    return plots.side_by_side(found.labels, found.series)


PLOTS: Mapping[str, Plot] = {
    "members": Plot("每周新会员", _growth, _columns),
    "questions": Plot("每周提问", _asked, _columns),
    "signups": Plot("报名", _sign_ups, _bars),
    "delivery": Plot("消息送达", _delivery, _bars),
}

pages = (
    Page("/", "首页", EVERYBODY, show, menu="首页", rank=0),
    Page("/plots/{key}", "图", EVERYBODY, draw),
)
