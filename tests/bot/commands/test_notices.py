"""notices as staff use it: from a file to the last letter, and what they are told on the way."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from openpyxl import Workbook
from sqlalchemy import select, update

from bot.commands import notice_views
from bot.commands.base import opened
from config.settings import Settings
from models import expansion, publishing, signups
from models.members import Contact, Member
from models.notices import Notice
from models.outbox import Letter
from models.signups import Wish
from tests.bot.commands.test_commands import folder, run  # noqa: F401 -- the fixture
from tests.pictures import saved, scene

NOW = datetime.now(UTC)
TEXT = """
title: 停水（演示）
text: "{name}，明天停水。"
kind: urgent
audience: {unions: [演示工会]}
"""


@pytest.fixture
def staff(capsys, folder, tmp_path):  # noqa: F811 -- the fixture
    """Say one command of `notices` as staff; the town has four members of one union, one of them on the page only."""
    folder.mkdir()
    for name in ("migrate", "load-content"):
        assert run(capsys, name)[0] == 0
    asyncio.run(_settle_in())

    def say(*words: str) -> tuple[int, list[str]]:
        code, out, err = run(capsys, "notices", *words)
        return code, (out + err).strip().splitlines()

    return say


async def _settle_in() -> None:
    async with opened(Settings()) as database, database.transaction() as session:
        for number, channel in enumerate(("telegram", "telegram", "telegram", "web", "")):
            member = Member(
                joined_at=NOW, name=f"演示{number}", phone=f"1380000000{number}", union_name="演示工会"
            )
            session.add(member)
            await session.flush()
            if channel:
                session.add(Contact(channel=channel, address=f"{number}", member_id=member.id))


def act(what):
    """Do something in the database."""

    async def doing():
        async with opened(Settings()) as database, database.transaction() as session:
            return await what(session)

    return asyncio.run(doing())


def written(tmp_path, text: str = TEXT, name: str = "notice.yaml") -> str:
    (tmp_path / name).write_text(text, encoding="utf-8")
    return str(tmp_path / name)


def send_letters(state: str = "sent") -> None:
    """Write the letters of what is due, and let all that wait have ended so."""

    async def sending(session):
        while (number := await expansion.win(session, owner="tests", now=datetime.now(UTC))) is not None:
            while await expansion.write(session, number, owner="tests", now=datetime.now(UTC)):
                pass
        done = update(Letter).where(Letter.state == "waiting", Letter.channel == "telegram")
        await session.execute(done.values(state=state, settled_at=datetime.now(UTC), platform_id="7"))

    act(sending)


def test_notice_goes_from_a_file_to_its_members(staff, tmp_path):
    file = written(tmp_path)

    assert staff("draft", file, "--by", "wang") == (
        0,
        ["notice 1 is a draft; next: run_bot.py notices plan 1"],
    )
    assert staff("plan", "1")[1][:6] == [
        "notice 1: 停水（演示） (urgent, draft)",
        "5 members, such as 演* 138****0000, 演* 138****0001, 演* 138****0002",
        "  telegram: 3",
        "  on the page, at their next visit: 1",
        "  by telephone: 0",
        "  not reached: 1",
    ]
    assert staff("approve", "1", "--by", "wang") == (
        0, ["notice 1 is approved for 5 members; next: run_bot.py notices send 1"],
    )  # fmt: skip
    code, told = staff("send", "1", "--by", "wang")
    assert (code, told[0][:16]) == (0, "notice 1 goes at")
    send_letters()
    shown = staff("show", "1", "--unions")[1]
    assert shown[:5] == [
        "notice 1: 停水（演示） (urgent, running)",
        "{name}，明天停水。",
        "audience {'unions': ['演示工会']}, template - 0",
        "4 letters: 3 sent, 0 queued, 1 held, 0 failed, 0 skipped, 0 unknown; 3 in the last minute",
        "  演示工会: 3 of 4",
    ]
    assert [line.split("  ", 1)[1] for line in shown[5:]] == [
        "wang: draft -> approved", "wang: approved -> scheduled", "clock: scheduled -> expanding",
        "clock: expanding -> running",
    ]  # fmt: skip
    assert staff("list")[1][3].split()[1:7:2] == ["1", "running", "urgent"]


def test_large_notice_needs_a_second_person(staff, tmp_path):
    file = written(tmp_path, TEXT.replace("{unions: [演示工会]}", "{everybody: true}"))
    staff("draft", file, "--by", "wang")

    assert staff("approve", "1", "--by", "wang") == (1, ["发给这么多人，要请另一位同事批准。"])
    assert staff("approve", "1", "--by", "li")[0] == 0
    assert staff("approve", "1", "--by", "li") == (1, ["这条通知现在不能这样做。"])


def test_edited_notice_must_be_approved_again(staff, tmp_path):
    staff("draft", written(tmp_path), "--by", "wang")
    staff("approve", "1", "--by", "li")

    assert staff("draft", written(tmp_path), "--replace", "1", "--by", "wang")[0] == 0
    assert staff("send", "1", "--by", "li") == (1, ["这条通知现在不能这样做。"])
    assert staff("draft", written(tmp_path), "--replace", "9", "--by", "wang") == (1, ["没有这条通知。"])


def test_notice_is_paused_goes_on_and_is_cancelled(staff, tmp_path):
    staff("draft", written(tmp_path), "--by", "wang")
    assert staff("pause", "1", "--reason", "等一下", "--by", "li") == (1, ["这条通知现在不能这样做。"])
    staff("approve", "1", "--by", "li")
    staff("send", "1", "--by", "li")
    send_letters()

    assert staff("pause", "1", "--reason", "等一下", "--by", "li")[1] == [
        "notice 1 is paused; next: run_bot.py notices resume 1"
    ]
    assert staff("resume", "1", "--by", "li")[1] == ["notice 1 goes on"]
    assert staff("cancel", "1", "--reason", "不停了", "--by", "li")[1] == ["notice 1 is cancelled"]
    assert staff("show", "1")[1][-1].endswith("li: running -> cancelled (不停了)")


def test_correction_goes_to_who_got_it_and_a_recall_takes_it_back(staff, tmp_path):
    staff("draft", written(tmp_path), "--by", "wang")
    staff("approve", "1", "--by", "li")
    staff("send", "1", "--by", "li")
    send_letters()

    told = staff("correct", "1", "--what", "日子", "--text", "后天停水", "--by", "li")
    right = "更正：刚才“停水（演示）”里日子写错了，正确的是：后天停水。对不起。"
    assert told == (0, [f"notice 1 is stopped; notice 2 puts it right: {right}"])
    send_letters()
    assert "4 letters: 3 sent" in staff("show", "1")[1][3]
    assert "3 letters: 3 sent" in staff("show", "2")[1][3]

    told = staff("cancel", "2", "--recall", "--reason", "又错了", "--by", "li")
    assert told == (0, ["notice 2 is cancelled; notice 3 takes its letters back"])
    send_letters()

    async def removes(session):
        query = select(Notice.removes, Notice.corrects).order_by(Notice.id)
        return [tuple(row) for row in await session.execute(query)]

    assert act(removes) == [(False, None), (False, 1), (True, 2)]
    assert "3 letters: 3 sent" in staff("show", "3")[1][3]


def test_failed_letters_are_tried_again(staff, tmp_path):
    staff("draft", written(tmp_path), "--by", "wang")
    staff("approve", "1", "--by", "li")
    staff("send", "1", "--by", "li")
    send_letters("failed")
    assert staff("show", "1")[1][4] == "  failed: 3"

    assert staff("retry", "1", "--by", "li")[1] == ["3 letters of notice 1 are tried again"]
    send_letters()
    assert "3 sent" in staff("show", "1")[1][3]


def test_copy_is_a_draft_with_the_same_words(staff, tmp_path):
    staff("draft", written(tmp_path), "--by", "wang")

    assert staff("copy", "1", "--by", "li")[1] == ["notice 2 is a draft with the words of 1"]
    assert staff("show", "2")[1][:2] == ["notice 2: 停水（演示） (urgent, draft)", "{name}，明天停水。"]


def sheet(tmp_path, *rows) -> str:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "sheet.xlsx")
    return str(tmp_path / "sheet.xlsx")


RESULT = """
template: result
event: chess
"""


def test_sheet_tells_its_misses_first(staff, tmp_path):
    async def enter(session):
        event, _ = await publishing.publish(
            session,
            {"slug": "chess", "kind": "contest", "title": "象棋（演示）", "number_prefix": "C", "cap": 9,
             "starts": NOW + timedelta(days=20), "place": "演示馆"},
            by="tests", now=NOW,
        )  # fmt: skip
        await signups.sign_up(
            session, event, Wish(member_id=1, name="演示0", phone="13800000000", channel="tests"), now=NOW
        )

    act(enter)
    file = written(tmp_path, RESULT)
    rows = (("报名编号", "姓名", "手机号", "result"), ("C001", "", "", "第一名"), ("C009", "", "", "第二名"))

    assert staff("draft", file, "--sheet", sheet(tmp_path, *rows), "--by", "wang") == (
        1, ["line 3: nobody is found by this", "notice 1 is a draft; next: run_bot.py notices plan 1"],
    )  # fmt: skip
    assert staff("plan", "1")[1][1:3] == ["1 members, such as 演* 138****0000", "  telegram: 1"]
    assert staff("draft", file, "--by", "wang") == (
        1, ["notice.yaml: --sheet goes with audience: {sheet: true}, and needs it"],
    )  # fmt: skip
    without = sheet(tmp_path, ("报名编号",), ("C001",))
    assert staff("draft", file, "--sheet", without, "--by", "wang") == (
        1, ["sheet.xlsx: the header has no column result"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[", "notice.yaml: is not proper YAML"),
        ("- 1", "notice.yaml: must hold keys and values"),
        ("template: nothing", "notice.yaml: template: there is no nothing"),
        (TEXT + "event: nothing", "没有这个活动。"),
        (TEXT.replace("明天", "{day}"), "notice.yaml: nobody fills in {day}; say it in fills"),
        (TEXT + "picture: none.jpg", "[Errno 2] No such file or directory: '{folder}/none.jpg'"),
        (TEXT + "picture: notice.yaml", "notice.yaml: is no picture, or cannot be kept (photo_bad)"),
    ],
)
def test_wrong_file_is_told_in_one_line(staff, tmp_path, text, told):
    assert staff("draft", written(tmp_path, text), "--by", "wang") == (
        1,
        [told.replace("{folder}", str(tmp_path))],
    )


def test_file_larger_than_a_channel_takes_is_refused(staff, tmp_path):
    (tmp_path / "large.pdf").write_bytes(b"0" * 20_000_001)
    file = written(tmp_path, TEXT + "file: large.pdf")

    assert staff("draft", file, "--by", "wang") == (1, ["large.pdf: is larger than 20 MB"])


def test_picture_and_file_are_kept_in_the_store(staff, tmp_path):
    (tmp_path / "poster.png").write_bytes(saved(scene(), "PNG"))
    (tmp_path / "plan.pdf").write_bytes(b"%PDF-demo")

    assert staff("draft", written(tmp_path, TEXT + "picture: poster.png"), "--by", "wang")[0] == 0
    assert staff("draft", written(tmp_path, TEXT + "file: plan.pdf"), "--by", "wang")[0] == 0

    async def carried(session):
        return [
            (notice.picture.rpartition(":")[2], notice.file.rpartition(":")[2])
            for notice in await session.scalars(select(Notice).order_by(Notice.id))
        ]

    assert act(carried) == [("poster.jpg", ""), ("", "plan.pdf")]


def test_nobody_is_told_before_approval(staff, tmp_path):
    staff("draft", written(tmp_path, TEXT.replace("演示工会", "别的工会")), "--by", "wang")

    assert staff("approve", "1", "--by", "li") == (1, ["没有人收得到这条通知。"])


def test_time_without_its_zone_is_refused(staff, tmp_path):
    staff("draft", written(tmp_path), "--by", "wang")
    staff("approve", "1", "--by", "li")

    assert staff("send", "1", "--at", "2026-12-01T09:00", "--by", "li") == (
        1, ["--at needs its time zone, as in 2026-12-01T09:00+08:00"],
    )  # fmt: skip
    assert staff("send", "1", "--at", "2020-12-01T09:00+08:00", "--by", "li") == (1, ["这个时间已经过了。"])


def test_ready_notices_are_listed(staff):
    told = "\n".join(staff("templates")[1])

    assert all(name in told for name in ("law-talk", "joint-meeting", "haidian-weekly", "warmth-pack"))
    assert notice_views.moment(None) == "-"
