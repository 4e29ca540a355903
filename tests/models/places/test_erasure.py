"""Consent is written down, taken back, and what was said is forgotten when it should be."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models import consents, erasure, signups
from models.base import Refused
from models.events import Event
from models.files import File
from models.members import Member
from models.places import Place
from models.works import Work
from tests.models.places.desk import STARTS

SAID = {"name": "王芳（演示）", "phone": "13800000001", "answers": {"level": "业余"}}
NOTHING = ("", "", {}, None, None)


async def kept(desk, name):
    place = await desk.place(name)
    return place.name, place.phone, place.answers, place.who, place.person


async def member(session, desk, name) -> Member:
    return await session.get_one(Member, desk.ids[name])


async def agree(desk, name, *slugs) -> None:
    async with desk.database.transaction() as session:
        for slug in slugs:
            one = await member(session, desk, name)
            await consents.give(session, one, consents.SIGN_UP, slug, now=desk.clock())


async def agreed(desk, name) -> list[str]:
    async with desk.database.transaction() as session:
        return [found.about for found in await consents.of(session, await member(session, desk, name))]


async def test_consent_is_given_once_and_taken_back(desk):
    await desk.open(cap=1)
    await desk.sign_up("王", **SAID)
    await agree(desk, "王", "chess", "chess", "go")
    assert await agreed(desk, "王") == ["chess", "go"]

    async with desk.database.transaction() as session:
        await consents.withdraw(session, await member(session, desk, "王"), "chess", now=desk.clock())

    assert await agreed(desk, "王") == ["go"]
    await agree(desk, "王", "chess")
    assert await agreed(desk, "王") == ["go", "chess"]


async def test_who_takes_consent_back_gives_the_place_to_the_next_and_is_forgotten(desk):
    await desk.open(cap=1)
    await desk.sign_up("王", **SAID)
    await desk.all_sign_up("李")
    await agree(desk, "王", "chess")

    async with desk.database.transaction() as session:
        changes = await erasure.forget(session, await member(session, desk, "王"), "chess", now=desk.clock())

    assert desk.told(changes) == [("王", "cancelled"), ("李", "offered")]
    assert await kept(desk, "王") == NOTHING
    assert await agreed(desk, "王") == []
    assert (await desk.place("王")).number == 1


async def test_photos_of_an_event_that_is_forgotten_leave_the_contest(desk):
    await desk.open(cap=1)
    await desk.sign_up("王", **SAID)
    async with desk.database.transaction() as session:
        one, now = await member(session, desk, "王"), desk.clock()
        kept_as = {"original": "a", "shown": "b", "thumbnail": "c", "dhash": "0"}
        files = [File(hash=digest, size=1, type="image/jpeg", purpose="work", at=now) for digest in "abc"]
        session.add_all(files)
        await session.flush()
        told = {
            "title": "晨练",
            "story": "",
            "colour": True,
            "group": "手机",
            "small": False,
            "credited": True,
        }
        session.add(
            Work(event="chess", number=1, member_id=one.id, consented_at=now, at=now, **told, **kept_as)
        )
        await session.flush()

        await erasure.forget(session, one, "chess", now=now)

        assert list(await session.scalars(select(Work.state))) == ["withdrawn"]


async def test_what_is_over_is_only_forgotten(desk):
    await desk.open(cap=1)
    await desk.sign_up("王", **SAID)
    await desk.put("王", state="attended")

    async with desk.database.transaction() as session:
        one = await member(session, desk, "王")
        assert await erasure.forget_all(session, one, now=desk.clock()) == []

    assert await kept(desk, "王") == NOTHING
    assert (await desk.place("王")).state == "attended"


@pytest.mark.parametrize("ends", [None, STARTS + timedelta(days=2)])
async def test_answers_are_forgotten_when_the_promised_time_is_over(desk, ends):
    await desk.open(cap=1, ends=ends)
    await desk.sign_up("王", **SAID)
    keep = {"chess": timedelta(days=30)}
    last = ends or STARTS

    async def expire() -> int:
        async with desk.database.transaction() as session:
            return await erasure.expire(session, keep, now=desk.clock())

    desk.clock.now = last + timedelta(days=29)
    assert await expire() == 0
    assert (await kept(desk, "王"))[0] == SAID["name"]
    desk.clock.now = last + timedelta(days=30)
    assert await expire() == 1
    assert await kept(desk, "王") == NOTHING
    assert await expire() == 0
    desk.clock.now = last + timedelta(days=300)
    assert await expire() == 0


async def test_what_has_no_date_is_kept_while_it_lasts(desk):
    await desk.open(cap=1, starts=None)
    await desk.sign_up("王", **SAID)

    async with desk.database.transaction() as session:
        assert await erasure.expire(session, {"chess": timedelta(days=1)}, now=desk.clock()) == 0


async def amend(desk, name, said) -> None:
    place = await desk.place(name)
    async with desk.database.transaction() as session:
        event, place = await session.get_one(Event, desk.event_id), await session.get_one(Place, place.id)
        await signups.amend(session, event, place, said, now=desk.clock())


async def test_answers_are_changed_and_it_is_written_down(desk):
    await desk.open(cap=1, closes=STARTS - timedelta(days=1))
    await desk.sign_up("王", **SAID)

    await amend(desk, "王", {"level": "等级"})

    assert (await desk.place("王")).answers == {"level": "等级"}
    assert (await desk.history("王"))[-1][:2] == ("member", "answers")


async def test_answers_are_not_changed_after_the_closing_or_when_the_place_is_given_back(desk):
    await desk.open(cap=1, closes=STARTS - timedelta(days=1))
    await desk.sign_up("王", **SAID)
    await desk.sign_up("李")
    await desk.on(signups.cancel, "李")
    with pytest.raises(Refused, match="nothing_to_cancel"):
        await amend(desk, "李", {})

    desk.clock.now = STARTS - timedelta(days=1)
    with pytest.raises(Refused, match="change_closed"):
        await amend(desk, "王", {"level": "等级"})
    assert (await desk.place("王")).answers == SAID["answers"]


async def test_consents_go_along_when_two_records_become_one(desk):
    await desk.open(cap=2)
    await desk.all_sign_up("王", "李")
    await agree(desk, "李", "go")

    async with desk.database.transaction() as session:
        one, other = await member(session, desk, "王"), await member(session, desk, "李")
        await consents._move(session, one, other, desk.clock())

    assert await agreed(desk, "王") == ["go"]
