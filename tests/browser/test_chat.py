"""The chat page as a member meets it: in Chromium, on a phone and on a desk, with the network coming and going."""

import io
import re
import signal
from contextlib import asynccontextmanager

import pytest
from PIL import Image
from playwright.async_api import Page

pytestmark = [pytest.mark.timeout(150), pytest.mark.asyncio(loop_scope="module")]
PHONE, SMALL, DESK = (
    {"width": 390, "height": 844},
    {"width": 360, "height": 740},
    {"width": 1280, "height": 800},
)
AWAY = r"ERR_(INTERNET_DISCONNECTED|CONNECTION_\w+|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)"


@asynccontextmanager
async def opened(browser, site, viewport=PHONE, expected="nothing", **more):
    """Open the page; leaving checks that nothing but what is *expected* was complained of."""
    context = await browser.new_context(viewport=viewport, **more)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(site.url)
    await page.wait_for_selector(".choices")
    yield page
    await context.close()
    assert [complaint for complaint in complaints if not re.search(expected, complaint)] == []


async def ask(page: Page, text: str) -> str:
    """Type something, send it with Enter, and return the bubble that answers."""
    before = await page.locator(".turn:not(.mine)").count()
    await page.fill("#text", text)
    await page.press("#text", "Enter")
    return await answered(page, before)


async def answered(page: Page, before: int) -> str:
    await page.wait_for_function(
        "n => !document.querySelector('.dots') && document.querySelectorAll('.turn:not(.mine)').length > n",
        arg=before,
    )
    return await page.locator(".turn:not(.mine) .bubble").last.inner_text()


async def press(page: Page, label: str) -> str:
    before = await page.locator(".turn:not(.mine)").count()
    await page.locator(".turn").last.get_by_role("button", name=label, exact=True).click()
    return await answered(page, before)


async def test_member_asks_presses_sends_a_picture_and_reloads(browser, site, tmp_path):
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "JPEG")
    async with opened(browser, site) as page:
        assert (await page.locator(".bubble").first.inner_text()).startswith("您好，我是海淀工会小助手")
        assert "1000元" in await ask(page, "我本科毕业了能补多少钱")
        assert "80多人" in await press(page, "详细")
        assert "没有人值班" in await press(page, "转人工")
        assert await page.locator("a.number").get_attribute("href") == "tel:12351"

        before = await page.locator(".turn:not(.mine)").count()
        await page.set_input_files(
            "#picture", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
        )
        assert "照片收到" in await answered(page, before)
        assert await page.locator(".mine img").count() == 1

        shown = await page.locator(".bubble").all_inner_texts()
        await page.reload()
        await page.wait_for_selector(".choices")
        assert [t.split("\n")[0] for t in await page.locator(".bubble").all_inner_texts()] == [
            t.split("\n")[0] for t in shown
        ]
        assert "一年内" in await ask(page, "欠薪两个月了怎么办")


async def test_file_that_is_no_picture_is_told_and_the_talk_goes_on(browser, site):
    async with opened(browser, site, expected="status of 415") as page:
        await page.set_input_files(
            "#picture", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
        )
        await page.get_by_text("这个文件不是照片").wait_for()
        await page.get_by_role("button", name="没发出去，点这里再发").wait_for()

        assert (await ask(page, "菜单")).startswith("您想办哪件事？")


async def test_lost_network_keeps_what_is_said(browser, site):
    async with opened(browser, site, expected=AWAY) as page:
        await page.context.set_offline(True)
        before = await page.locator(".turn:not(.mine)").count()
        await page.fill("#text", "摄影比赛啥时候")
        await page.press("#text", "Enter")
        await page.get_by_text("没连上网").wait_for()
        await page.context.set_offline(False)

        assert "摄影大赛（演示）" in await answered(page, before)
        await page.wait_for_selector("#state", state="hidden")


async def test_killed_service_comes_back_to_the_same_talk(browser, site):
    async with opened(browser, site, expected=AWAY) as page:
        await site.end(signal.SIGKILL)
        before = await page.locator(".turn:not(.mine)").count()
        await page.fill("#text", "who can join the union")
        await page.press("#text", "Enter")
        await site.start()

        assert "Anyone who lives on wages may join" in await answered(page, before)


@pytest.mark.parametrize(
    ("viewport", "scale"), [(PHONE, 1), (SMALL, 2), (DESK, 1)], ids=["phone", "small-200%", "desk"]
)
async def test_page_is_whole_at_every_size(browser, site, viewport, scale):
    async with opened(browser, site, viewport) as page:
        await page.evaluate("scale => { document.documentElement.style.fontSize = 18 * scale + 'px' }", scale)
        await ask(page, "我本科毕业了能补多少钱")
        await ask(page, "人工")

        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert await page.evaluate(
            "document.getElementById('log').scrollWidth <= document.getElementById('log').clientWidth"
        )
        for name in ("#menu", "#text", "#send", "#call", "#larger", "#picture-label"):
            box = await page.locator(name).bounding_box()
            assert box["height"] >= 44, name
            assert box["width"] >= 44, name
            assert box["x"] >= 0, name
            assert box["x"] + box["width"] <= viewport["width"], name
            assert box["y"] + box["height"] <= viewport["height"], name
        heights = await page.eval_on_selector_all(
            ".choices button, a.number", "all => all.map(one => one.getBoundingClientRect().height)"
        )
        assert min(heights) >= 44
        assert (await page.locator("#log").bounding_box())["height"] >= viewport["height"] / 2


async def test_page_works_by_keyboard_and_every_control_has_a_name(browser, site):
    async with opened(browser, site) as page:
        await page.focus("#log")
        seen = []
        for _ in range(13):
            await page.keyboard.press("Tab")
            seen.append(
                await page.evaluate("document.activeElement.id || document.activeElement.textContent")
            )
        assert {"活动报名", "转人工", "menu", "picture", "text", "send"} <= set(seen)
        assert seen.index("menu") < seen.index("text") < seen.index("send")

        before = await page.locator(".turn:not(.mine)").count()
        await page.focus("#menu")
        await page.keyboard.press("Enter")
        assert (await answered(page, before)).startswith("您想办哪件事？")
        await page.fill("#text", "第一行")
        await page.press("#text", "Shift+Enter")
        assert await page.input_value("#text") == "第一行\n"

        names = await page.eval_on_selector_all(
            "button, a, input, textarea",
            "all => all.map(one => one.getAttribute('aria-label') || one.textContent.trim())",
        )
        assert len(names) > 15
        assert all(names)
        assert await page.get_attribute("#log", "role") == "log"
        assert await page.get_attribute("#log", "aria-live") == "polite"


CONTRAST = """() => {
  const light = (c) => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const back = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
    if (!c.startsWith('rgba(0, 0, 0, 0')) return c; } return 'rgb(255, 255, 255)'; };
  return [...document.querySelectorAll('.bubble, .choices button, h1 span, #menu, #send, #call, #larger, #text')].map(e => {
    const [a, b] = [light(getComputedStyle(e).color), light(back(e))].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_words_can_be_read_in_light_and_dark(browser, site, scheme):
    async with opened(browser, site, color_scheme=scheme) as page:
        await ask(page, "欠薪两个月了怎么办")
        ratios = await page.evaluate(CONTRAST)

        assert len(ratios) > 15
        assert min(ratios) >= 4.5


async def test_larger_text_is_kept_for_the_next_visit(browser, site):
    async with opened(browser, site) as page:
        await page.click("#larger")
        await page.reload()
        await page.wait_for_selector(".choices")

        assert await page.get_attribute("#larger", "aria-pressed") == "true"
        assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == "24px"


async def test_demo_shows_two_members(browser, site):
    context = await browser.new_context(viewport=DESK)
    page = await context.new_page()
    await page.goto(f"{site.url}/demo")
    for number in (0, 1):
        phone = page.frame_locator("iframe").nth(number)
        await phone.locator(".choices").first.wait_for()
    await page.frame_locator("iframe").nth(0).locator("#menu").click()
    await page.frame_locator("iframe").nth(0).get_by_text("您想办哪件事？").wait_for()

    assert await page.frame_locator("iframe").nth(0).locator(".mine").count() == 1
    assert await page.frame_locator("iframe").nth(1).locator(".mine").count() == 0
    await context.close()


async def test_poster_opens_at_its_programme(browser, site):
    context = await browser.new_context(viewport=PHONE)
    page = await context.new_page()
    await page.goto(f"{site.url}/e/photo-contest")

    await page.get_by_text("摄影大赛（演示） · 每人最多5幅").wait_for()
    await context.close()
