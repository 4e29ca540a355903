"""The page of the WeChat account: for administrators, with counts of now."""

from models import wechat_board, wechat_ledger
from models.members import Contact
from models.wechat_ledger import WeChatConsent
from models.wechat_mass import WeChatMass, WeChatMonth, month
from tests.handlers.staff import people


async def test_page_tells_how_the_account_stands(desks):
    boss, editor = await desks.enter("boss", "administrator"), await desks.enter("li", "editor")
    empty = await boss.open("/wechat")
    who = await people.member(desks, "王芳（演示）")
    await people.letter(desks, state="held", channel="wechat", address="o-wang")
    await people.letter(desks, state="failed", channel="wechat", address="o-wang")
    async with desks.database.transaction() as session:
        now = desks.clock()
        session.add(Contact(channel="wechat", address="o-wang", member_id=who))
        session.add(WeChatConsent(openid="o-wang", form="f-1", left=3))
        session.add(WeChatMonth(openid="o-wang", month=month(now), had=2))
        session.add(WeChatMass(notice_id=7, letters=[1, 2], state="refused", reason="45028 ab", made_at=now))
        await wechat_ledger.opened(session, "o-li", "text", now=now)
        lines = [
            (True, "menu", "3 buttons"),
            (True, "messages left today", "9 of 10"),
            (False, "rights", "48001 ab"),
        ]
        await wechat_board.note(session, lines, now=now)

    page = await boss.open("/wechat")

    assert (await editor.open("/wechat")).status == 403
    assert "账号 没有接通 关注的会员 0 现在" in empty.text
    assert "还没有问过。" in empty.text
    assert "还没有群发过。" in empty.text
    assert (
        "关注的会员 1 现在能直接发的（48小时内说过话） 1 还没用的订阅同意 3 等会员下次说话再给的 1 "
        "没发成的 1 这个月群发到的人次（每人最多4次） 2"
    ) in page.text
    assert "7 2 没发成 45028 ab" in page.text
    assert "账号的权限 有问题 48001 ab 2026-11-10 10:00 账号菜单 正常 2026-11-10 10:00" in page.text
    assert "今天还能发的条数 正常 9 / 10 2026-11-10 10:00" in page.text
