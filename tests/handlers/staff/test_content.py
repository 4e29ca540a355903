"""Content in the console: found, changed, planned, made, taken away."""

from typing import get_args

import pytest
from sqlalchemy import select

from config.entries import Entry
from handlers import typed
from handlers.staff.content import KINDS
from models import catalogue, drafts, unanswered, versions
from models import content as shelves
from models.rights import Grant
from models.unanswered import Unanswered
from tests.databases import statements

PHOTO = "/content/programmes/photo-contest"
THANKS = "/content/texts/search.thanks"
NEW = {
    "title": "跳棋比赛", "kind": "article", "topic": "board_contest", "owner": "文体部", "checked_on": "2026-11-10",
    "answer": "一个人、一副棋就能来。", "english": "The Chinese checkers contest is open to every member.",
    "phrasings": "跳棋比赛\n跳棋怎么报名\n有跳棋活动吗\n想下跳棋\n跳棋赛啥时候\n玩跳棋的比赛\n要带棋吗\n跳棋大赛",
    "english_phrasings": "Chinese checkers contest\nhow to enter the checkers contest",
    "next": "转人工 | human",
}  # fmt: skip


async def content(office):
    async with office.database.transaction() as session:
        return await shelves.published(session)


async def typed_in(office, shelf, key, **changes):
    """Return what the form of a piece holds, with *changes* typed over it."""
    async with office.database.transaction() as session:
        row = await catalogue.one(session, shelf, key)
    return {**typed.fields(shelf, row.body), "was": row.version, **changes}


async def test_editor_changes_an_answer_that_members_then_read(stocked):
    li = await stocked.enter("li", "editor")
    found = await li.open("/content?shelf=programmes&q=摄影大赛")
    told = await typed_in(stocked, "programmes", "photo-contest", title="摄影比赛", papers="身份证")

    shown = await li.follow(PHOTO, "save", **told)

    after = (await content(stocked)).entry("photo-contest")
    assert "photo-contest" in found.text
    assert "保存了，会员马上就能看到。" in shown.text
    assert "第2版 （li）" in shown.text
    assert (after.title, after.papers, after.year) == ("摄影比赛", "身份证", 2014)


async def test_editor_changes_a_sentence(one_stocked):
    li = await one_stocked.enter("li", "editor")

    await li.follow(THANKS, "save", was=1, text="别客气。", choices="菜单 | menu\r\n找人 | human")

    text = (await content(one_stocked)).texts["search.thanks"]
    assert (text.text, dict(text.choices)) == ("别客气。", {"菜单": "menu", "找人": "human"})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"text": "{name}，别客气。"}, "nobody fills in {name}"),
        ({"text": "别客气{。"}, "expected '}'"),
        ({"text": "别客气{}。"}, "between braces stands only the name"),
        ({"text": "别客气。", "choices": "去 | nowhere"}, "nobody answers nowhere"),
        ({"text": "别客气。", "choices": "去哪"}, "按钮一行一个"),
        ({"text": ""}, "没有保存，这里还不对：「说什么」没有填。"),
        ({"text": "别客气。", "was": 7}, "别人刚刚改过这一条。"),
    ],
)
async def test_wrong_sentence_is_refused_and_stays_in_the_form(one_stocked, change, why):
    li = await one_stocked.enter("li", "editor")

    told = await li.do(THANKS, "save", **({"was": 1, "choices": ""} | change))

    assert told.status == 422
    assert why in told.text
    assert change.get("text", "") in told.html
    assert (await content(one_stocked)).version == 1


async def test_wrong_entry_is_told_in_the_words_of_the_form(one_stocked):
    li = await one_stocked.enter("li", "editor")

    async def told(**changes):
        typed_over = await typed_in(one_stocked, "programmes", "photo-contest", **changes)
        return (await li.do(PHOTO, "save", **typed_over)).text

    assert "「标题」最多18个字。" in await told(title="摄" * 19)
    assert "「会员会怎么问」至少要8行。" in await told(phrasings="摄影")
    assert "「英文回答」没有填。" in await told(english="")
    assert "「核对日期」不是日期。" in await told(checked_on="soon")
    assert "「colour」这个名字不认识。" in await told(rest="colour: red")
    assert "a fact needs its year" in await told(year="")


async def test_editor_changes_the_rules_of_an_application_in_plain_fields(one_stocked):
    li, at = await one_stocked.enter("li", "editor"), "/content/programmes/tuition-aid"
    before = (await content(one_stocked)).entry("tuition-aid").application

    shown = await li.open(at)
    changes = {
        "apply_publicity_days": "7", "apply_year": "2026", "apply_sum_by": "degree", "apply_sums": "大专 | 1000\r\n本科 | 2600",
    }  # fmt: skip
    await li.follow(at, "save", **await typed_in(one_stocked, "programmes", "tuition-aid", **changes))

    after = (await content(one_stocked)).entry("tuition-aid").application
    assert "工会核对 区里审核" in shown.text
    assert after == before.model_copy(
        update={"publicity_days": 7, "year": 2026, "sum_by": "degree", "sums": {"大专": 1000, "本科": 2600}}
    )
    kept = await li.open(f"{at}/versions?with=1")
    assert "本科 | 2600" in kept.text
    for change, why in (
        ({"apply_publicity_days": "五"}, "「公示几个工作日」要填整数。"), ({"apply_publicity_days": "31"}, "「公示几个工作日」最多30。"),
        ({"apply_prefix": ""}, "「编号开头」没有填。"), ({"apply_steps": "看一看"}, "没有这一步，请照下面列的写：看一看"),
        ({"apply_sums": "本科 2000"}, "一行一个，用“|”隔开。这一行不对：本科 2000"), ({"apply_ceiling": "很多"}, "「最多多少元」要填数。"),
        ({"apply_year": ""}, "sums need the question that they follow from, and their year"),
    ):  # fmt: skip
        told = await li.do(at, "save", **await typed_in(one_stocked, "programmes", "tuition-aid", **change))
        assert (told.status, why in told.text) == (422, True), (change, told.text[:400])
    assert (await content(one_stocked)).entry("tuition-aid").application == after


async def test_broken_list_is_refused(one_stocked):
    li = await one_stocked.enter("li", "editor")

    broken = await li.do("/content/lists/duty", "save", was=1, rest="hours: [")
    wrong = await li.do(
        PHOTO, "save", **await typed_in(one_stocked, "programmes", "photo-contest", rest="- 1")
    )
    undated = await typed_in(one_stocked, "programmes", "photo-contest", opens="soon")

    assert "「其余」这一栏的写法不对" in broken.text
    assert wrong.status == 422
    assert "日期时间没看懂" in (await li.do(PHOTO, "save", **undated)).text


async def test_danger_answers_are_edited_but_not_switched_off(one_stocked):
    li = await one_stocked.enter("li", "editor")
    told = await typed_in(one_stocked, "lists", "danger")
    softer = told["rest"].replace("我理解你很气愤。", "我知道你很气愤。")
    silent = told["rest"].replace("threatened:\n  - 被锁在", "elsewhere:\n  - 被锁在")
    assert silent != told["rest"]

    refused = await li.do("/content/lists/danger", "save", was=1, rest=silent)
    saved = await li.do("/content/lists/danger", "save", was=1, rest=softer)

    assert refused.status == 422
    assert saved.status == 303
    assert (await content(one_stocked)).danger.answers["violence"].text.startswith("我知道你很气愤。")


async def test_new_entry_is_made_from_a_question_and_taken_away_again(stocked):
    li = await stocked.enter("li", "editor")
    async with stocked.database.transaction() as session:
        unanswered.note(session, "有跳棋吗", "declined", ranked=(), now=stocked.clock())

    form = await li.open("/content/new/articles?questions=1")
    told = {"key": "checkers", "numbers": "1", **NEW}
    shown = await li.follow("/content/new/articles", "add", **told)
    made = (await content(stocked)).entry("checkers")
    again = await li.do("/content/new/articles", "add", **told)
    ill_named = await li.do("/content/new/articles", "add", **{**told, "key": "跳棋"})
    gone = await li.follow("/content/articles/checkers", "remove")

    assert "有跳棋吗" in form.html
    assert "跳棋比赛" in shown.text
    assert made.phrasings[0] == "跳棋比赛"
    assert "这个名字已经有了" in again.text
    assert "名字用小写字母" in ill_named.text
    assert "删掉了。" in gone.text
    assert (await content(stocked)).entry("checkers") is None
    async with stocked.database.transaction() as session:
        asked = await session.scalar(select(Unanswered))
        kept = await versions.history(session, "articles", "checkers")
    assert (asked.solved_by, asked.solved_at) == ("li", stocked.clock())
    assert [one.version for one in kept] == [1]


async def test_what_came_with_the_program_is_not_taken_away(one_stocked):
    li = await one_stocked.enter("li", "editor")
    await li.follow(PHOTO, "save", **await typed_in(one_stocked, "programmes", "photo-contest", title="摄影"))

    told = await li.do(PHOTO, "remove")

    assert "这一条是随程序来的" in told.text


async def test_planned_change_waits_for_its_time(one_stocked):
    li = await one_stocked.enter("li", "editor")
    told = {"was": 1, "text": "别客气。", "choices": ""}

    late = await li.do(THANKS, "plan", **told, due="2026-11-10T09:00")
    never = await li.do(THANKS, "plan", **told, due="")
    wrong = await li.do(THANKS, "plan", **{**told, "text": "{x}"}, due="2026-11-11T09:00")
    shown = await li.follow(THANKS, "plan", **told, due="2026-11-11T09:00")
    dropped = await li.follow(THANKS, "unplan")
    again = await li.follow(THANKS, "unplan")

    assert "这个时间已经过去了" in late.text
    assert "请填几时发布。" in never.text
    assert wrong.status == 422
    assert "li排的， 2026-11-11 09:00 发布。" in shown.text
    assert "定时发布取消了。" in dropped.text
    assert "定时发布取消了。" in again.text
    assert (await content(one_stocked)).version == 1
    async with one_stocked.database.transaction() as session:
        assert await drafts.of(session, "texts", "search.thanks", "staff") is None


def test_every_kind_of_entry_has_a_name():
    assert set(KINDS) == set(get_args(Entry.model_fields["kind"].annotation))


async def test_only_editors_of_the_whole_federation_change_content(one_stocked):
    await one_stocked.enter("boss", "administrator")
    wang = await one_stocked.enter("wang", "viewer")
    zhao = await one_stocked.enter("zhao", Grant("editor", union="演示工会"))
    told = {"was": 1, "text": "别客气。", "choices": ""}

    assert (await wang.open(THANKS)).status == 200
    assert "保存并发布" not in (await wang.open(THANKS)).text
    assert (await wang.do(THANKS, "save", **told)).status == 403
    assert (await wang.open("/content/new/articles")).status == 403
    assert "请管全会的编辑来改。" in (await zhao.do(THANKS, "save", **told)).text
    assert "请管全会的编辑来改。" in (await zhao.do(PHOTO, "remove")).text
    assert (await zhao.open("/content/nowhere/x")).status == 404
    assert (await zhao.open("/content/texts/x")).status == 404
    assert (await content(one_stocked)).version == 1


async def test_list_asks_the_database_as_often_for_one_row_as_for_many(one_stocked):
    li = await one_stocked.enter("li", "viewer")

    async def asked(path):
        with statements(one_stocked.database) as counted:
            shown = await li.open(path)
        return len(counted), shown.html.count("<tr>") - 1

    few, rows = await asked("/content?shelf=articles&q=派遣")
    many, more = await asked("/content?shelf=texts")

    assert (rows, more) == (1, 50)
    assert few == many
    assert (await li.open("/content?shelf=texts&page=1")).status == 200
