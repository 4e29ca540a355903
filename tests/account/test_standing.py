"""What WeChat says of the account, asked by the clock and kept for the console."""

import asyncio

from models import wechat_board


async def told(account) -> list[tuple[str, bool, str]]:
    async with account.database.transaction() as session:
        return [(one.name, one.good, one.told) for one in await wechat_board.checks(session)]


async def test_answers_replace_those_of_before(account):
    async with account() as one:
        await one.server.until(lambda: bool(one.server.menu))
        one.server.faults["openapi/quota/get"] = [40164]
        await one.channel.look_after()
        assert await told(one) == [
            (
                "messages left today",
                False,
                "40164 9ce4: put 203.0.113.9 on the account's IP white list",
            ),
            ("callback", True, "203.0.113.7 answers"),
            ("menu", True, "3 buttons"),
            ("rights", True, "those of certified-service"),
            ("token", True, "access token had"),
        ]
        one.clock.tick(600)  # a call that was refused rests
        await asyncio.gather(*(one.channel.look_after() for _ in range(3)))
        assert ("messages left today", True, "499999 of 500000") in await told(one)


async def test_account_without_rights_is_not_asked_about(account):
    async with account(grade="passive") as one:
        await one.channel.look_after()
        assert (await told(one), one.server.calls) == ([], {})
