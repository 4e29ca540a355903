"""One conversation: the colleague speaks, the bot is silent, and colleagues know of each other."""

from PIL import Image
from sqlalchemy import select

from config.settings import Settings
from models import files, handoffs, publishing, signups
from models.audit import AuditLine
from models.files import Store
from models.handoffs import HandOff, HandOffLine
from models.members import Member
from models.outbox import Letter
from models.rights import Grant
from models.signups import Wish
from tests.models.places.desk import STARTS
from tests.pictures import saved, scene
from tests.transcripts import Chat


async def asks(office, dialogue, *said: str, member: str = "wang") -> Chat:
    """Let a member ask for a person, and say more."""
    chat = Chat(office.database, dialogue, office.clock)
    for one in ("人工", *said):
        await chat.say(one, member=member)
    return chat


async def lines(office) -> list[tuple[str, str, str]]:
    async with office.database.transaction() as session:
        rows = await session.scalars(select(HandOffLine).order_by(HandOffLine.id))
        return [(row.author, row.kind, row.text) for row in rows]


async def state(office, number: int = 1) -> tuple[str, str]:
    async with office.database.transaction() as session:
        found = await session.get_one(HandOff, number)
        return found.state, found.taken_by


async def test_answer_from_the_list_takes_three_presses_and_silences_the_bot(desks, dialogue, staffed):
    chat = await asks(desks, dialogue, "我想问会费")
    li = await desks.enter("li", "caseworker")

    listed = await li.open("/inbox")
    read = await li.open("/inbox/1")
    sent = await li.follow("/inbox/1", "answer", text="您好，会费按规定交。")

    assert 'href="/console/inbox/1"' in listed.html
    assert "我想问会费" in read.text
    assert "发给会员了。" in sent.text
    assert await chat.shown() == "同事来了，我先不说话。\n您好，会费按规定交。"
    assert await chat.say("谢谢") == ""
    assert await chat.say("会费交多少") == ""
    assert await state(desks) == ("taken", "li")

    await li.follow("/inbox/1", "close")
    assert await chat.shown() == "同事忙完了，我接着为您服务。事情办好了吗？\n[办好了] [还没有]"
    assert await chat.say("会费交多少") != ""


async def test_what_the_member_writes_cannot_become_markup(one_desk, dialogue, staffed):
    await asks(one_desk, dialogue, "<script>alert(1)</script>")
    li = await one_desk.enter("li", "caseworker")

    shown = await li.open("/inbox/1")

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown.html
    assert "<script>alert" not in shown.html


async def test_second_colleague_neither_takes_nor_answers(desks, dialogue, staffed):
    chat = await asks(desks, dialogue)
    li, zhao = await desks.enter("li", "caseworker", "administrator"), await desks.enter("zhao", "organiser")
    await li.follow("/inbox/1", "take")
    await chat.shown()

    taken = await zhao.do("/inbox/1", "take")
    answered = await zhao.do("/inbox/1", "answer", text="我也来")

    assert (taken.status, answered.status) == (422, 422)
    assert "别的同事已经接了。" in taken.text
    assert "这次对话不在您手上，先接过来再说。" in answered.text
    assert "我也来" in answered.html
    assert await chat.shown() == ""


async def test_form_that_was_open_does_not_speak_between(desks, dialogue, staffed):
    chat = await asks(desks, dialogue)
    li = await desks.enter("li", "caseworker")
    await chat.say("[先不找了]")
    assert await chat.say("绑定") != ""

    await li.follow("/inbox/1", "answer", text="您好")
    await chat.shown()

    assert await chat.say("123456") == ""
    assert (await lines(desks))[-1] == ("member", "text", "123456")


async def test_empty_answer_takes_nothing(desks, dialogue, staffed):
    chat = await asks(desks, dialogue)
    li = await desks.enter("li", "caseworker")

    empty, long = await li.do("/inbox/1", "answer"), await li.do("/inbox/1", "answer", text="长" * 2001)

    assert "还没写要说的话。" in empty.text
    assert "太长了，最多2000个字，请分两次说。" in long.text
    assert await state(desks) == ("waiting", "")
    assert await chat.shown() == ""


async def test_canned_answer_is_sent_by_one_press(desks, dialogue, staffed):
    chat = await asks(desks, dialogue)
    li = await desks.enter("li", "caseworker")
    await li.follow("/canned", "save", title="问候", text="您好，请讲。")

    shown = await li.open("/inbox/1")
    await li.follow("/inbox/1", "answer", canned="1")

    assert "发“问候”" in shown.text
    assert await chat.shown() == "同事来了，我先不说话。\n您好，请讲。"
    assert (await li.do("/inbox/1", "answer", canned="9")).status == 404


async def test_note_is_for_colleagues_only(desks, dialogue, staffed):
    chat = await asks(desks, dialogue, "我想问会费")
    li = await desks.enter("li", "caseworker")

    shown = await li.follow("/inbox/1", "note", note="上次也问过")

    assert "内部备注" in shown.text
    assert "上次也问过" in shown.text
    assert await chat.shown() == ""
    assert await lines(desks) == [("member", "text", "我想问会费"), ("li", "note", "上次也问过")]
    async with desks.database.transaction() as session:
        member = await session.get_one(Member, 1)
        assert await handoffs.count(session, member) == 1
    assert (await li.do("/inbox/1", "note")).status == 422


async def test_handing_over_lets_the_other_speak_and_tells_their_phone(desks, dialogue, staffed):
    chat = await asks(desks, dialogue)
    li, zhao = await desks.enter("li", "caseworker", "administrator"), await desks.enter("zhao", "caseworker")
    await desks.enter("far", Grant("caseworker", union="别的工会"))
    async with desks.database.transaction() as session:
        found = await session.get_one(type(zhao.who), zhao.who.id)
        found.channel, found.address = "phone", "zhao's"
    await li.follow("/inbox/1", "take")
    await chat.shown()

    await li.follow("/inbox/1", "hand_over", to="zhao")

    assert await state(desks) == ("taken", "zhao")
    assert await chat.shown("zhao's") == "第1号转给您了，请看一下。"
    assert (await li.do("/inbox/1", "answer", text="还是我")).status == 422
    assert (await zhao.do("/inbox/1", "answer", text="我来")).status == 303
    for nobody in ("far", "nobody", ""):
        assert "请选一位在岗的同事。" in (await zhao.do("/inbox/1", "hand_over", to=nobody)).text
    await zhao.follow("/inbox/1", "hand_over", to="li")
    await li.follow("/inbox/1", "close")
    assert "这次对话已经结束了。" in (await zhao.do("/inbox/1", "hand_over", to="li")).text


async def test_putting_off_ends_with_its_time_or_a_word_of_the_member(desks, dialogue, staffed):
    chat = await asks(desks, dialogue)
    li, zhao = await desks.enter("li", "caseworker", "administrator"), await desks.enter("zhao", "caseworker")
    await li.follow("/inbox/1", "take")

    past = await li.do("/inbox/1", "snooze", until="2026-11-10T09:00")
    others = await zhao.do("/inbox/1", "snooze", until="2026-11-11T09:00")
    await li.follow("/inbox/1", "snooze", until="2026-11-11T09:00")
    off = (await li.open("/inbox?box=snoozed")).text
    back = (await li.follow("/inbox/1", "snooze", until="")).text
    await li.follow("/inbox/1", "snooze", until="2026-11-11T09:00")
    await chat.say("还在吗")

    assert "请选一个以后的时间。" in past.text
    assert others.status == 422
    assert "2026-11-11 09:00 回来" in off
    assert "放回“我接的”了。" in back
    assert "这里没有对话。" in (await li.open("/inbox?box=snoozed")).text
    assert "第1号" in (await li.open("/inbox?box=mine")).text


async def test_labels_are_few_and_short(desks, dialogue, staffed):
    await asks(desks, dialogue)
    li = await desks.enter("li", "caseworker")

    shown = await li.follow("/inbox/1", "label", labels="欠薪、回访 欠薪")

    assert 'value="回访 欠薪"' in shown.html
    for wrong in ("一 二 三 四 五 六 七", "这个标签实在是太长太长了"):
        assert "标签最多6个，每个最多10个字。" in (await li.do("/inbox/1", "label", labels=wrong)).text
    assert 'value=""' in (await li.follow("/inbox/1", "label", labels="")).html


async def test_two_readers_see_each_other_for_a_minute(desks, dialogue, staffed):
    await asks(desks, dialogue)
    li, zhao = await desks.enter("li", "caseworker", "administrator"), await desks.enter("zhao", "caseworker")

    first = (await li.open("/inbox/1")).text
    second = (await zhao.open("/inbox/1")).text
    desks.clock.tick(30)
    third = (await li.open("/inbox/1")).text
    desks.clock.tick(40)
    fourth, fifth = (await li.open("/inbox/1")).text, (await zhao.open("/inbox/1")).text

    assert "也在看" not in first
    assert "li（演示）也在看" in second
    assert "zhao（演示）也在看" in third
    assert "也在看" not in fourth
    assert "li（演示）也在看" in fifth


async def test_sign_ups_and_earlier_talks_stand_beside_it(desks, dialogue, staffed):
    chat = await asks(desks, dialogue)
    li = await desks.enter("li", "caseworker")
    await li.follow("/inbox/1", "close")
    await chat.say("人工")
    async with desks.database.transaction() as session:
        values = {
            "slug": "chess",
            "kind": "contest",
            "title": "象棋赛（演示）",
            "number_prefix": "C",
            "starts": STARTS,
        }
        event, _ = await publishing.publish(session, values, by="staff", now=desks.clock())
        wish = Wish(member_id=1, channel="phone", name="王芳", phone="13800000000")
        await signups.sign_up(session, event, wish, now=desks.clock())
        (await session.get_one(Member, 1)).phone = "13800000000"

    shown = (await li.open("/inbox/2")).text

    assert "象棋赛（演示）" in shown
    assert "第1号" in shown
    assert "138****0000" in shown
    assert "13800000000" not in shown


async def test_each_look_is_written_down(one_desk, dialogue, staffed):
    await asks(one_desk, dialogue)
    li = await one_desk.enter("li", "caseworker")

    await li.open("/inbox/1")
    await li.do("/inbox/1", "take")

    async with one_desk.database.transaction() as session:
        rows = [
            (row.who, row.action, row.about)
            for row in await session.scalars(select(AuditLine).order_by(AuditLine.id))
        ]
    assert rows == [("li", "view", "/inbox/1"), ("li", "接对话", "/inbox/1")]


async def test_long_talk_is_read_in_pieces(one_desk, dialogue, staffed, monkeypatch):
    monkeypatch.setattr("models.caseload.LINES", 3)
    monkeypatch.setattr("handlers.staff.conversation.LINES", 3)
    await asks(one_desk, dialogue, "第一句", "第二句", "第三句", "第四句")
    li = await one_desk.enter("li", "caseworker")

    last, before = await li.open("/inbox/1"), await li.open("/inbox/1?before=2")

    assert "?before=2" in last.html
    assert "第二句" in last.text
    assert "第一句" not in last.text
    assert "第一句" in before.text
    assert "第二句" not in before.text
    assert ["data-live" in page.html for page in (last, before)] == [
        True,
        False,
    ]  # it would bring the last again


async def sent(office) -> list[tuple[str, str]]:
    async with office.database.transaction() as session:
        rows = [row.message for row in await session.scalars(select(Letter).order_by(Letter.id))]
        return [(row.text, row.picture or row.file) for row in rows]


async def test_pictures_files_and_voice_go_to_the_member(desks, dialogue, staffed):
    await asks(desks, dialogue)
    li = await desks.enter("li", "caseworker")

    for name, body in (("form.pdf", b"%PDF-1.4"), ("me.jpg", saved(scene()))):
        assert (await li.do("/inbox/1", "answer", files={"file": (name, body)}, text="请看")).status == 303
    letters = (await sent(desks))[-4:]
    shown = await li.open("/inbox/1")

    async with desks.database.transaction() as session:
        lines = await session.scalars(select(HandOffLine).order_by(HandOffLine.id))
        kept = [row.digest for row in lines if row.digest]
        known = {row.hash for row in await session.scalars(select(files.File))}
    assert letters == [
        ("", f"stored:{kept[0]}:form.pdf"), ("请看", ""), ("", f"stored:{kept[1]}:photo.jpg"), ("请看", ""),
    ]  # fmt: skip
    assert known == set(kept)
    assert 'src="/console/inbox/1/files/3"' in shown.html
    picture, file = await li.open("/inbox/1/files/3"), await li.open("/inbox/1/files/1")
    assert (picture.headers["Content-Type"], picture.headers["Content-Disposition"]) == (
        "image/jpeg",
        "inline",
    )
    assert (file.body, file.headers["Content-Disposition"][:10]) == (b"%PDF-1.4", "attachment")


async def test_picture_that_is_too_large_is_refused(one_desk, dialogue, staffed):
    await asks(one_desk, dialogue)
    li = await one_desk.enter("li", "caseworker")
    huge = saved(Image.new("1", (20_000, 20_000)), "PNG")

    told = await li.do("/inbox/1", "answer", files={"file": ("huge.png", huge)})

    assert told.status == 422
    assert await state(one_desk) == ("waiting", "")


async def test_changes_are_shown_while_the_page_is_open(one_desk, dialogue, staffed):
    chat = await asks(one_desk, dialogue, "我想问会费")
    li = await one_desk.enter("li", "caseworker", "administrator")

    async with li.live("/inbox/1") as thread, li.live("/inbox?box=waiting") as rows:
        first = [await anext(thread), await anext(rows)]
        await chat.say("您在吗")
        await chat.say("人工", member="lilei")
        then = [await anext(thread), await anext(rows)]

    assert ["您在吗" in told for told in (first[0], then[0])] == [False, True]
    assert ["第2号" in told for told in (first[1], then[1])] == [False, True]
    assert 'data-newest="2"' in then[1]


async def test_file_of_another_talk_is_not_given_out(desks, dialogue, staffed):
    await asks(desks, dialogue)
    await asks(desks, dialogue, member="lilei")
    li = await desks.enter("li", "caseworker")
    await li.do("/inbox/1", "answer", files={"file": ("form.pdf", b"%PDF-1.4")})
    await li.do("/inbox/1", "note", note="没有文件")
    zhao = await desks.enter("boss", "administrator")
    part = await desks.enter("part", Grant("caseworker", union="别的工会"))

    assert (await zhao.open("/inbox/1/files/1")).status == 200
    async with desks.database.transaction() as session:
        (await session.get_one(HandOffLine, 2)).digest = "0" * 64  # as if the store had lost it
    assert (await part.open("/inbox/1/files/1")).status == 404
    for path in ("/inbox/2/files/1", "/inbox/1/files/2", "/inbox/1/files/9", "/inbox/1/files/x"):
        assert (await zhao.open(path)).status == 404
    for path in (
        f"/inbox/{'9' * 18}",
        f"/inbox/1/files/{'9' * 18}",
        f"/inbox?page={'9' * 18}",
        "/inbox?page=-1",
    ):
        assert (await zhao.open(path)).status == 404


async def test_what_the_member_sends_is_shown_once_it_was_fetched(desks, dialogue, staffed, tmp_path):
    chat = await asks(desks, dialogue)
    li = await desks.enter("li", "caseworker")
    await li.do("/inbox/1", "take")
    for kind in ("voice", "photo", "video"):
        await chat.send(chat.incoming(kind, file=f"phone:{kind}", text="请看" if kind == "photo" else ""))
    waiting = await li.open("/inbox/1")
    store = Settings(_env_file=None, data_dir=tmp_path).files
    async with desks.database.transaction() as session:
        for number, body in ((1, b"OggS"), (2, saved(scene()))):
            await handoffs.fetched(session, number, await Store(store).put(body, ""), now=desks.clock())
        await handoffs.fetched(session, 3, None, now=desks.clock())

    shown = await li.open("/inbox/1")
    voice, photo = await li.open("/inbox/1/files/1"), await li.open("/inbox/1/files/2")

    assert waiting.text.count("正在取文件，请稍等。") == 3
    assert '<audio controls preload="none" src="/console/inbox/1/files/1">' in shown.html
    assert '<img src="/console/inbox/1/files/2"' in shown.html
    assert "请看" in shown.text
    assert shown.text.count("文件没取到，请会员再发一次。") == 1
    assert (voice.headers["Content-Type"], photo.headers["Content-Type"]) == ("audio/ogg", "image/jpeg")
