"""Accounts: invited, changed, closed."""


async def test_colleague_is_invited_and_listed(desks):
    boss = await desks.enter("boss", "administrator")

    told = await boss.do("/staff", "invite", name="王芳（演示）", login="wangfang", role=["editor", "viewer"])
    listed = await boss.open("/staff")

    assert told.status == 200
    assert "/console/invitation/" in told.html
    assert "boss（演示）" in listed.text


async def test_last_administrator_stays(desks):
    boss = await desks.enter("boss", "administrator")
    await desks.enter("li", "viewer")

    told = await boss.do(f"/staff/{boss.who.id}", "close")

    assert told.status == 422
    assert "至少要留一位管全会的管理员。" in told.text
    assert (await boss.open("/staff")).status == 200


async def test_pages_of_one_account_open(desks):
    boss = await desks.enter("boss", "administrator")

    assert (await boss.open(f"/staff/{boss.who.id}")).status == 200
    assert (await boss.open("/me")).status == 200
    assert (await boss.do("/me", "totp")).status == 200
    assert (await boss.open("/audit?who=boss")).status == 200
    assert (await boss.open("/staff/999")).status == 404
