"""A notice written in the browser: looked at, from a ready one, with a picture, for exactly whom it is meant."""

import pytest
from sqlalchemy import select

from models.audit import AuditLine
from models.events import Event
from models.files import File
from models.notices import Notice
from models.rights import Grant
from tests.handlers.staff.press import TO_UNION as WRITTEN
from tests.models.notices import ring
from tests.pictures import saved, scene

NEW = "/notices/new"


async def kept(desks) -> Notice | None:
    """Return the newest notice."""
    async with desks.database.transaction() as session:
        return await session.scalar(select(Notice).order_by(Notice.id.desc()).limit(1))


async def test_preview_shows_each_channel_and_keeps_nothing(town):
    editor = await town.enter("li", "editor")

    told = await editor.do(NEW, "preview", **WRITTEN, label=["看一看", ""], to=["mine", ""])

    assert told.status == 200
    assert told.text.count("li（演示），明天停水。") == 3
    assert "Telegram li（演示），明天停水。 看一看 收哪些通知 转人工" in told.text
    assert "微信 li（演示），明天停水。 回“1”：看一看" in told.text
    assert "3 位会员" in told.text
    assert 'value="停水通知"' in told.html
    assert 'value="演示工会"' in told.html
    assert await kept(town) is None
    async with town.database.transaction() as session:
        assert list(await session.scalars(select(AuditLine.action))) == []


async def test_save_is_written_down(town):
    editor = await town.enter("li", "editor")

    await editor.do(NEW, "save", **WRITTEN)

    async with town.database.transaction() as session:
        assert list(await session.scalars(select(AuditLine.action))) == ["写通知"]


async def test_audience_is_built_from_all_that_was_ticked(town):
    editor = await town.enter("li", "editor")
    async with town.database.transaction() as session:
        session.add(Event(slug="chess", kind="contest", title="象棋赛（演示）"))

    form = await editor.open(NEW)
    await editor.do(
        NEW, "save", **{**WRITTEN, "unions": "演示工会、别的工会、演示工会"}, areas="演示街道", roles="主席，委员",
        topics=["law", "aid"], channels="telegram", languages="zh", branches="hobby-branches", at_event="chess",
        standing=["waiting", "missed"], of_notice="1", was="missed", everybody="1",
    )  # fmt: skip

    assert "象棋赛（演示）" in form.text
    assert (await kept(town)).audience == {
        "everybody": True, "unions": ["演示工会", "别的工会"], "areas": ["演示街道"], "roles": ["主席", "委员"],
        "topics": ["law", "aid"], "channels": ["telegram"], "languages": ["zh"], "branches": ["hobby-branches"],
        "event": {"slug": "chess", "standing": ["waiting", "missed"]}, "notice": {"number": 1, "was": "missed"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"title": ""}, "notice_title"),
        ({"title": "{x}"}, "notice_title"),
        ({"text": ""}, "notice_text"),
        ({"text": "{name.x}"}, "notice_text"),
        ({"kind": "service"}, "notice_kind"),
        ({"kind": "x"}, "notice_kind"),
        ({"topic": ""}, "notice_topic"),
        ({"unions": ""}, "notice_audience"),
        ({"unions": "没有的工会"}, "notice_union"),
        ({"areas": "没有的街道"}, "notice_area"),
        ({"of_notice": "x"}, "notice_audience"),
        ({"valid_hours": "0"}, "notice_hours"),
        ({"text": "{when}停水"}, "notice_fills"),
        ({"text": "{event}"}, "notice_fills"),
        ({"event": "nothing"}, "notice_event"),
        ({"label": ["看"], "to": ["nowhere"]}, "notice_buttons"),
        ({"label": ["看"], "to": ["http://example.org"]}, "notice_buttons"),
        ({"label": [""], "to": ["mine"]}, "notice_buttons"),
    ],
)
async def test_mistake_is_named_and_what_was_typed_stays(one_desk, edition, said, why):
    await one_desk.enter("boss", "administrator")
    async with one_desk.database.transaction() as session:
        await ring.settle_in(session, 1, now=one_desk.clock(), union_name="演示工会")
    editor = await one_desk.enter("li", "editor")

    told = await editor.do(NEW, "save", **{**WRITTEN, "was": "missed", **said})

    assert told.status == 422
    assert edition.content.texts[f"refused.{why}"].text in told.text
    assert '<option value="missed" selected>' in told.html
    assert await kept(one_desk) is None
    assert (await editor.do(NEW, "save", **WRITTEN)).status == 303


async def test_ready_notice_is_filled_in(town):
    editor = await town.enter("li", "editor")

    form = await editor.open(f"{NEW}?template=law-talk")
    sent = await editor.do(
        NEW, "save", **{**WRITTEN, "title": "社区法律讲座", "text": "{month}的讲座：{hours}，{where}。", "topic": "law"},
        template="law-talk", fill_hours="上午9:00", fill_where="演示社区", repeat="1",
    )  # fmt: skip

    assert "填空：hours" in form.text
    assert 'value="社区法律讲座"' in form.html
    assert "按模板的日子重复发" in form.text
    assert "比赛结果" not in form.text  # it wants a sheet
    assert sent.status == 303
    notice = await kept(town)
    assert (notice.template, notice.recurrence["days"]) == ("law-talk", [1, 15])
    assert notice.fills == {"name": "会员", "hours": "上午9:00", "where": "演示社区"}
    assert "按模板的日子重复发" not in (await editor.open(f"{NEW}?template=unknown")).text


async def test_picture_is_kept_over_a_preview_and_can_be_taken_off(town):
    editor = await town.enter("li", "editor")

    shown = await editor.do(NEW, "preview", files={"picture": ("a:b.png", saved(scene()))}, **WRITTEN)
    seal = shown.html.partition('name="kept_picture" value="')[2].partition('"')[0]
    await editor.do(NEW, "save", **WRITTEN, kept_picture=seal)
    carried = await kept(town)
    await editor.do(f"/notices/{carried.id}/edit", "save", **WRITTEN, kept_picture=seal, off="picture")

    assert shown.html.count('<img src="/notice/') == 3
    assert carried.picture == seal.partition(":")[2]
    assert carried.picture.endswith(":a_b.jpg")
    assert (await kept(town)).picture == ""
    async with town.database.transaction() as session:
        assert list(await session.scalars(select(File.purpose))) == ["notice"]


async def test_file_is_sent_with_the_form(town):
    editor = await town.enter("li", "editor")

    await editor.do(NEW, "save", files={"file": ("章程.pdf", b"%PDF demo")}, **WRITTEN)
    both = await editor.do(
        NEW,
        "save",
        files={"file": ("章程.pdf", b"%PDF demo"), "picture": ("a.png", saved(scene()))},
        **WRITTEN,
    )
    no_picture = await editor.do(NEW, "save", files={"picture": ("a.png", b"no picture")}, **WRITTEN)

    assert (await kept(town)).file.endswith(":章程.pdf")
    assert "图片和文件只能带一样。" in both.text
    assert no_picture.status == 422


async def test_nobody_names_another_content_of_the_store(town):
    editor = await town.enter("li", "editor")
    other = f"stored:{'a' * 64}:x.jpg"

    for seal in (other, f"{'0' * 32}:{other}", f":{other}", "x"):
        await editor.do(NEW, "save", **WRITTEN, kept_picture=seal)
        assert (await kept(town)).picture == ""


async def test_notice_is_edited_until_it_begins(town):
    editor = await town.enter("li", "editor")
    await editor.do(NEW, "save", **WRITTEN, label=["看一看", "网站"], to=["mine", "https://example.org/"])
    page = f"/notices/{(await kept(town)).id}/edit"
    approver = await town.enter("zhao", "approver")
    await approver.do(page.removesuffix("/edit"), "approve")

    form = await editor.open(page)
    told = await editor.follow(page, "save", **{**WRITTEN, "title": "改了"}, label=["看一看"], to=["mine"])

    assert 'name="to" list="targets" maxlength="200" value="https://example.org/"' in form.html
    assert "3 位会员" in form.text
    assert "转人工" not in form.html.partition('name="label"')[2].partition("</form>")[0].partition("<details>")[0].replace(
        '<option value="human">转人工</option>', "")  # fmt: skip
    assert "改好了，要重新批准。" in told.text
    assert "li：草稿（改过）" in told.text
    notice = await kept(town)
    assert (notice.title, notice.state, notice.approved_by) == ("改了", "draft", "")
    assert [button["label"] for button in notice.choices] == ["看一看", "收哪些通知", "转人工"]
    await approver.do(page.removesuffix("/edit"), "approve")
    await editor.do(page.replace("edit", "schedule"), "send")
    await ring.expand(town.database, town.clock)
    assert "这条通知已经开始发了" in (await editor.follow(page, "save", **WRITTEN)).text
    assert (await editor.open(page)).location == f"/console{page.removesuffix('/edit')}"
    assert (await kept(town)).title == "改了"


async def test_scoped_editor_writes_to_the_own_union_alone(town):
    own = await town.enter("zhou", Grant("editor", union="演示工会"))
    area = await town.enter("wu", Grant("editor", area="别的街道"))

    for said in ({"unions": "别的工会"}, {"unions": "演示工会、别的工会"}, {"unions": "", "everybody": "1"}):
        for action in ("preview", "save"):
            told = await own.do(NEW, action, **{**WRITTEN, **said})
            assert "您只能发给自己负责的单位或区域" in told.text
    assert await kept(town) is None
    assert '<option value="别的工会">' not in (await own.open(NEW)).html
    assert (await own.do(NEW, "save", **WRITTEN)).status == 303
    assert (await area.do(NEW, "save", **{**WRITTEN, "unions": ""}, areas="别的街道")).status == 303
    assert (await area.do(NEW, "save", **WRITTEN)).status == 422


async def test_change_is_looked_at_before_it_is_kept(one_desk):
    editor, page = await _kept_by_hand(one_desk, picture="https://example.org/a.jpg")

    told = await editor.do(page, "preview", **{**WRITTEN, "unions": "", "text": "后天停水。"}, everybody="1")
    before = (await kept(one_desk)).text
    await editor.do(page, "save", **{**WRITTEN, "unions": "", "text": "后天停水。"}, everybody="1")

    assert told.text.count("后天停水。") == 4  # three channels and the field
    assert before == "{name}，明天停水。"
    after = await kept(one_desk)
    assert (after.text, after.picture) == ("后天停水。", "https://example.org/a.jpg")


async def test_event_of_a_notice_stays_whether_it_is_suggested_or_not(one_desk):
    editor, page = await _kept_by_hand(one_desk, event="chess", audience={"event": {"slug": "hike"}})
    async with one_desk.database.transaction() as session:
        session.add(Event(slug="hike", kind="activity", title="登山（演示）"))

    form = await editor.open(page)

    assert '<option value="chess" selected>' in form.html
    assert '<option value="hike" selected>登山（演示）' in form.html


@pytest.mark.parametrize("more", [{"sheet": True}, {"channels": ["fax"]}, {"languages": ["eo"]}])
async def test_audience_that_the_form_does_not_show_is_not_edited_there(one_desk, more):
    editor, page = await _kept_by_hand(one_desk, audience={"everybody": True, **more})

    assert (await editor.open(page)).status == 404
    assert (await editor.do(page, "save", **WRITTEN)).status == 404
    assert "改一改" not in (await editor.open(page.removesuffix("/edit"))).text


async def _kept_by_hand(one_desk, **said):
    """Keep a notice as the command line does; return an editor's desk and the address of its form."""
    async with one_desk.database.transaction() as session:
        notice = await ring.notices.draft(session, ring.plan(**said), "wang", now=one_desk.clock())
    await one_desk.enter("boss", "administrator")
    return await one_desk.enter("li", "editor"), f"/notices/{notice.id}/edit"
