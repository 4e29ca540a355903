"""The page of the door, as a colleague with a phone and a member with a ticket meet it."""

import re
from datetime import timedelta

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from bot.web import checkin, server
from config.settings import Settings
from models import doors, participants, signups
from models.events import Event
from models.members import Contact
from models.outbox import Letter
from tests.models.places.desk import STARTS, Desk


class Page:
    """A browser at the door."""

    def __init__(self, site: TestServer, browser: aiohttp.ClientSession) -> None:
        self.site, self.browser = site, browser
        self.action = ""

    async def open(self, path: str) -> tuple[int, str]:
        async with self.browser.get(self.site.make_url(path)) as answer:
            return answer.status, await self._read(answer)

    async def press(self, **form: str) -> str:
        """Send the form, as a browser does; return what the page says."""
        return said(await self.send(**form))

    async def make_up(self, ticks: list[dict[str, str]]) -> dict[str, object]:
        """Send what a phone has kept, as the page's script does."""
        url = self.site.make_url(f"{self.action}/ticks")
        async with self.browser.post(url, json={"ticks": ticks}) as answer:
            assert answer.status == 200
            return await answer.json()

    async def send(self, **form: str) -> str:
        """Send the form; return the page."""
        headers = {"Origin": str(self.site.make_url("")).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
        url = self.site.make_url(self.action)
        async with self.browser.post(url, data=form, headers=headers) as answer:
            assert answer.status == 200
            assert answer.headers["Referrer-Policy"] == "same-origin"
            return await self._read(answer)

    async def _read(self, answer: aiohttp.ClientResponse) -> str:
        page = await answer.text()
        found = re.search(r'action="([^"]+)"', page)
        self.action = found[1] if found else ""
        return page


def said(page: str) -> str:
    """Return what a page says of the last ticket, the count and the buttons."""
    outcome = re.search(r'id="outcome"[^>]*>([^<]*)<', page)
    there, held = re.search(r"已到 <strong>(\d+)</strong> 人，共 (\d+) 人", page).groups()
    buttons = " ".join(f"[{label}]" for label in re.findall(r"<button[^>]*>([^<]*)<", page))
    return f"{outcome[1] if outcome else ''} {there}/{held} {buttons}".strip()


@pytest.fixture
def desk(database, clock) -> Desk:
    return Desk(database, clock)


@pytest.fixture
async def door(desk, edition, tmp_path, clock):
    """The chess contest at its start: 王芳 with two companions and 李雷 have places, 张三 waits."""
    await desk.open(cap=4, party_max=3)
    await desk.sign_up("王", name="王芳", phone="13800000001", party=3)
    await desk.sign_up("李", name="李雷", phone="13800000002")
    await desk.sign_up("张", name="张三", phone="13800000003")
    clock.now = STARTS
    settings = Settings(_env_file=None, data_dir=tmp_path)
    routes = checkin.routes(settings, desk.database, lambda: edition.content, clock)
    async with (
        TestServer(server.build(settings, desk.database, [routes])) as site,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser,
    ):
        yield Page(site, browser)


async def link(desk, slug: str = "chess") -> str:
    return f"/checkin/{doors.token(Event(slug=slug), '刘', now=desk.clock())}"


async def code(desk, name: str) -> str:
    return (await desk.place(name)).code


async def test_number_and_six_digits_check_in_and_a_second_time_is_told(door, desk, clock):
    status, page = await door.open(await link(desk))
    assert (status, said(page)) == (200, "0/4 [签到]")

    assert await door.press(said="1") == "王*，C001，连本人3位，签到好了。 3/4 [撤销这一位] [签到]"
    assert await door.press(said=await code(desk, "李")) == "李*，C002，签到好了。 4/4 [撤销这一位] [签到]"
    clock.tick(60)
    assert await door.press(said="C001") == "王*，C001，上午9:00签过到了。 4/4 [撤销这一位] [签到]"
    assert await desk.states() == {"王": "attended", "李": "attended", "张": "waiting"}
    assert [(by, became) for by, _, _, became, _ in await desk.history("李")][-1] == ("刘", "attended")


async def test_unknown_number_and_the_ticket_of_another_event_are_told_kindly(door, desk):
    await door.open(await link(desk))

    unknown = "没有这个号。请看看签到码上是不是这个活动。 0/4 [签到]"
    for words in ("99", "王芳", "", "999999999999"):  # a name has a field of its own
        assert await door.press(said=words) == unknown
    assert await door.press(undo="1x") == unknown
    assert await door.press(undo="9" * 20) == unknown
    assert await door.press(said=f"gonghui:go:{await code(desk, '李')}") == (
        "这是别的活动的签到码，不是这里的。 0/4 [签到]"
    )
    assert (await door.press(said=f"gonghui:chess:{await code(desk, '李')}")).startswith(
        "李*，C002，签到好了。"
    )


async def test_who_has_no_ticket_is_found_by_name_and_ticked_by_the_number(door, desk):
    await door.open(await link(desk))

    found = await door.send(name="王")
    assert re.findall(r'class="person"><span>([^<]*)</span>.*?value="([^"]+)"', found) == [
        ("王芳 C001 138****0001", "C001")
    ]
    assert said(found) == "叫这个名字的有1位，请对一下手机号。 0/4 [签到] [签到]"
    assert await door.press(said="C001") == "王*，C001，连本人3位，签到好了。 3/4 [撤销这一位] [签到]"
    assert "<span>到了</span>" in await door.send(name="王芳")
    assert await door.press(name="张三") == "报上的人里没有这个名字。 3/4 [签到]"
    assert await door.press(name="赵") == "报上的人里没有这个名字。 3/4 [签到]"


async def test_name_far_back_in_a_large_event_is_found(door, desk, monkeypatch):
    monkeypatch.setattr(participants, "LOOKED_AT", 1)
    await door.open(await link(desk))

    assert "李雷 C002" in await door.send(name="李雷")


def kept(number: int, words: str) -> dict[str, str]:
    return {"id": f"{number:032x}", "said": words}


async def test_ticks_that_a_phone_has_kept_are_made_up_for_once_each(door, desk):
    await door.open(await link(desk))
    sent = [kept(1, "1"), kept(2, await code(desk, "李")), kept(3, "3"), kept(4, "99")]

    answer = await door.make_up(sent)

    wang, lei = (await desk.place("王")).id, (await desk.place("李")).id
    unknown = "没有这个号。请看看签到码上是不是这个活动。"
    assert answer == {
        "there": 4,
        "held": 4,
        "ticks": [
            {"id": f"{1:032x}", "text": "王*，C001，连本人3位，签到好了。", "good": True, "undo": wang},
            {"id": f"{2:032x}", "text": "李*，C002，签到好了。", "good": True, "undo": lei},
            {"id": f"{3:032x}", "text": unknown, "good": False, "undo": 0},
            {"id": f"{4:032x}", "text": unknown, "good": False, "undo": 0},
        ],
    }
    await door.press(undo=str(lei))
    again = await door.make_up([sent[1]])
    assert [one["text"] for one in again["ticks"]] == ["李*，C002，签到撤销了。"]
    assert await desk.states() == {"王": "attended", "李": "confirmed", "张": "waiting"}
    other = await door.make_up([kept(5, "2"), kept(6, "2")])
    assert [one["good"] for one in other["ticks"]] == [True, False]
    assert [line[1] for line in await desk.history("李")].count("tick") == 3


async def test_refused_tick_leaves_the_others(door, desk):
    await desk.put("张", number=7)
    await door.open(await link(desk))

    answer = await door.make_up([kept(1, "7"), kept(2, "2")])

    assert [one["text"] for one in answer["ticks"]] == ["这个人没有名额，不能签到。", "李*，C002，签到好了。"]
    assert (await desk.states())["张"] == "waiting"


@pytest.mark.parametrize("sent", ["", "[]", '{"ticks": [{"id": "1", "said": "2"}]}'])
async def test_what_no_phone_of_ours_sends_is_no_request(door, desk, sent):
    await door.open(await link(desk))

    async with door.browser.post(door.site.make_url(f"{door.action}/ticks"), data=sent) as answer:
        assert answer.status == 400
    forged = door.action[:-10] + "AAAAAAAAAA"
    async with door.browser.post(
        door.site.make_url(f"{forged}/ticks"), json={"ticks": [kept(1, "2")]}
    ) as answer:
        assert answer.status == 404
    assert (await desk.states())["李"] == "confirmed"


async def test_tick_is_taken_back_within_ten_minutes(door, desk, clock):
    await door.open(await link(desk))
    await door.press(said="2")
    number = str((await desk.place("李")).id)

    assert await door.press(undo=number) == "李*，C002，签到撤销了。 0/4 [签到]"
    assert await door.press(undo=number) == "这个人没有签到。 0/4 [签到]"
    await door.press(said="2")
    clock.tick(601)
    assert (await door.press(undo=number)).startswith("过了能改的时间")
    assert (await desk.states())["李"] == "attended"


async def test_tick_of_another_events_place_is_not_taken_back_here(door, desk):
    await door.open(await link(desk))
    await door.press(said="2")
    number = str((await desk.place("李")).id)
    chess = desk.event_id
    await desk.open(slug="go", title="围棋")
    await door.open(await link(desk, "go"))

    assert await door.press(undo=number) == "没有这个号。请看看签到码上是不是这个活动。 0/0 [签到]"

    desk.event_id = chess
    assert (await desk.states())["李"] == "attended"


async def test_who_came_without_a_place_or_too_early_is_not_ticked(door, desk, clock):
    clock.now = STARTS - timedelta(hours=3)
    await door.open(await link(desk))
    assert await door.press(said="2") == "还没到时间。 0/4 [签到]"
    clock.now = STARTS
    await desk.put("张", number=7)
    assert await door.press(said="7") == "这个人没有名额，不能签到。 0/4 [签到]"
    assert (await door.press(said="2")).startswith("李*，C002，签到好了。")


async def test_ticket_that_a_phone_scans_is_shown_and_ticked_by_a_press(door, desk):
    await door.open(await link(desk))

    _, page = await door.open(f"/checkin/at/chess/{await code(desk, '王')}")
    assert said(page) == "王*，C001，共3位。 0/4 [签到] [签到]"
    asked = re.search(r'name="said" value="([^"]+)"', page)[1]
    assert await door.press(said=asked) == "王*，C001，连本人3位，签到好了。 3/4 [撤销这一位] [签到]"

    _, page = await door.open(f"/checkin/at/chess/{await code(desk, '王')}")
    assert said(page) == "王*，C001，上午9:00签过到了。 3/4 [撤销这一位] [签到]"
    _, page = await door.open("/checkin/at/go/123456")
    assert said(page) == "这是别的活动的签到码，不是这里的。 3/4 [签到]"
    _, page = await door.open("/checkin/at/chess/000000")
    assert said(page) == "没有这个号。请看看签到码上是不是这个活动。 3/4 [签到]"


async def test_stranger_who_scans_a_ticket_learns_nothing_and_ticks_nobody(door, desk):
    path = f"/checkin/at/chess/{await code(desk, '王')}"

    status, page = await door.open(path)

    assert status == 200
    assert "这是入场的签到码。" in page
    assert "王" not in page
    assert "<form" not in page
    assert (await desk.states())["王"] == "confirmed"
    await door.open(await link(desk))
    assert said((await door.open(path))[1]).startswith("王*")


async def test_link_that_is_forged_or_over_opens_nothing(door, desk, clock):
    path = await link(desk)
    assert (await door.open(path[:-10] + "AAAAAAAAAA"))[0] == 404
    assert (await door.open("/checkin/short"))[0] == 404
    assert (await door.open(path))[0] == 200
    action = door.action
    clock.now = STARTS + timedelta(hours=6, seconds=1)

    assert (await door.open(path))[0] == 404
    async with door.browser.post(door.site.make_url(action), data={"said": "2"}) as answer:
        assert answer.status == 404
    assert (await desk.states())["李"] == "confirmed"


@pytest.mark.parametrize(("public", "secure"), [("https://chat.example.org", True), ("", False)])
async def test_browser_keeps_the_link_from_scripts_other_pages_and_plain_lines(
    desk, edition, tmp_path, clock, public, secure
):
    await desk.open()
    settings = Settings(_env_file=None, data_dir=tmp_path, public_url=public)
    routes = checkin.routes(settings, desk.database, lambda: edition.content, clock)
    async with (
        TestServer(server.build(settings, desk.database, [routes])) as site,
        aiohttp.ClientSession() as browser,
        browser.get(site.make_url(await link(desk))) as answer,
    ):
        kept = answer.cookies["door"]

    assert (kept["path"], kept["httponly"], kept["samesite"]) == ("/checkin", True, "Lax")
    assert bool(kept["secure"]) == secure


async def test_place_without_a_name_is_told_by_its_number(door, desk):
    await desk.open(slug="go", title="围棋", number_prefix="G")
    await desk.sign_up("赵")
    await door.open(await link(desk, "go"))

    assert await door.press(said="1") == "没有姓名，G001，签到好了。 1/1 [撤销这一位] [签到]"


async def test_offer_that_lapses_at_the_door_goes_on_and_is_told(door, desk, clock, database):
    clock.now = STARTS - timedelta(hours=1, minutes=50)
    await desk.open(slug="film", title="电影", number_prefix="M", starts=STARTS, cap=2)
    for name in ("甲", "乙", "丙", "丁"):
        await desk.sign_up(name, name=f"{name}某", phone=f"1380000001{len(desk.ids)}")
        clock.tick(1)
    async with database.transaction() as session:
        session.add(Contact(channel="phone", address="ding", member_id=desk.ids["丁"]))
    assert (await desk.on(signups.cancel, "乙"))[1] == ("丙", "offered")
    until = (await desk.place("丙")).offered_until
    clock.now = until + timedelta(seconds=1)
    await door.open(await link(desk, "film"))

    await desk.put("丁", number=9)
    assert (await door.press(said="9")).startswith("这个人没有名额")
    assert (await desk.states())["丙"] == "offered"  # what a refusal takes back is not half done
    assert (await door.press(said="1")).startswith("甲*，M001，签到好了。")

    assert (await desk.states())["丙"] == "expired"
    assert (await desk.states())["丁"] == "offered"
    async with database.transaction() as session:
        texts = [letter.message.text for letter in await session.scalars(select(Letter).order_by(Letter.id))]
    assert [text[:4] for text in texts] == ["轮到您了"]
