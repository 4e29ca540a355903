"""A notice from a sheet: one line a member, found by number, by sign-up or by card; the others are told of."""

from pathlib import Path

import pytest

from models import members, notice_lines, publishing, roster, signups
from models.events import Event
from models.members import Member
from models.messages import Address
from models.roster import Holder
from models.sheets import Line, Unreadable
from models.signups import Wish
from tests.models.notices import ring

PHONES = {"王芳（演示）": "13800000001", "李雷（演示）": "13800000002", "赵敏（演示）": "13800000003"}


@pytest.fixture
async def session(database):
    async with database.transaction() as opened:
        yield opened


async def publish(session, slug: str, *, now) -> Event:
    values = {"slug": slug, "kind": "contest", "title": "象棋（演示）", "cap": 9, "number_prefix": "XQ"}
    event, _ = await publishing.publish(session, values, by="li", now=now)
    return event


async def sign_up(session, event: Event, name: str, *, now, phone: str = "") -> Member:
    member = await members.at_address(session, Address("telegram", f"{event.slug}:{name}"), now=now)
    told = Wish(member_id=member.id, channel="telegram", name=name, phone=phone or PHONES[name])
    await signups.sign_up(session, event, told, now=now)
    return member


def line(number: int, **cells: str) -> Line:
    return Line(number, {"报名编号": "", "姓名": "", "手机号": "", "座位": str(number), **cells})


def sheet(folder: Path, *rows: str) -> Path:
    file = folder / "seats.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    return file


async def test_members_are_found_by_number_by_sign_up_and_by_card(session, clock):
    event = await publish(session, "chess", now=clock())
    first, second = [await sign_up(session, event, name, now=clock()) for name in list(PHONES)[:2]]
    holder = Holder("赵敏（演示）", "1101000000000001", PHONES["赵敏（演示）"])
    await roster.put(session, [holder], source="x", now=clock())
    third = await members.at_address(session, Address("telegram", "z"), now=clock())
    (card,) = await roster.by_phone(session, holder.phone)
    third.roster_id = card.id
    await session.flush()

    found, missed = await notice_lines.match(
        session,
        event,
        [
            line(2, 报名编号="XQ001"),
            line(3, 姓名="李雷（演示）", 手机号="138 0000-0002"),
            line(4, 姓名="赵敏（演示）", 手机号="+8613800000003"),
            line(5, 姓名="钱七（演示）", 手机号="13800000003"),
        ],
    )

    assert (found, missed) == (
        {first.id: {"座位": "2"}, second.id: {"座位": "3"}, third.id: {"座位": "4"}},
        [(5, "nobody is found by this")],
    )


async def test_line_that_leads_to_nobody_or_to_one_twice_is_told_of(session, clock):
    event = await publish(session, "chess", now=clock())
    first = await sign_up(session, event, "王芳（演示）", now=clock())
    await roster.put(
        session, [Holder("赵敏（演示）", "1101000000000001", "13800000003")], source="x", now=clock()
    )

    found, missed = await notice_lines.match(
        session,
        event,
        [
            line(2, 报名编号="1"),
            line(3, 姓名="王芳（演示）", 手机号=PHONES["王芳（演示）"]),
            line(4, 报名编号="XQ009"),
            line(5, 姓名="李雷（演示）", 手机号=PHONES["王芳（演示）"]),
            line(6, 姓名="王芳（演示）"),
            line(7, 手机号=PHONES["王芳（演示）"]),
            line(8, 姓名="赵敏（演示）", 手机号="13800000003"),
            line(9, 报名编号="XQ-12"),
            line(10),
        ],
    )

    assert found == {first.id: {"座位": "2"}}
    nobody = "nobody is found by this"
    assert missed == [(3, "this member has a line already"), *((number, nobody) for number in range(4, 11))]


async def test_phone_without_digits_finds_nobody(session, clock):
    """Who signed up without a telephone must not get the lines of everybody whose telephone is not known."""
    event = await publish(session, "chess", now=clock())
    await sign_up(session, event, "王芳（演示）", phone="无", now=clock())

    found, missed = await notice_lines.match(session, event, [line(2, 姓名="李雷（演示）", 手机号="无")])

    assert (found, missed) == ({}, [(2, "nobody is found by this")])


async def test_number_counts_at_its_event_only(session, clock):
    chess, hike = [await publish(session, slug, now=clock()) for slug in ("chess", "hike")]
    first = await sign_up(session, chess, "王芳（演示）", now=clock())
    second = await sign_up(session, hike, "王芳（演示）", now=clock())
    lines = [line(2, 报名编号="1")]
    by_name = [line(2, 姓名="王芳（演示）", 手机号=PHONES["王芳（演示）"])]

    assert (await notice_lines.match(session, hike, lines))[0] == {second.id: {"座位": "2"}}
    assert (await notice_lines.match(session, None, lines))[0] == {}
    assert (await notice_lines.match(session, chess, by_name))[0] == {first.id: {"座位": "2"}}
    assert (await notice_lines.match(session, None, by_name))[0] == {second.id: {"座位": "2"}}, "the last one"


async def test_later_sheet_takes_the_place_of_an_earlier_one(session, clock):
    event = await publish(session, "chess", now=clock())
    first, second = [await sign_up(session, event, name, now=clock()) for name in list(PHONES)[:2]]
    notice = (await ring.drafted(session, ring.plan(), now=clock())).id
    await notice_lines.keep(session, notice, {first.id: {"座位": "1"}})

    await notice_lines.keep(session, notice, {second.id: {"座位": "2"}})

    assert await notice_lines.of(session, notice, [first.id, second.id]) == {second.id: {"座位": "2"}}
    assert await notice_lines.of(session, notice, [first.id]) == {}
    assert await notice_lines.of(session, notice + 1, [second.id]) == {}


def test_sheet_is_read_with_the_fields_of_the_text(tmp_path):
    file = sheet(tmp_path, "姓名,手机号,座位,备注", "王芳（演示）,13800000001,3,x", ",,4,")

    assert [read.cells for read in notice_lines.read(file, {"座位"})] == [
        {"报名编号": "", "姓名": "王芳（演示）", "手机号": "13800000001", "座位": "3"},
        {"报名编号": "", "姓名": "", "手机号": "", "座位": "4"},
    ]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["姓名,手机号", "王芳（演示）,13800000001"], "seats.csv: the header has no column 座位"),
        (["姓名,座位", "王芳（演示）,3"], "seats.csv: needs a column 报名编号, or 姓名 and 手机号"),
        (["姓名,手机号,座位", "王芳（演示）,,3"], "seats.csv: needs a column 报名编号, or 姓名 and 手机号"),
        (["报名编号,座位", ",3"], "seats.csv: needs a column 报名编号, or 姓名 and 手机号"),
        (["报名编号,座位"], "seats.csv: needs a column 报名编号, or 姓名 and 手机号"),
    ],
)
def test_sheet_by_which_nobody_can_be_found_is_refused(tmp_path, rows, problem):
    with pytest.raises(Unreadable) as refusal:
        notice_lines.read(sheet(tmp_path, *rows), {"座位"})

    assert str(refusal.value) == problem
