"""Accounts, roles, sessions, invitations, passwords and the audit log."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from models import audit, invitations, logins, migrate, passwords, staff, staff_sessions
from models.audit import AuditLine
from models.base import Database, Refused
from models.members import Member
from models.rights import Grant, Rights, Scope

BOSS = [Grant("administrator")]


async def account(session, clock, login="li", grants=BOSS):
    return await staff.add(session, login, f"{login}（演示）", "x", grants, now=clock())


@pytest.mark.parametrize(
    ("login", "name", "grants", "reason"),
    [
        ("1li", "李（演示）", BOSS, "login_wrong"),
        ("李雷", "李（演示）", BOSS, "login_wrong"),
        ("l", "李（演示）", BOSS, "login_wrong"),
        ("li", " ", BOSS, "name_missing"),
        ("li", "李" * 31, BOSS, "name_missing"),
        ("li", "李（演示）", [], "role_missing"),
        ("li", "李（演示）", [Grant("king")], "role_unknown"),
        ("TAKEN", "李（演示）", BOSS, "login_taken"),
    ],
)
async def test_account_that_cannot_be_is_refused(small, clock, login, name, grants, reason):
    async with small.transaction() as session:
        await account(session, clock, "taken")

        with pytest.raises(Refused, match=f"^{reason}$"):
            await staff.add(session, login, name, "x", grants, now=clock())


async def test_roles_and_their_areas_are_kept(database, clock):
    grants = [Grant("editor", union="甲厂"), Grant("viewer"), Grant("editor", union="甲厂")]
    async with database.transaction() as session:
        who = await account(session, clock, grants=grants)
        held = await staff.rights(session, who)

    assert held.roles == {"editor", "viewer"}
    assert held.scope(["editor"]) == Scope(unions=frozenset({"甲厂"}))
    assert held.scope(["viewer"]).whole


async def test_closed_account_may_do_nothing_until_it_is_opened(database, clock):
    async with database.transaction() as session:
        await account(session, clock, "boss")
        who = await account(session, clock)
        await staff.close(session, who, now=clock())
        closed = await staff.rights(session, who)
        await staff.reopen(session, who)

        assert closed.roles == frozenset()
        assert (await staff.rights(session, who)).roles == {"administrator"}


@pytest.mark.parametrize("grants", [[Grant("viewer")], [Grant("administrator", union="甲厂")]])
async def test_last_administrator_keeps_the_role(database, clock, grants):
    async with database.transaction() as session:
        who = await account(session, clock)

        with pytest.raises(Refused, match="last_administrator"):
            await staff.grant(session, who, grants)
        with pytest.raises(Refused, match="last_administrator"):
            await staff.close(session, who, now=clock())


async def test_two_administrators_may_become_one(database, clock):
    async with database.transaction() as session:
        await account(session, clock, "boss")
        who = await account(session, clock)
        await staff.grant(session, who, [Grant("viewer")])

        assert (await staff.rights(session, who)).roles == {"viewer"}


@pytest.mark.parametrize(
    ("scope", "union", "area", "allowed"),
    [
        (Scope(whole=True), "", "", True),
        (Scope(unions=frozenset({"甲厂"})), "甲厂", "", True),
        (Scope(unions=frozenset({"甲厂"})), "乙厂", "", False),
        (Scope(areas=frozenset({"中关村"})), "乙厂", "中关村", True),
        (Scope(areas=frozenset({"中关村"})), "", "", False),
        (Scope(), "甲厂", "中关村", False),
    ],
)
async def test_scope_says_the_same_in_python_and_in_the_database(
    database, clock, scope, union, area, allowed
):
    async with database.transaction() as session:
        session.add(Member(joined_at=clock(), union_name=union, area=area))
        await session.flush()
        found = await session.scalars(scope.narrow(select(Member), Member.union_name, Member.area))

        assert scope.allows(union, area) is allowed
        assert bool(list(found)) is allowed


def test_rights_of_nobody_reach_nowhere():
    assert Rights().scope(["viewer"]) == Scope()


async def test_session_is_counted_as_seen_once_a_minute(database, clock):
    async with database.transaction() as session:
        who = await account(session, clock)
        token = await staff_sessions.begin(session, who, address="::1", browser="b" * 500, now=clock())
        clock.tick(30)
        _, early = await staff_sessions.holder(session, token, now=clock())
        first = early.seen_at
        clock.tick(31)
        _, later = await staff_sessions.holder(session, token, now=clock())

        assert (first, later.seen_at) == (early.began_at, clock())
        assert len(later.browser) == staff_sessions.BROWSER_LENGTH


async def test_only_ones_own_session_is_ended(database, clock):
    async with database.transaction() as session:
        li, wang = await account(session, clock), await account(session, clock, "wang")
        tokens = [
            await staff_sessions.begin(session, who, address="", browser="", now=clock())
            for who in (li, li, wang)
        ]
        held = [await staff_sessions.holder(session, token, now=clock()) for token in tokens]
        await staff_sessions.end(session, li, held[2][1].id, now=clock())
        await staff_sessions.end_all(session, li, but=held[0][1].id, now=clock())

        assert [len(await staff_sessions.of(session, who, now=clock())) for who in (li, wang)] == [1, 1]
        assert await staff_sessions.holder(session, tokens[1], now=clock()) is None
        assert await staff_sessions.holder(session, "nobody's", now=clock()) is None


async def test_session_of_a_closed_account_opens_nothing(database, clock):
    async with database.transaction() as session:
        await account(session, clock, "boss")
        who = await account(session, clock)
        token = await staff_sessions.begin(session, who, address="", browser="", now=clock())
        await staff.close(session, who, now=clock())

        assert await staff_sessions.holder(session, token, now=clock()) is None


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("短", "password_short"),
        ("长" * 201, "password_long"),
        ("1234512345", "password_plain"),
        ("wangfang-2026", "password_plain"),
    ],
)
def test_poor_password_is_refused(password, reason):
    with pytest.raises(Refused, match=reason):
        passwords.check(password, "wangfang")


async def test_password_is_kept_as_a_hash_only():
    kept = await passwords.hashed("一个很长很长的密码呀")

    assert "密码" not in kept
    assert await passwords.fits(kept, "一个很长很长的密码呀")
    assert not await passwords.fits(kept, "另一个")
    assert not await passwords.fits(None, "另一个")
    assert not await passwords.fits("no hash", "另一个")


def test_digits_belong_to_the_present_half_minute_or_a_neighbour(clock):
    secret = passwords.new_totp()
    totp = pyotp.TOTP(secret)

    present = totp.timecode(clock())
    steps = [
        passwords.totp_step(secret, totp.generate_otp(present + shift), now=clock())
        for shift in (-2, -1, 0, 1, 2)
    ]

    assert steps == [None, present - 1, present, present + 1, None]
    assert passwords.totp_step(secret, "12345", now=clock()) is None
    assert "secret=" + secret in passwords.totp_address(secret, "li")


@pytest.mark.parametrize(
    ("login", "name", "grants", "reason"),
    [
        ("Li!", "李（演示）", BOSS, "login_wrong"),
        ("li", "", BOSS, "name_missing"),
        ("li", "李（演示）", [], "role_missing"),
    ],
)
async def test_invitation_that_cannot_be_is_refused(small, clock, login, name, grants, reason):
    async with small.transaction() as session:
        with pytest.raises(Refused, match=reason):
            await invitations.invite(session, login, name, grants, by="boss", now=clock())


async def test_invitation_of_nobody_is_over(small, clock):
    async with small.transaction() as session:
        with pytest.raises(Refused, match="invitation_over"):
            await invitations.accept(session, "no token", "x", now=clock())


async def test_invitation_to_a_known_account_takes_its_digits_away(database, clock):
    async with database.transaction() as session:
        who = await account(session, clock)
        who.totp = passwords.new_totp()
        token = await invitations.invite(session, "li", "李（演示）", BOSS, by="boss", now=clock())
        again = await invitations.accept(session, token, "new", now=clock())

        assert (again.id, again.password, again.totp) == (who.id, "new", None)


async def test_old_tries_are_forgotten(database, clock):
    async with database.transaction() as session:
        await logins.admit(session, "li", "::1", now=clock())
        clock.tick(15 * 60)
        await logins.forget(session, now=clock())

        assert list(await session.scalars(select(logins.Attempt))) == []


@pytest.mark.parametrize("change", [update(AuditLine).values(who="nobody"), delete(AuditLine)])
async def test_audit_lines_can_neither_be_changed_nor_deleted(database, clock, change):
    async with database.transaction() as session:
        audit.note(session, "li", "看", "/members/1", now=clock())

    with pytest.raises(DBAPIError, match="append-only"):
        async with database.transaction() as session:
            await session.execute(change)

    async with database.transaction() as session:
        assert [line.who for line in await audit.search(session)] == ["li"]


@pytest.mark.parametrize("change", [update(AuditLine).values(who="nobody"), delete(AuditLine)])
async def test_audit_lines_stay_after_a_migration_too(new_address, clock, change):

    await migrate.upgrade(new_address)
    database = Database(new_address)
    async with database.transaction() as session:
        audit.note(session, "li", "看", "/members/1", now=clock())
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.transaction() as session:
            await session.execute(change)
    await database.close()


async def test_audit_is_searched_by_who_what_and_when(database, clock):
    async with database.transaction() as session:
        audit.note(session, "li", "看", "/members/1", now=clock())
        audit.note(session, "wang", "批准", "/notices/12", "x" * 900, now=clock() + timedelta(days=1))
        await session.flush()

        async def found(**asked):
            return [line.who for line in await audit.search(session, **asked)]

        assert await found() == ["wang", "li"]
        assert await found(who="li") == ["li"]
        assert await found(action="批准") == ["wang"]
        assert await found(about="/members") == ["li"]
        assert await found(about="%") == []
        assert await found(since=clock() + timedelta(hours=1)) == ["wang"]
        assert await found(until=clock() + timedelta(hours=1)) == ["li"]
        newest = (await audit.search(session))[0]
        assert await found(before=newest.id) == ["li"]
        assert len(newest.detail) == audit.DETAIL_LENGTH
