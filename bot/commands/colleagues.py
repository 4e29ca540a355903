"""add-staff: an account for the console."""

import argparse
import sys

from bot import clock
from bot.commands.base import Commands, Failed, command, opened
from bot.web import greeting
from config.settings import Settings
from models import audit, invitations, passwords, staff
from models.base import Refused
from models.rights import ROLES, Grant, Role

WHY = {
    "login_wrong": "a login begins with a lower-case letter and has 2 to 30 letters, digits, dots and dashes",
    "login_taken": "there is an account of that login already",
    "name_missing": "the name has 1 to 30 characters",
    "password_short": f"a password has at least {passwords.LEAST} characters",
    "password_long": f"a password has at most {passwords.MOST} characters",
    "password_plain": "this password is too easy to guess",
}


def add(commands: Commands) -> None:
    """Add the command."""
    about = "open an account for the console; prints a link where its holder chooses the password"
    parser = command(commands, "add-staff", add_staff, about)
    parser.add_argument("login", help="a short name in lower-case letters, such as wangfang")
    parser.add_argument("--name", required=True, help="the name that colleagues see")
    parser.add_argument("--role", required=True, action="append", choices=ROLES, help="may be repeated")
    parser.add_argument("--union", default="", help="only this union")
    parser.add_argument("--area", default="", help="only the unions of this area")
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input instead"
    )


async def add_staff(settings: Settings, parsed: argparse.Namespace) -> None:
    """Open the account, or invite its holder."""
    roles: list[Role] = parsed.role
    grants = [Grant(role, parsed.union, parsed.area) for role in roles]
    try:
        if parsed.password_stdin:
            await _open(settings, parsed, grants)
        else:
            await _invite(settings, parsed, grants)
    except Refused as refusal:
        raise Failed(WHY.get(refusal.reason, refusal.reason)) from refusal


async def _open(settings: Settings, parsed: argparse.Namespace, grants: list[Grant]) -> None:
    password = sys.stdin.readline().rstrip("\r\n")
    passwords.check(password, parsed.login)
    hashed, now = await passwords.hashed(password), clock.now()
    async with opened(settings) as database, database.transaction() as session:
        found = await staff.add(session, parsed.login, parsed.name, hashed, grants, now=now)
        audit.note(session, "add-staff", "开通账号", f"/staff/{found.id}", now=now)
    print(f"{parsed.login} may log in at {greeting.site(settings)}/console")


async def _invite(settings: Settings, parsed: argparse.Namespace, grants: list[Grant]) -> None:
    now = clock.now()
    async with opened(settings) as database, database.transaction() as session:
        if await staff.by_login(session, parsed.login) is not None:
            raise Refused("login_taken")
        token = await invitations.invite(session, parsed.login, parsed.name, grants, by="add-staff", now=now)
        audit.note(session, "add-staff", "邀请同事", "/staff", now=now)
    print(f"{greeting.site(settings)}/console/invitation/{token}")
