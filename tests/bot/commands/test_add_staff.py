"""add-staff: a link, or an account at once; and the colleagues that a demo begins with."""

import io
import re
from datetime import UTC, datetime

import pytest

from bot import demo
from models import audit, passwords, staff
from tests.bot.commands.test_commands import folder, run  # noqa: F401 -- the fixture

WANG = ("add-staff", "wangfang", "--name", "王芳（演示）", "--role", "editor")


@pytest.fixture
def made(folder, capsys):  # noqa: F811 -- the fixture
    assert run(capsys, "migrate")[0] == 0


def test_link_is_printed_to_choose_a_password_with(made, capsys):
    code, out, _ = run(capsys, *WANG, "--union", "演示单位工会")

    assert code == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8080/console/invitation/[\w-]{43}\n", out)


def test_password_may_come_from_standard_input(made, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("一个很长的密码在这里\n"))

    assert run(capsys, *WANG, "--password-stdin") == (
        0, "wangfang may log in at http://127.0.0.1:8080/console\n", ""
    )  # fmt: skip
    assert run(capsys, *WANG) == (1, "", "there is an account of that login already\n")


@pytest.mark.parametrize(
    ("arguments", "said", "why"),
    [
        (("add-staff", "1wang", "--name", "王", "--role", "editor"), "", "a login begins with"),
        (("add-staff", "wang", "--name", " ", "--role", "editor"), "", "the name has"),
        ((*WANG, "--password-stdin"), "short\n", "a password has at least 10"),
        ((*WANG, "--password-stdin"), "1111111111\n", "this password is too easy to guess"),
    ],
)
def test_mistake_is_told_in_one_line(made, capsys, monkeypatch, arguments, said, why):
    monkeypatch.setattr("sys.stdin", io.StringIO(said))

    code, out, told = run(capsys, *arguments)

    assert (code, out, told.startswith(why)) == (1, "", True)


def test_unknown_role_is_wrong_use(made, capsys):
    assert run(capsys, "add-staff", "wang", "--name", "王", "--role", "king")[0] == 2


async def test_demo_tells_its_password_once(small):
    now = datetime.now(UTC)

    told = await demo.move_in(small, now=now)
    again = await demo.move_in(small, now=now)

    assert again == []
    password = re.search(r"password (\S+)", told[0])[1]
    async with small.transaction() as session:
        people = await staff.listed(session)
        assert [one.login for one in people] == ["demo", "demo2"]
        assert all("演示" in one.name for one in people)
        assert await passwords.fits(people[0].password, password)
        assert await audit.search(session) == []
