"""算一算 as members meet it: one question a message, the sum first, the working a press away, every answer correctable."""

import pytest

from handlers import inputs_said
from handlers.forms import Form
from models.law.inputs import WrongInput
from models.law.registry import CALCULATORS, calculate
from tests.models.law.reference import law
from tests.models.law.test_inputs import EXAMPLES

LIST = (
    "您想算哪一样？只是个大概，不留您的名字。\n"
    "[被辞退补多少] [加班费] [没签合同] [年假] [还来得及告吗] [工伤] [更多] [转人工]"
)
ONLY = "，仅供参考，以仲裁委或法院认定为准。"
UNDER = "[怎么算的] [改一改] [申请法律援助] [算一算] [转人工]"
REASONS = "是什么原因离开的？\n[单位提，谈好的] [岗位没了] [裁员] [单位欠薪] [到期单位不续] [没理由辞退] [别的原因] [转人工]"
RELATED = "在关联公司之间调来调去的，工龄一般合在一起算。"
LAW = f"《劳动合同法》第36、46、47条（2008年起）、《劳动合同法实施条例》第27条（2008年起）{ONLY}"
SUM = f"大约60000元。\n\n{RELATED}\n\n{LAW}\n{UNDER}"


async def say(chat, *said: str) -> str:
    """Say all of it; return the last answer."""
    told = ""
    for one in said:
        told = await chat.say(one)
    return told


async def severance(
    chat, *, start="2019年5月6日", end="2026年8月31日", wage="8千", reason="[单位提，谈好的]"
) -> str:
    return await say(chat, "算一算", "[被辞退补多少]", start, end, wage, reason)


async def test_severance_takes_five_steps(chat):
    await chat.run(
        ("算一算", LIST),
        ("[被辞退补多少]", "哪天入职的？\n[不填了]"),
        ("2019年5月6日", "最后一天在岗是哪天？\n[今天]"),
        ("2026年8月31日", "离开前12个月，平均每月应发多少？\n[不填了]"),
        ("8千", REASONS),
        ("[单位提，谈好的]", SUM),
    )


async def test_working_is_a_press_away(chat):
    await severance(chat)

    await chat.run(
        (
            "[怎么算的]",
            (
                "从2019年5月6日到2026年8月31日，满7年3个月零26天。\n"
                "满一年算1个月，满半年不到一年算1个月，不到半年算半个月：一共7.5个月。\n"
                "7.5个月×8000元＝60000元。\n"
                "北京最低工资（每月）：2540元（2025年9月1日起，京人社劳发〔2025〕7号）。\n"
                "经济补偿的月工资上限（平均工资三倍）：47103.25元（2024年6月1日起，"
                "北京市2023年法人单位从业人员平均工资188413元（口径见2019年8月16日通知））。\n"
                "月工资按离开前12个月应发的平均数，不满12个月按实际月数。\n"
                f"{RELATED}\n小时工没有这一项。\n\n{LAW}\n[改一改] [申请法律援助] [算一算] [转人工]"
            ),
        )
    )


async def test_one_answer_is_corrected_the_others_are_buttons(chat):
    await severance(chat)

    await chat.run(
        ("[改一改]", "哪天入职的？\n[2019-05-06] [不填了]"),
        ("[2019-05-06]", "最后一天在岗是哪天？\n[2026-08-31] [今天]"),
        ("[2026-08-31]", "离开前12个月，平均每月应发多少？\n[8000] [不填了]"),
        ("1万2", REASONS),
    )
    assert (await chat.say("1")).startswith("大约90000元。")


async def test_today_is_a_button(chat):
    assert (await severance(chat, start="2025年11月11日", end="[今天]")).startswith("大约8000元。")
    assert (await say(chat, "[怎么算的]")).startswith("从2025年11月11日到2026年11月10日，满1年0个月零0天。")


async def test_year_or_month_alone_is_asked_for_the_day(chat):
    hint = "没太看明白。写到哪一天，比如2019年5月6日。记不清就写那个月的1号。\n\n哪天入职的？\n[不填了]"

    await chat.run(
        ("算一算", LIST),
        ("[被辞退补多少]", "哪天入职的？\n[不填了]"),
        ("2019年5月", hint),
        ("去年", hint),
        ("去年5月6日", "最后一天在岗是哪天？\n[今天]"),
    )


async def test_article_40_asks_for_the_notice_and_last_months_wage(chat):
    assert await severance(chat, reason="[岗位没了]") == "单位提前30天书面告诉您了吗？\n[告诉了] [没有]"
    assert await say(chat, "[没有]") == "离开前一个月应发多少？\n[不填了]"
    assert (await say(chat, "9000")).startswith("大约69000元。")


async def test_notice_given_asks_for_nothing_more(chat):
    await severance(chat, reason="[岗位没了]")

    assert (await say(chat, "告诉了")).startswith("大约60000元。")


async def test_other_reasons_have_a_second_list(chat):
    assert (await severance(chat, reason="[别的原因]")).startswith("是下面哪一种？\n[我自己要走]")
    assert (await say(chat, "[我自己要走]")).startswith(
        "按这个原因走，一般没有经济补偿。\n\n要是单位欠薪、不交社保您才走的，可能有补偿，先请同事看看。"
    )


async def test_that_a_person_must_look_is_said_first(chat):
    told = await severance(chat, start="2005年1月1日")

    assert told.startswith(
        "您这种情况要请同事看，下面只是个大概。\n\n大约176000元。\n\n2008年以前的工龄算法不一样。"
    )


async def test_what_cannot_be_is_told_and_the_form_opens_again(chat):
    told = await severance(chat, start="2026年9月1日")

    assert told == "最后一天在岗：日子的先后不对，请核对。\n\n哪天入职的？\n[2026-09-01] [不填了]"
    assert (await say(chat, "2019年5月6日", "[2026-08-31]", "[8000]", "[单位提，谈好的]")) == SUM


async def test_old_buttons_do_not_show_another_sum(chat):
    await severance(chat)
    old = {choice.label: choice.value for choice in chat._choices["wang"]}
    await severance(chat, wage="9000")

    gone = "这次算的没有留着，再算一次就有。\n[算一算] [转人工]"
    for label in ("怎么算的", "改一改"):
        assert await chat.send(chat.incoming("press", text=label, value=old[label])) == gone
    assert (
        await chat.send(chat.incoming("press", value=f"nextday:{old['怎么算的'].partition(':')[2]}")) == gone
    )
    assert (await say(chat, "[算一算]")) == LIST


async def test_sum_goes_when_another_form_begins(chat):
    await severance(chat)
    pressed = {choice.label: choice.value for choice in chat._choices["wang"]}["怎么算的"]
    await say(chat, "算一算", "[加班费]")

    assert (
        await chat.send(chat.incoming("press", value=pressed))
        == "这次算的没有留着，再算一次就有。\n[算一算] [转人工]"
    )


async def test_overtime_adds_day_after_day(chat):
    law_line = (
        "《劳动法》第44条（1995年起）、《北京市工资支付规定》第14条（2004年起）、"
        f"北京高院和仲裁委《解答（一）》第57条（2024年4月30日起）{ONLY}"
    )
    under = "[怎么算的] [改一改] [再加一天] [申请法律援助] [算一算] [转人工]"
    note = "单位说是不定时、没有批文的，也按这样算。"

    await chat.run(
        ("算一算", LIST),
        ("[加班费]", "合同上每月工资多少？\n[不填了]"),
        ("8700", "单位的工时，劳动部门特别批过吗？\n[没有] [批了综合工时] [批了不定时] [不知道]"),
        ("不知道", "哪天加的班？\n[今天] [昨天]"),
        ("11月7日", "那天一共干了几个小时？\n[不填了]"),
        ("8小时", "后来给您补休了吗？\n[没有] [补休了]"),
        ("没有", f"这1天的加班费大约800元。\n\n{note}\n\n{law_line}\n{under}"),
        ("[再加一天]", "记下了，再说一天。\n\n哪天加的班？\n[今天] [昨天]"),
        ("[昨天]", "那天一共干了几个小时？\n[不填了]"),
        ("10", "后来给您补休了吗？\n[没有] [补休了]"),
        ("没有", f"这2天的加班费大约950元。\n\n{note}\n\n{law_line}\n{under}"),
        ("[再加一天]", "记下了，再说一天。\n\n哪天加的班？\n[今天] [昨天]"),
    )
    assert (await say(chat, "11月7日", "4", "没有")).startswith(
        "这2天的加班费大约550元。"
    )  # the same day said anew
    assert (await say(chat, "[改一改]")) == "合同上每月工资多少？\n[8700] [不填了]"
    assert (await say(chat, "[8700]", "没有", "[2026-11-07]", "[4]", "没有")).startswith(
        "这1天的加班费大约400元。"
    )


async def test_number_is_a_number_where_there_is_also_a_button(chat):
    asked = await say(chat, "算一算", "[年假]", "[去年]", "6年", "满了", "一直在")

    assert asked == "那一年休了几天年假？\n[没休]"
    assert (await say(chat, "1", "8700", "[没有]", "[没有]")).startswith(
        "2025年还有4天没休，按300%大约4800元。"
    )
    await say(chat, "[改一改]", "[去年]", "[6]", "满了")
    assert await say(chat, "一直在") == "那一年休了几天年假？\n[1] [没休]"
    assert (await say(chat, "[没休]", "[8700]", "[没有]", "[没有]")).startswith(
        "2025年还有5天没休，按300%大约6000元。"
    )


async def test_deadline_that_is_near_is_told(chat):
    told = await say(chat, "算一算", "[还来得及告吗]", "[别的事]", "2025年11月15日", "[没有]")

    assert told.startswith("最稳妥的日子是2026年11月15日，请赶在这天以前。\n\n还有5天，请马上请同事看。\n\n")


async def test_deadline_that_is_past_is_not_called_hopeless(chat):
    told = await say(chat, "算一算", "[还来得及告吗]", "[别的事]", "2024年11月15日", "[没有]")

    past = "这个日子已经过去了，单位可能拿时间说事。也可能有别的情况，请马上请同事看。"
    assert told.startswith(f"最稳妥的日子是2025年11月15日，请赶在这天以前。\n\n{past}")


async def test_claim_after_the_end_is_told_once(chat):
    told = await say(chat, "算一算", "[还来得及告吗]", "[别的事]", "2024年1月1日", "[有过]", "2026年1月5日")

    assert told.startswith(
        "您这种情况要请同事看，下面只是个大概。\n\n"
        "按这些日子算，一年到2025年1月1日。单位可能拿时间说事，请尽快找人看看。\n\n中间有别的要钱、投诉的记录"
    )


async def test_deadline_far_off_is_not_called_near(chat):
    told = await say(chat, "算一算", "[还来得及告吗]", "[别的事]", "2025年11月17日", "[没有]")

    assert told.startswith(
        "最稳妥的日子是2026年11月17日，请赶在这天以前。\n\n时间长了，单位可以提出时间过了，请早点找人看。"
    )


async def test_injury_tells_how_near_the_own_day_is(chat):
    told = await say(chat, "算一算", "[工伤]", "[到哪天能申报]", "2025年11月12日")

    assert "还有2天，请马上请同事看。" in told
    late = await say(chat, "算一算", "[工伤]", "[多久出结果]", "2025年1月2日")
    assert late.startswith("最晚2025年3月3日该有结果。\n\n《工伤保险条例》第20条")


async def test_leave_and_pension_offer_no_legal_aid(chat):
    told = await say(chat, "算一算", "[更多]", "[退休年龄]", "女，50岁", "1979年6月")

    assert told == (
        "2031年9月，满52岁3个月。那年养老保险最少要交满16年。\n\n"
        "女职工是55还是50，看岗位，拿不准请问单位或者12333。\n\n"
        f"《国务院关于渐进式延迟法定退休年龄的办法》第1、2条（2025年起）{ONLY}\n[怎么算的] [改一改] [算一算] [转人工]"
    )


async def test_list_has_a_second_page_and_unknown_names_lead_to_the_first(chat):
    await chat.run(
        ("计算器", LIST),
        ("[更多]", "还能算这些。\n[试用期] [产假] [退休年龄] [最低工资] [前面的] [转人工]"),
        ("[前面的]", LIST),
    )
    assert await chat.send(chat.incoming("press", value="calc:nothing")) == LIST


async def test_last_sum_is_told_under_privacy_and_deleted(chat):
    await severance(chat)

    assert (await say(chat, "隐私")).startswith("我记着您的：聊天的地址、上一次算的。")
    await say(chat, "[删除]", "[删掉]")
    assert (await say(chat, "隐私")).startswith("我记着您的：聊天的地址。")


async def test_last_sum_is_forgotten_after_a_month(chat, clock):
    await severance(chat)
    clock.tick(31 * 86400)

    assert (await say(chat, "隐私")).startswith("我记着您的：聊天的地址。")


def walks(form: Form, answers: dict[str, str]):
    """Return every way through *form* with one fitting answer to what is written."""
    question = form.next(answers)
    if question is None:
        yield answers
        return
    written = {"day": ("2026-03-02",), "month": ("1980-05",), "number": ("6",)}.get(question.kind, ())
    if question.name in {"month", "month.standby", "month.wage"}:
        written = ("2026-03",)
    shown = (
        question.options
        if question.kind == "choice"
        else tuple(o for o in question.options if o in question.means)
    )
    for said in (*shown, *written):
        yield from walks(form, {**answers, question.name: said})


@pytest.mark.parametrize("name", CALCULATORS)
def test_every_way_through_a_form_fits_its_calculator(name, edition, clock):
    form, results, reasons = edition.content.forms[f"calc-{name}"], set(), set()
    for number, answers in enumerate(walks(Form(form.questions), {})):
        given = inputs_said.inputs(name, form, answers, clock().date())
        try:
            results.add(calculate(name, given, law()).summary.key)
        except WrongInput as wrong:
            reasons.add((wrong.reason, wrong.field))
        assert number < 5000

    assert results
    assert {reason for reason, _ in reasons} <= {"order", "more_than"}


def test_every_choice_of_the_examples_can_be_said(edition):
    wanted = {
        (example["calculator"], name, value)
        for example in EXAMPLES
        for name, value in example["inputs"].items()
        if name in {"ground", "hours_system", "kind", "term", "event", "ask", "category"}
        and isinstance(value, str)
    }
    sayable = {
        (name.removeprefix("calc-"), question.name.partition(".")[0], meant)
        for name, form in edition.content.forms.items()
        for question in form.questions
        for meant in question.means.values()
    }

    dates = {
        ("work_injury", "event", value) for _, name, value in wanted if name == "event" and value[:2] == "20"
    }
    assert wanted - sayable - dates - {("min_wage_check", "ask", "final_award_line")} == set()


def test_every_option_with_a_meaning_is_offered(edition):
    lost = [
        (name, question.name, option)
        for name, form in edition.content.forms.items()
        for question in form.questions
        for option in question.means
        if option not in question.options
    ]

    assert lost == []
