"""Whose notices a colleague may see and move, and to whom the letters went."""

from sqlalchemy import select

from models.audit import AuditLine
from models.rights import Grant
from tests.handlers.staff.press import running, written
from tests.models.notices import ring


async def test_scoped_editor_sees_and_moves_only_notices_of_the_union(town):
    _, number = await written(town)
    _, all_ = await written(town, unions="", everybody="1", title="给全体")
    _, both = await written(town, unions="演示工会、别的工会", title="给两家")
    own = await town.enter("zhou", Grant("editor", union="演示工会"))
    other = await town.enter("wu", Grant("editor", area="别的街道"))

    listed = (await own.open("/notices")).text
    assert "停水通知" in listed
    assert "给全体" not in listed
    assert "给两家" not in listed
    assert (await own.open(f"/notices/{number}")).status == 200
    for path in ("", "/edit", "/schedule", "/people"):
        assert (await other.open(f"/notices/{number}{path}")).status == 404
        assert (await own.open(f"/notices/{all_}{path}")).status == 404
        assert (await own.open(f"/notices/{both}{path}")).status == 404
    for action in ("test", "pause", "resume", "cancel", "recall", "correct", "retry", "copy"):
        assert (await other.do(f"/notices/{number}", action, reason="x", what="x", text="x")).status == 404
    assert (await other.do(f"/notices/{number}/schedule", "send")).status == 404
    approver = await town.enter("zheng", Grant("approver", union="演示工会"))
    assert (await approver.do(f"/notices/{all_}", "approve")).status == 404
    assert (await approver.do(f"/notices/{number}", "approve")).status == 303


async def test_scoped_editor_sees_the_correction_of_an_own_notice(town):
    _, number = await running(town)
    await ring.deliver(town.database, town.clock)
    own = await town.enter("zhou", Grant("editor", union="演示工会"))

    told = await own.follow(f"/notices/{number}", "correct", what="时间", text="后天停水")

    assert "更正会发给收到的人。" in told.text


async def test_people_are_found_masked_and_the_look_is_written_down(town):
    editor, number = await running(town)

    everybody = await editor.open(f"/notices/{number}/people")
    named = await editor.open(f"/notices/{number}/people?who=会员2")
    of_union = await editor.open(f"/notices/{number}/people?who=别的工会")
    waiting = await editor.open(f"/notices/{number}/people?state=waiting&who=会员1")

    assert everybody.text.count("排着队") == 4  # and once in the list of states
    assert "会员2" not in named.text.replace('value="会员2"', "")
    assert named.text.count("会**") == 1
    assert "没有找到" in of_union.text
    assert waiting.text.count("会**") == 1
    async with town.database.transaction() as session:
        looks = await session.scalars(select(AuditLine.about).where(AuditLine.action == "view"))
    assert list(looks) == [f"/notices/{number}/people"] * 4
