"""News off and on with one word."""

from sqlalchemy import select

from models.members import Member

OFF = "好，不再发活动和新闻。您自己的报名、申请有消息还会告诉您，免得误事。想恢复说“订阅”。\n[菜单]"
ON = "恢复了。想不收时说“退订”。\n[菜单]"


async def test_news_is_switched_by_one_word(chat):
    for said, told, wants in (
        ("退订", OFF, False),
        ("订阅", ON, True),
        ("td", OFF, False),
        ("訂閱！", ON, True),
        ("别发了", OFF, False),
    ):
        await chat.run((said, told))

        async with chat.database.transaction() as session:
            assert await session.scalar(select(Member.wants_news)) is wants
