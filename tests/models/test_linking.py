"""One-time codes: stored hashed, for ten minutes, once, five tries, for who asked alone."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from models import linking, members
from models.base import Refused
from models.linking import Link
from models.members import Contact
from models.messages import Address

OLD, NEW, OTHER = Address("telegram", "old"), Address("web", "new"), Address("web", "other")


async def told(database, clock, asker: Address | None = NEW) -> tuple[str, str]:
    """Let *asker* ask to be one with who is at the old address; return number and code."""
    async with database.transaction() as session:
        member = await members.at_address(session, OLD, now=clock())
        await members.at_address(session, NEW, now=clock())
        link, _ = await linking.ask(session, member, asker, now=clock())
        return str(link.id), linking.tell(link, now=clock())


async def use(database, clock, number: str, code: str, at: Address = NEW) -> bool:
    async with database.transaction() as session:
        return await linking.use(session, number, code, at, now=clock()) is not None


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


async def test_code_lies_hashed(database, clock):
    _, code = await told(database, clock)

    async with database.transaction() as session:
        row = (await session.execute(text("SELECT code_hash FROM links"))).one()
    assert len(code) == 6
    assert (len(row[0]), code in row[0]) == (64, False)


async def test_code_fits_once(database, clock):
    number, code = await told(database, clock)

    assert await use(database, clock, number, code)
    assert not await use(database, clock, number, code)


@pytest.mark.parametrize(("seconds", "fits"), [(599, True), (600, False)])
async def test_code_ends_after_ten_minutes(database, clock, seconds, fits):
    number, code = await told(database, clock)
    clock.tick(seconds)

    assert await use(database, clock, number, code) is fits


@pytest.mark.parametrize(("tries", "fits"), [(4, True), (5, False)])
async def test_code_takes_five_tries(database, clock, tries, fits):
    number, code = await told(database, clock)
    for _ in range(tries):
        assert not await use(database, clock, number, wrong(code))

    assert await use(database, clock, number, code) is fits


async def test_new_code_has_no_new_tries(database, clock):
    number, code = await told(database, clock)
    for _ in range(4):
        await use(database, clock, number, wrong(code))
    async with database.transaction() as session:
        new = linking.tell(await session.get_one(Link, int(number)), now=clock())
    await use(database, clock, number, wrong(new))

    assert not await use(database, clock, number, new)
    async with database.transaction() as session:
        with pytest.raises(Refused, match="link_over"):
            linking.tell(await session.get_one(Link, int(number)), now=clock())


async def test_code_is_for_who_asked_alone(database, clock):
    number, code = await told(database, clock)

    assert not await use(database, clock, number, code, OTHER)
    assert await use(database, clock, number, code)


async def test_code_that_was_told_is_for_whoever_has_it(database, clock):
    number, code = await told(database, clock, None)

    assert await use(database, clock, number, code, OTHER)


@pytest.mark.parametrize("code", ["", "000000"])
async def test_wish_without_a_code_fits_nothing(database, clock, code):
    async with database.transaction() as session:
        member = await members.at_address(session, OLD, now=clock())
        link, new = await linking.ask(session, member, NEW, now=clock())

    assert new
    assert not await use(database, clock, str(link.id), code)


@pytest.mark.parametrize("number", ["", "x", "99", "1" * 30, "²", "-1"])
async def test_number_that_nobody_told_fits_nothing(database, clock, number):
    _, code = await told(database, clock)

    assert not await use(database, clock, number, code)


async def test_asking_again_keeps_one_wish_while_it_lasts(database, clock):
    async with database.transaction() as session:
        member = await members.at_address(session, OLD, now=clock())
        first, _ = await linking.ask(session, member, NEW, now=clock())
        again, new = await linking.ask(session, member, NEW, now=clock())
        other, other_new = await linking.ask(session, member, OTHER, now=clock())
        assert (first.id, new, other_new) == (again.id, False, True)
        assert other.id != first.id
        assert (first.asker, (await linking.ask(session, member, None, now=clock()))[0].asker) == (NEW, None)

        later = clock() + timedelta(hours=1)
        assert (await linking.ask(session, member, NEW, now=later))[1]
        await linking.ask(session, member, NEW, now=clock() + timedelta(days=31))
        assert len(list(await session.scalars(select(Link)))) == 1


async def test_wish_is_its_members_alone(database, clock):
    number, _ = await told(database, clock)
    async with database.transaction() as session:
        old = await members.at_address(session, OLD, now=clock())
        new = await members.at_address(session, NEW, now=clock())

        assert (await linking.of(session, old, number)).id == int(number)
        assert await linking.of(session, new, number) is None

        await linking.forget(session, new)
        assert await linking.of(session, old, number) is not None
        await linking.forget(session, old)
        assert await linking.of(session, old, number) is None


async def test_undoing_before_it_is_used_ends_the_code(database, clock):
    number, code = await told(database, clock)
    async with database.transaction() as session:
        link = await session.get_one(Link, int(number))
        assert not await linking.undo(session, link, now=clock())
        assert link.over(clock())

    assert not await use(database, clock, number, code)


async def test_undoing_later_parts_the_two(database, clock):
    number, code = await told(database, clock)
    async with database.transaction() as session:
        new = await members.at_address(session, NEW, now=clock())
        keep = await linking.use(session, number, code, NEW, now=clock())
        await members.merge(session, keep, new, now=clock())
        assert (await members.at_address(session, NEW, now=clock())).id == keep.id

    async with database.transaction() as session:
        link = await session.get_one(Link, int(number))
        assert await linking.undo(session, link, now=clock())
        parted = (await members.at_address(session, NEW, now=clock())).id
        assert parted != keep.id
        assert (await members.at_address(session, OLD, now=clock())).id == keep.id

        await linking.undo(session, link, now=clock())
        assert (await session.get_one(Contact, ("web", "new"))).member_id == parted
