"""One's own account: password, six digits on the phone, and the browsers one is logged in with."""

import io

import segno

from handlers.console import EVERYBODY, Action, Away, Page, Reply, View, Visit, whole
from models import passwords, staff_sessions
from models.base import Refused


async def show(visit: Visit) -> Reply:
    """Show one's own account."""
    return View("me.html", {"sessions": await staff_sessions.of(visit.session, visit.staff, now=visit.now)})


async def change_password(visit: Visit) -> Reply:
    """Set a new password; every other session ends."""
    if not await passwords.fits(visit.staff.password, visit.said("old")):
        raise Refused("password_wrong")
    passwords.check(visit.said("password"), visit.staff.login)
    visit.staff.password = await passwords.hashed(visit.said("password"))
    await staff_sessions.end_all(visit.session, visit.staff, but=visit.browser.id, now=visit.now)
    return Away("/me", "密码改好了，别处的登录都退出了。")


async def offer_totp(visit: Visit) -> Reply:
    """Show the code that a phone scans; nothing is switched on before it has shown its first digits."""
    secret = passwords.new_totp()
    picture = io.BytesIO()
    segno.make(passwords.totp_address(secret, visit.staff.login), micro=False).save(
        picture, kind="svg", scale=4, border=4, xmldecl=False, svgns=True
    )
    return View("me_totp.html", {"secret": secret, "picture": picture.getvalue().decode()})


async def switch_totp_on(visit: Visit) -> Reply:
    """Ask for digits at each login from now on."""
    secret = visit.said("secret")
    step = passwords.totp_step(secret, visit.said("code"), now=visit.now) if _proper(secret) else None
    if step is None:
        raise Refused("code_wrong")
    visit.staff.totp, visit.staff.totp_step = secret, step
    return Away("/me", "动态码开通了，下次登录要填。")


async def end(visit: Visit) -> Reply:
    """End one of one's own sessions, or all others."""
    number = whole(visit.said("session"))
    if number is not None:
        await staff_sessions.end(visit.session, visit.staff, number, now=visit.now)
    else:
        await staff_sessions.end_all(visit.session, visit.staff, but=visit.browser.id, now=visit.now)
    return Away("/me", "已退出。")


def _proper(secret: str) -> bool:
    return len(secret) == 32 and set(secret) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")  # noqa: PLR2004 -- as made


pages = (
    Page(
        "/me", "我的账号", EVERYBODY, show,
        {
            "password": Action("改密码", change_password), "totp": Action("看动态码", offer_totp),
            "totp_on": Action("开通动态码", switch_totp_on), "end": Action("退出会话", end),
        },
    ),
)  # fmt: skip
