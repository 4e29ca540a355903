"""What is written of a case for others: the draft of an application to the arbitration commission, and the sheet for a mediation."""

from collections.abc import Mapping, Sequence
from datetime import date

from config.content import Content
from handlers import casefacts
from handlers.wording import full_day
from models.case_papers import CasePaper
from models.cases import Case
from models.word import Part

MARK = "草稿 DRAFT · 由工作人员核对、本人签字后才能提交"
BLANK = "________"
OWED = "支付拖欠的工资{owed}元"
CLAIMS: Mapping[str, Sequence[str]] = {
    "wages": (OWED,),
    "overtime": ("支付加班工资________元",),
    "no_contract": ("支付没有签订书面劳动合同的二倍工资差额________元",),
    "dismissal": ("支付违法解除劳动合同的赔偿金________元（或者经济补偿、继续履行合同，由本人选）",),
    "insurance": ("支付因没有缴纳社会保险造成的损失________元",),
    "injury": ("支付工伤保险待遇________元（工伤认定和劳动能力鉴定以后填）",),
    "women": ("支付产假工资和生育待遇________元",),
    "leave": ("支付应休未休年休假工资________元",),
    "transfer": ("按原劳动合同继续履行", "支付少发的工资________元"),
    "other": (BLANK,),
}
"""What is asked for, by topic: the only sum that members tell is the pay that they are owed."""
LAWS: Mapping[str, Sequence[str]] = {
    "wages": ("labour-wages-unpaid", "labour-wages-late"),
    "overtime": ("labour-overtime-pay", "labour-overtime-hours"),
    "no_contract": ("labour-contract-none",),
    "dismissal": ("labour-dismissal-unlawful", "labour-dismissal-severance"),
    "insurance": ("labour-insurance-unpaid",),
    "injury": ("labour-injury-recognition", "labour-injury-uninsured"),
    "women": ("labour-leave-maternity", "labour-dismissal-protected"),
    "leave": ("labour-leave-annual",),
    "transfer": ("labour-contract-transfer",),
}
"""The entries of the content in which the law of a topic stands, with its date."""
BEFORE = ("first_day", "contract", "work_form", "workplace", "wage", "last_day", "owed_since", "tried")
"""The facts that are told before what happened."""
EVERY = "labour-other-arbitration"
PROTECTED = "labour-dismissal-protected"
FOR_OTHERS = casefacts.FACTS.keys() - {"device", "time", "hardship"}
"""The facts that a mediation needs; how and when to reach the member is not told to others."""


def application(content: Content, case: Case, papers: Sequence[CasePaper], *, today: date) -> list[Part]:
    """Return the parts of a draft application: what is not known is left blank, and no outcome is promised."""
    facts = {str(name): str(said) for name, said in case.facts.items()}
    evidence = [("序号", "证据", "有没有原件")]
    had = [paper for paper in papers if paper.standing != "no"]
    evidence += [
        (str(number), casefacts.paper(paper), casefacts.PAPERS.get(paper.standing, paper.standing))
        for number, paper in enumerate(had, 1)
    ]
    return [
        Part("申请人", [f"姓名：{case.name or BLANK}", f"身份证号码：{BLANK}", f"电话：{case.phone or BLANK}"]),
        Part(
            "被申请人",
            [
                f"名称：{case.employer or BLANK}", f"住所：{BLANK}",
                f"法定代表人：{BLANK}", f"电话：{BLANK}",
            ],
        ),
        Part("请求事项", [f"{number}. {text}。" for number, text in enumerate(_claims(case.topic, facts), 1)]),
        Part("事实和理由", _story(facts)),
        Part("证据清单", table=evidence),
        Part("法律依据（提交前请核对）", laws(content, case.topic, facts)),
        Part(
            "",
            [
                f"此致　{BLANK}劳动人事争议仲裁委员会",
                f"申请人（签字）：{BLANK}　　日期：{BLANK}",
                f"草稿生成日期：{full_day(today)}，案件编号：{case.number}",
            ],
        ),
    ]  # fmt: skip


def sheet(content: Content, case: Case, deadlines: Sequence[tuple[str, date]]) -> list[Part]:
    """Return the parts of what those who mediate read: the facts, what is wanted and until when, without how to reach the member."""
    facts = {name: said for name, said in case.facts.items() if name in FOR_OTHERS}
    rows = [("项目", "内容"), *casefacts.told(facts)]
    return [
        Part(
            "当事人",
            [f"职工：{case.name or BLANK}", f"单位：{case.employer or BLANK}", f"人数：{case.people}"],
        ),
        Part("事由", [casefacts.TOPICS.get(case.topic, case.topic)]),
        Part("案情（本人所说，未经核实）", table=rows),
        Part(
            "期限", [f"{casefacts.DEADLINES.get(kind, kind)}：{full_day(day)}前" for kind, day in deadlines]
        ),
        Part("法律依据", laws(content, case.topic, {name: str(said) for name, said in facts.items()})),
    ]


def laws(content: Content, topic: str, facts: Mapping[str, str]) -> list[str]:
    """Return the law of a topic with its dates, as the checked entries of the content have it."""
    slugs = [*LAWS.get(topic, ()), *([PROTECTED] if facts.get("protected") else ()), EVERY]
    found = [entry.law for slug in dict.fromkeys(slugs) if (entry := content.entry(slug)) and entry.law]
    return [*found, "仅供参考，以仲裁委或法院认定为准。"]


def _claims(topic: str, facts: Mapping[str, str]) -> list[str]:
    owed = facts.get("owed", "").removesuffix("元")
    found = list(CLAIMS.get(topic, (BLANK,)))
    if owed and OWED not in found:
        found.append(OWED)
    return [claim.replace("{owed}", owed or BLANK) for claim in found]


def _story(facts: Mapping[str, str]) -> list[str]:
    known = casefacts.told({name: facts[name] for name in BEFORE if facts.get(name)})
    wanted = casefacts.told({"goal": facts.get("goal", "")})
    return [
        *(f"{label}：{said}。" for label, said in known),
        facts.get("what") or BLANK,
        *(f"{label}：{said}。" for label, said in wanted),
    ]
