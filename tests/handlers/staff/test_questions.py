"""Questions that were not answered: grouped, made into phrasings, dismissed; any question tried."""

from sqlalchemy import select

from models import catalogue, unanswered
from models.rights import Grant
from models.unanswered import Unanswered
from tests.databases import statements


async def ask(office, *texts, verdict="declined", ranked=("board-contest", "photo-contest"), wrong=""):
    async with office.database.transaction() as session:
        for text in texts:
            unanswered.note(session, text, verdict, ranked=ranked, wrong=wrong, now=office.clock())


async def phrasings(office, shelf, key, name="phrasings"):
    async with office.database.transaction() as session:
        return (await catalogue.one(session, shelf, key)).body[name]


async def open_ones(office):
    async with office.database.transaction() as session:
        return [one.text for one in await unanswered.newest(session)]


async def test_questions_asked_alike_become_a_phrasing_with_one_press(stocked):
    li = await stocked.enter("li", "editor")
    await ask(stocked, "五子棋怎么报名", "五子棋怎么报名啊")
    await ask(stocked, "五子棋怎么报名呢", verdict="wrong", wrong="photo-contest")
    await ask(stocked, "今天天气", ranked=())

    shown = await li.open("/questions")
    after = await li.follow(
        "/questions", "add", numbers="3,2,1", phrasing="五子棋怎么报名呢", key="board-contest"
    )

    assert "五子棋怎么报名呢 3 次，最近 2026-11-10 10:00 会员说不对 1 没答上 2" in shown.text
    assert "加到《象棋和围棋比赛》 加到《摄影大赛》" in shown.text
    assert "加到《象棋和围棋比赛》了，下次就能答上。" in after.text
    assert (await phrasings(stocked, "programmes", "board-contest"))[-1] == "五子棋怎么报名呢"
    assert await open_ones(stocked) == ["今天天气"]
    async with stocked.database.transaction() as session:
        solved = await session.scalar(select(Unanswered).where(Unanswered.id == 3))
    assert (solved.solved_by, solved.solved_at) == ("li", stocked.clock())


async def test_entry_is_chosen_from_all_and_english_goes_to_its_own(one_stocked):
    li = await one_stocked.enter("li", "editor")
    await ask(one_stocked, "gomoku please")

    await li.follow("/questions", "add", numbers="1", phrasing="gomoku please", other="board-contest")
    version = (await li.open("/content/programmes/board-contest/versions")).text
    await ask(one_stocked, "gomoku please")
    await li.follow("/questions", "add", numbers="2", phrasing="gomoku please", key="board-contest")

    assert (await phrasings(one_stocked, "programmes", "board-contest", "english_phrasings"))[
        -1
    ] == "gomoku please"
    assert await open_ones(one_stocked) == []
    assert "第2版（现在）" in version
    assert "第2版（现在）" in (await li.open("/content/programmes/board-contest/versions")).text


async def test_wrong_phrasing_is_refused_and_the_question_stays(one_stocked):
    li = await one_stocked.enter("li", "editor")
    await ask(one_stocked, "摄影比赛？")

    async def told(**fields):
        answer = await li.do("/questions", "add", numbers="1", **fields)
        assert answer.status == 422
        return answer.text

    assert "请从单子里选" in await told(phrasing="五子棋", key="nothing")
    assert "2到60个字" in await told(phrasing="棋", key="board-contest")
    assert "2到60个字" in await told(phrasing="棋" * 61, key="board-contest")
    assert "先到那边拿掉：《摄影大赛》" in await told(phrasing="摄影大赛！", key="board-contest")
    assert await open_ones(one_stocked) == ["摄影比赛？"]


async def test_question_is_dismissed(one_stocked):
    li = await one_stocked.enter("li", "editor")
    await ask(one_stocked, "今天天气")

    after = await li.follow("/questions", "dismiss", numbers="1")

    assert "都答上了，现在没有要看的。" in after.text
    assert await open_ones(one_stocked) == []


async def test_long_numbers_are_not_shown(one_stocked):
    li = await one_stocked.enter("li", "editor")
    await ask(one_stocked, "我的电话13800000001，五子棋怎么报名")

    shown = await li.open("/questions")

    assert "我的电话…，五子棋怎么报名" in shown.html
    assert "1380000" not in shown.html


async def test_what_members_write_is_shown_as_text(one_stocked):
    li = await one_stocked.enter("li", "editor")
    await ask(one_stocked, "<script>alert(1)</script>五子棋", '"><img src=x>')

    shown = await li.open("/questions")
    form = await li.open("/content/new/articles?questions=1,2")
    tried = await li.open("/questions/try?q=<script>alert(1)</script>")

    for answer in (shown, form, tried):
        assert "alert(1)" in answer.html
        assert "<script>alert" not in answer.html
        assert "<img" not in answer.html


async def test_viewer_looks_only_and_an_editor_of_one_union_changes_nothing(one_stocked):
    await one_stocked.enter("boss", "administrator")
    wang = await one_stocked.enter("wang", "viewer")
    zhao = await one_stocked.enter("zhao", Grant("editor", union="演示工会"))
    await ask(one_stocked, "五子棋怎么报名")
    told = {"numbers": "1", "phrasing": "五子棋怎么报名", "key": "board-contest"}

    shown = await wang.open("/questions")

    assert "当时想到：象棋和围棋比赛、摄影大赛" in shown.text
    assert "加到" not in shown.text
    assert (await wang.do("/questions", "add", **told)).status == 403
    assert (await wang.do("/questions", "dismiss", numbers="1")).status == 403
    assert "请管全会的编辑来改。" in (await zhao.do("/questions", "add", **told)).text
    assert "请管全会的编辑来改。" in (await zhao.do("/questions", "dismiss", **told)).text
    assert len(await open_ones(one_stocked)) == 1


async def test_any_question_is_tried(one_desk):
    li = await one_desk.enter("li", "viewer")

    empty = await li.open("/questions/try")
    sure = await li.open("/questions/try?q=摄影比赛啥时候")
    outside = await li.open("/questions/try?q=今天股票涨了吗")
    danger = await li.open("/questions/try?q=我不想活了")
    greeting = await li.open("/questions/try?q=你好")

    assert "把握" not in empty.text
    assert "直接回答 把握" in sure.text
    assert "想到的内容 摄影大赛" in sure.text
    assert "photo_contest" in sure.text
    assert "说不知道，请人来" in outside.text
    assert "危险信号 会员真这么说，先按危险处理" in danger.text
    assert "先挡下 greeting" in greeting.text


async def test_page_asks_the_database_as_often_for_one_question_as_for_many(one_stocked):
    li = await one_stocked.enter("li", "editor")

    async def asked():
        with statements(one_stocked.database) as counted:
            shown = await li.open("/questions")
        return len(counted), shown.html.count("<section")

    await ask(one_stocked, "甲乙丙")
    few, one = await asked()
    await ask(one_stocked, "天地人", "红黄蓝")
    many, three = await asked()
    await ask(one_stocked, *(chr(0x4E00 + 37 * n) * 3 for n in range(30)))
    assert (one, three, few) == (1, 3, many)
    assert (await asked())[1] == 20
    assert (await li.open("/questions?page=1")).html.count("<section") == 13
