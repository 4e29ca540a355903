"""What a case says in words that colleagues read: its topic, state and urgency, and the facts in the order of the intake."""

from collections.abc import Mapping
from datetime import date

from config.content import Content
from handlers.wording import full_day
from models.case_assignment import CONFLICT, WORKER
from models.case_papers import CasePaper
from models.case_referrals import ASKED, REFERRAL, WAITS, YES
from models.cases import MACHINE, MEMBER, CaseStep

TOPICS: Mapping[str, str] = {
    "wages": "欠薪", "overtime": "加班", "no_contract": "没签合同", "dismissal": "辞退", "insurance": "社保",
    "injury": "工伤", "women": "女职工", "leave": "休假", "transfer": "调岗降薪", "other": "其他",
}  # fmt: skip
STATES: Mapping[str, str] = {
    "new": "刚收到", "triage": "在看", "need_info": "等补材料", "accepted": "受理了", "refused": "没受理",
    "assigned": "在办", "mediation": "调解中", "arbitration": "仲裁中", "lawsuit": "诉讼中", "closed": "办结",
    "withdrawn": "本人撤回",
}  # fmt: skip
URGENCIES: Mapping[str, str] = {
    "P0": "P0 人身危险", "P1": "P1 当天", "P2": "P2 三个工作日", "P3": "P3 七天",
}  # fmt: skip
RESULTS: Mapping[str, str] = {
    "paid": "钱给了", "agreed": "和解或调解成了", "awarded": "裁决了", "judged": "判决了", "advised": "给了建议，本人自己办",
    "referred": "转给别处办", "unresolved": "没有结果",
}  # fmt: skip
RATINGS: Mapping[str, str] = {"good": "满意", "fair": "一般", "bad": "不满意"}
DEADLINES: Mapping[str, str] = {
    "limitation": "申请仲裁", "sue": "起诉", "hearing": "开庭", "injury_employer": "单位申请工伤认定",
    "injury_worker": "本人申请工伤认定", "other": "其他",
}  # fmt: skip
MEETINGS: Mapping[str, str] = {
    "proposed": "等会员答复", "agreed": "会员能来", "declined": "会员来不了", "called_off": "取消了", "held": "见过了",
}  # fmt: skip
PAPERS: Mapping[str, str] = {"have": "有", "can_get": "能拿到", "no": "没有"}
_YES = {"yes": "是", "no": "否"}
_TRIED = {
    "employer": "找过单位", "union": "找过工会", "inspection": "投诉过劳动监察", "mediation": "调解过",
    "arbitration": "申请过仲裁", "court": "起诉过",
}  # fmt: skip
_GOALS = {
    "money": "拿回钱", "job": "回去上班", "compensation": "要补偿", "papers": "补手续", "advice": "先问清楚",
    "state_aid": "国家法律援助",
}  # fmt: skip
_PROTECTED = {
    "pregnant": "怀孕", "nursing": "产假或哺乳期", "injured": "工伤", "sick": "病假", "minor": "未满18岁",
    "union_work": "做工会工作",
}  # fmt: skip
FACTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "what": ("事情经过", {}),
    "paper_kind": ("手里的文书", {"notice": "通知", "award": "仲裁裁决", "none": "没有"}),
    "paper_day": ("文书日期", {}),
    "received": ("收到裁决的日子", {}),
    "hearing": ("开庭日期", {}),
    "known": ("知道权益受损的日子", {}),
    "employed": ("还在职", _YES),
    "last_day": ("最后上班日", {}),
    "workplace": ("工作地点", {}),
    "seat": ("单位在哪里", {}),
    "first_day": ("入职日期", {}),
    "contract": ("劳动合同", {"signed": "签了", "none": "没签", "expired": "到期没续"}),
    "work_form": ("用工形式", {"full": "全日制", "part_time": "非全日制", "dispatch": "劳务派遣", "platform": "平台用工"}),
    "migrant": ("进城务工", _YES),
    "wage": ("月工资（元）", {}),
    "owed": ("欠的钱（元）", {}),
    "owed_since": ("从什么时候欠", {}),
    "people": ("一共几个人", {}),
    "protected": ("特殊情况", _PROTECTED),
    "pressed": ("今天被逼签字", _YES),
    "treatment": ("急救费用没人付", _YES),
    "gone": ("单位跑了或转移财产", _YES),
    "stoppage": ("停工了", _YES),
    "injury_day": ("受伤日期", {}),
    "injury_filed": ("申请过工伤认定", _YES),
    "tried": ("找过谁", _TRIED),
    "goal": ("想要的结果", _GOALS),
    "hardship": ("经济困难", _YES),
    "time": ("方便的时间", {}),
    "device": ("手机", {"mine": "只有本人用", "shared": "别人也看得到"}),
}  # fmt: skip
HIDDEN = frozenset({"reach"})
"""Facts that are not shown: an address of the member."""


def told(facts: Mapping[str, object]) -> list[tuple[str, str]]:
    """Return what is known as (label, words), in the order in which it is asked; what has no label comes last."""
    known = {name: _said(str(facts[name]), words) for name, (_, words) in FACTS.items() if facts.get(name)}
    rows = [(FACTS[name][0], said) for name, said in known.items()]
    others = [name for name in facts if name not in FACTS and name not in HIDDEN and facts[name]]
    return rows + [(name, str(facts[name])) for name in others]


def paper(found: CasePaper) -> str:
    """Return what a paper is called."""
    return found.paper or found.name or "材料"


def step(content: Content, found: CaseStep, names: Mapping[str, str]) -> str:
    """Return what happened to a case, without why; *names* are those of colleagues by their logins."""
    if found.kind == "state":
        before = f"{STATES.get(found.before, found.before)} → " if found.before else ""
        return before + STATES.get(found.after, found.after)
    if found.kind == "urgency":
        return f"轻重 {found.before} → {found.after}"
    if found.kind == "deadline":
        return f"{DEADLINES.get(found.before, found.before)}的期限办好了"
    if found.kind == REFERRAL:
        return f"转给{parties(content, found.before)}"
    if found.kind == ASKED:
        asked = f"能不能转给{parties(content, found.before)}"
        return (
            f"问会员{asked}"
            if found.after == WAITS
            else f"{asked}：{'同意' if found.after == YES else '不同意'}"
        )
    if found.kind == WORKER:
        return f"请{names[found.after]}办" if found.after else f"{names[found.before]}不再办"
    if found.kind == CONFLICT:
        return f"{names[found.after]}要回避"
    return f"{found.before} {found.after}".strip()


def acting(found: CaseStep) -> set[str]:
    """Return the logins of the colleagues who are named in what happened."""
    named = {found.before, found.after} if found.kind in (WORKER, CONFLICT) else set[str]()
    return ({found.by} | named) - {"", MEMBER, MACHINE}


def parties(content: Content, keys: str) -> str:
    """Return the names of the parties whose *keys* stand in a step."""
    named = content.parties.by_key
    return "、".join(named[key].name if key in named else key for key in keys.split(","))


def _said(said: str, words: Mapping[str, str]) -> str:
    if words:
        return "、".join(words.get(code, code) for code in said.split(","))
    return _day(said) or said


def _day(said: str) -> str:
    try:
        return full_day(date.fromisoformat(said))
    except ValueError:
        return ""
