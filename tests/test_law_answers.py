"""What members are told of labour law: never a rule that is no longer so, and always a way on."""

import re
from collections.abc import Iterator

import pytest

from config.content import Content

STALE = {
    "sixty days to apply (Labour Law 82)": r"(60|六十)(个)?[日天](之)?内[^。；]{0,15}仲裁|仲裁[^。；]{0,15}(60|六十)[日天](之)?内|arbitrat[^.;]{0,40}\b60 days|\b60 days[^.;]{0,40}arbitrat",
    "forty-four hours (Labour Law 36)": r"(44|四十四)(个)?(小时|钟头)|\b44 hours",
    "ninety days of birth leave (Labour Law 62)": r"(90|九十)[天日][^。；]{0,8}产假|产假[^。；]{0,10}(90|九十)[天日]|\b90 days[^.;]{0,30}(maternity|birth)|(maternity|birth)[^.;]{0,30}\b90 days",
    "thirty more days in Beijing": r"(产假|生孩子|生育)[^。；]{0,25}(加|奖励|增加|延长)[^。；]{0,6}(30|三十)[天日]|(30|三十)[天日][^。；]{0,6}(生育奖励|奖励假)|产假[^。；]{0,12}128[天日]|\b30 extra days",
    "old divisors of a month's pay": r"20\.(83|92)|167\.4",
    "months for grades before 2011": r"12\s*[-－—、，,]\s*10\s*[-－—、，,]\s*8\s*[-－—、，,]\s*6(?!\d)",
    "late fee of the Measures of 2015": r"5\s*‰|千分之五|(5|five) per mille",
    "numbers of the Union Law before 2021": r"《工会法》第(四十二|42)条",
}  # fmt: skip
TOLD_ONCE = {
    "sixty days to apply (Labour Law 82)": [
        "劳动争议发生之日起60日内申请仲裁。",
        "申请仲裁要在六十天内。",
        "Apply for arbitration within 60 days.",
    ],
    "forty-four hours (Labour Law 36)": [
        "平均每周不超过44小时。",
        "一周四十四个小时",
        "No more than 44 hours a week.",
    ],
    "ninety days of birth leave (Labour Law 62)": [
        "产假不少于90天",
        "有九十天产假",
        "Maternity leave of 90 days.",
    ],
    "thirty more days in Beijing": ["生孩子休98天再加30天", "产假一共128天", "另有30天生育奖励假"],
    "old divisors of a month's pay": ["一个月按20.83天折算", "除以20.92", "167.4小时"],
    "months for grades before 2011": ["7到10级是12、10、8、6个月", "12-10-8-6"],
    "late fee of the Measures of 2015": ["每天加收5‰的滞纳金", "按日加收千分之五"],
    "numbers of the Union Law before 2021": ["按职工工资总额的2%拨（《工会法》第42条）"],
}
FINE = (
    "仲裁委5天内答复收不收，收了以后一般45天、最多再加15天出结果；不服的15天内可以去法院。", "工伤认定一般60天内出结果。",
    "北京生孩子休98天再加60天，一共158天。", "单位应当在30天内申报工伤认定。", "辞职提前30天书面告诉单位。", "21.75天、174小时",
    "27、25、23、21、18、16、13、11、9、7", "《工会法》第43条，2021年修正", "The office answers in 5 days and decides in about 45 to 60.",
)  # fmt: skip


def told(content: Content) -> Iterator[tuple[str, str]]:
    """Return everything that members and staff can read, with where it stands."""
    for key, text in content.texts.items():
        yield key, text.text
    for entry in content.entries:
        for part in (
            entry.answer,
            entry.fact,
            entry.detail,
            entry.papers,
            entry.care,
            entry.english,
            entry.law,
        ):
            yield entry.slug, part
    for name, form in content.forms.items():
        for question in form.questions:
            yield f"{name}.{question.name}", f"{question.ask}。{question.help}。{'，'.join(question.options)}"
    for name, template in content.notices.items():
        yield name, str(template)
    for name, answer in content.danger.answers.items():
        yield name, answer.text


def found(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    rules = {rule: re.compile(pattern, re.IGNORECASE) for rule, pattern in STALE.items()}
    return [(where, rule) for where, text in texts for rule, pattern in rules.items() if pattern.search(text)]


def test_rules_that_are_no_longer_so_are_told_nowhere(edition):
    texts = list(told(edition.content))

    assert len(texts) > 1000
    assert found(texts) == []


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, text) for rule, texts in TOLD_ONCE.items() for text in texts]
)
def test_such_a_rule_would_be_found(rule, text):
    assert found([("here", text)]) == [("here", rule)]


def test_what_is_so_now_is_not_taken_for_it():
    assert found([("here", text) for text in FINE]) == []
    assert set(TOLD_ONCE) == set(STALE)


def test_sure_outcomes_are_promised_nowhere(edition):
    never = re.compile("一定能赢|肯定能赢|包赢|过期了不能告|不能告了|告不了了")

    assert never.search("这个一定能赢")
    assert [where for where, text in told(edition.content) if never.search(text)] == []


UNSURE = {
    "member_dues": r"(会费|基本工资)[^。]{0,15}0\.5\s*%",
    "publicity_days": r"公示[^。]{0,10}5个工作日",
}
"""How figures that nobody has verified would be told."""


def bare(text: str) -> bool:
    return any(re.search(pattern, text) for pattern in UNSURE.values()) and "没有核实" not in text


def test_unverified_figures_are_told_only_as_such(edition):
    figures = edition.content.figures
    unsure = {name for name in type(figures).model_fields if getattr(figures, name).rows[-1].mark == "U"}

    assert unsure == set(UNSURE)
    assert bare("会费按基本工资的0.5%交。")
    assert bare("名单公示5个工作日。")
    assert not bare("会费按基本工资的0.5%交，这个数没有核实，以本单位工会说的为准。")
    assert [where for where, text in told(edition.content) if bare(text)] == []


def test_labour_answers_lead_to_a_person_and_to_the_fitting_calculator(edition):
    labour = [entry for entry in edition.content.entries if entry.slug.startswith("labour-")]
    calculators = {
        entry.slug: [one.to for one in entry.next if one.to.startswith("calc:")] for entry in labour
    }

    assert len(labour) > 30
    assert [entry.slug for entry in labour if "human" not in [one.to for one in entry.next]] == []
    assert [slug for slug, leads in calculators.items() if len(leads) > 1] == []
    assert {slug: leads[0] for slug, leads in calculators.items() if leads} == {
        "labour-contract-none": "calc:double_wage",
        "labour-contract-probation": "calc:probation_check",
        "labour-dismissal-closing": "calc:severance",
        "labour-dismissal-protected": "calc:severance",
        "labour-dismissal-severance": "calc:severance",
        "labour-dismissal-unlawful": "calc:severance",
        "labour-injury-commute": "calc:work_injury",
        "labour-injury-grade": "calc:work_injury",
        "labour-injury-recognition": "calc:work_injury",
        "labour-injury-uninsured": "calc:work_injury",
        "labour-insurance-pension": "calc:retirement_age",
        "labour-leave-annual": "calc:annual_leave",
        "labour-leave-maternity": "calc:maternity_leave",
        "labour-other-arbitration": "calc:limitation_date",
        "labour-overtime-holiday": "calc:overtime_pay",
        "labour-overtime-pay": "calc:overtime_pay",
        "labour-overtime-special": "calc:overtime_pay",
        "labour-wages-contractor": "calc:limitation_date",
        "labour-wages-deduction": "calc:min_wage_check",
        "labour-wages-late": "calc:limitation_date",
        "labour-wages-minimum": "calc:min_wage_check",
        "labour-wages-unpaid": "calc:limitation_date",
    }


def test_labour_answers_have_at_most_eight_buttons(edition):
    many = {
        entry.slug: count
        for entry in edition.content.entries
        if entry.slug.startswith("labour-") and (count := len(entry.next) + bool(entry.detail) + 1) > 8
    }

    assert many == {}


def test_figures_in_answers_are_those_of_the_table(edition):
    figures, said = edition.content.figures, " ".join(text for _, text in told(edition.content))
    minimum = edition.content.by_slug["labour-wages-minimum"]

    for figure in (
        figures.min_wage_month,
        figures.min_wage_hour,
        figures.min_wage_part_time,
        figures.min_wage_part_time_holiday,
    ):
        assert f"{figure.rows[-1].value}元" in minimum.answer
    assert (
        f"{figures.cap_3x.rows[-1].value}元" in edition.content.by_slug["labour-dismissal-severance"].detail
    )
    assert (
        f"{figures.maternity_extra.rows[-1].value}天"
        in edition.content.by_slug["labour-leave-maternity"].answer
    )
    assert set(re.findall(r"最低工资(?:（现在)?每月(\d{4})元", said)) == {
        str(figures.min_wage_month.rows[-1].value)
    }


async def test_button_leads_from_the_answer_to_the_first_question(chat):
    told_first = await chat.say("被辞退能拿多少补偿")

    assert "[算一算] [申请法律援助]" in told_first
    await chat.run(("[算一算]", "哪天入职的？\n[不填了]"))
