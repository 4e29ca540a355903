"""The roster: what is checked, what is kept and how, and by what a card is found."""

import pytest
from sqlalchemy import select, text

from models import members, membership, roster
from models.messages import Address
from models.roster import Card, Holder
from models.sheets import Line

WANG = Holder("王芳（演示）", "6214680000123456", "13800000001", "演示单位工会", "海淀")
LI = Holder("李雷（演示）", "6214680000654321", "13800000002")


def line(number: int, name: str = "王芳", card: str = WANG.card, phone: str = WANG.phone) -> Line:
    cells = {"姓名": name, "京卡卡号": card, "手机号": phone, "单位工会": "甲", "区域": "", "职务": ""}
    return Line(number, cells)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"name": ""}, "姓名 is missing"),
        ({"name": "王芳1"}, "姓名 is not a name"),
        ({"name": "王" * 51}, "姓名 is not a name"),
        ({"card": ""}, "京卡卡号 is missing"),
        ({"card": "6.214680e+18"}, "京卡卡号 has lost its last digits: format the column as text"),
        ({"card": "6.21468E+18"}, "京卡卡号 has lost its last digits: format the column as text"),
        ({"card": "1234567"}, "京卡卡号 is not 8 to 19 digits"),
        ({"card": "1" * 20}, "京卡卡号 is not 8 to 19 digits"),
        ({"card": "62146800A0123456"}, "京卡卡号 is not 8 to 19 digits"),
        ({"phone": ""}, "手机号 is missing"),
        ({"phone": "1380000000"}, "手机号 is not a mobile number of 11 digits"),
        ({"phone": "010-8000000"}, "手机号 is not a mobile number of 11 digits"),
        ({"name": "", "phone": "1"}, "姓名 is missing; 手机号 is not a mobile number of 11 digits"),
    ],
)
def test_bad_line_is_told_by_number(wrong, why):
    good, bad = roster.check([line(2, card="6214680000999999"), line(7, **wrong)])

    assert len(good) == 1
    assert bad == [(7, why)]


def test_numbers_are_taken_in_any_writing():
    good, bad = roster.check(
        [
            line(2, "欧阳·娜娜", "6214 6800-0012 ３４５６", "+86 138-0000-0001"),
            line(3, card="1" * 8),
            line(4, card="1" * 19),
        ]
    )

    assert bad == []
    assert [(h.name, h.card, h.phone, h.union_name) for h in good] == [
        ("欧阳·娜娜", "6214680000123456", "13800000001", "甲"),
        ("王芳", "1" * 8, WANG.phone, "甲"),
        ("王芳", "1" * 19, WANG.phone, "甲"),
    ]


def test_same_card_twice_in_a_file_is_told_with_its_first_line():
    good, bad = roster.check([line(2), line(3, "李雷")])

    assert [holder.name for holder in good] == ["王芳"]
    assert bad == [(3, "京卡卡号 stands in line 2 already")]


async def test_import_is_repeatable(database, clock):
    moved = Holder("王芳（演示）", WANG.card, "13900000009", "别的工会", "朝阳")
    done = []
    for holders in ([WANG, LI], [WANG, LI], [moved], []):
        async with database.transaction() as session:
            done.append(await roster.put(session, holders, source="演示.csv", now=clock()))

    assert done == [
        roster.Import(new=2), roster.Import(same=2), roster.Import(changed=1), roster.Import()
    ]  # fmt: skip
    assert done[0] + done[2] == roster.Import(new=2, changed=1)
    async with database.transaction() as session:
        cards = list(await session.scalars(select(Card).order_by(Card.id)))
        assert [(c.name, c.phone, c.union_name, c.area, c.source) for c in cards] == [
            ("王芳（演示）", "13900000009", "别的工会", "朝阳", "演示.csv"),
            ("李雷（演示）", LI.phone, "", "", "演示.csv"),
        ]
        assert await roster.by_phone(session, WANG.phone) == []
        assert await roster.by_phone(session, "13900000009") == cards[:1]


async def test_import_brings_bound_members_up_to_date(database, clock):
    async with database.transaction() as session:
        await roster.put(session, [WANG, LI], source="演示.csv", now=clock())
        bound = []
        for name, card in zip(
            ("wang", "li"), await session.scalars(select(Card).order_by(Card.id)), strict=True
        ):
            member = await members.at_address(session, Address("telegram", name), now=clock())
            await membership.bind(session, member, card, now=clock())
            bound.append(member)
    moved = Holder(WANG.name, WANG.card, WANG.phone, "别的工会", "朝阳")

    async with database.transaction() as session:
        await roster.put(session, [moved, LI], source="演示.csv", now=clock())

    async with database.transaction() as session:
        now = [await session.get_one(members.Member, member.id) for member in bound]
        assert [(member.union_name, member.area) for member in now] == [("别的工会", "朝阳"), ("", "")]


async def test_numbers_lie_encrypted(database, clock):
    async with database.transaction() as session:
        await roster.put(session, [WANG], source="演示.csv", now=clock())

    async with database.transaction() as session:
        row = str((await session.execute(text("SELECT * FROM roster"))).one())
    assert [part for part in (WANG.card, WANG.card[-6:], WANG.phone, WANG.phone[-4:]) if part in row] == []
    assert "演示.csv" in row


async def test_card_is_found_by_its_end_and_the_name(database, clock):
    same_end = Holder("王 芳（演示）", "6214680001123456", "13800000003")
    other_name = Holder("赵六（演示）", "6214680002123456", "13800000004")
    async with database.transaction() as session:
        await roster.put(session, [WANG, LI, same_end, other_name], source="演示.csv", now=clock())

        found = await roster.by_card_end(session, "123456", "王芳(演示)")
        assert [card.phone for card in found] == [WANG.phone, same_end.phone]
        assert await roster.by_card_end(session, "123457", "王芳（演示）") == []
        assert await roster.by_card_end(session, "654321", "王芳（演示）") == []
        assert await roster.by_card_end(session, "654321", "") == []

        ids = [card.id for card in found]
        assert [c.phone for c in await roster.by_phone_end(session, ids, "0003")] == [same_end.phone]
        assert await roster.by_phone_end(session, ids, "0002") == []


async def test_card_is_found_by_the_phone_in_any_writing(database, clock):
    async with database.transaction() as session:
        await roster.put(session, [WANG, LI], source="演示.csv", now=clock())

        for said in ("13800000001", "+8613800000001", "+86 138 0000-0001"):
            assert [card.name for card in await roster.by_phone(session, said)] == [WANG.name]
        for said in ("13800000003", "0001", "", "+4413800000001"):
            assert await roster.by_phone(session, said) == []


def test_hashes_of_two_columns_cannot_be_compared():
    assert roster._hash("card-end", "123456") != roster._hash("phone-end", "123456")
