"""What is taken away of a case, read back: the pack for a mediation, and the draft of an application."""

import io
from zipfile import ZipFile

import pytest
from docx import Document
from openpyxl import load_workbook

from config.settings import Settings
from handlers import casedrafts, casefacts
from models import case_pack, consents
from models.case_deadlines import CaseDeadline
from models.case_files import Found
from models.case_lines import CaseLine
from models.case_papers import CasePaper
from models.cases import Case
from models.files import File, Kept, Store, note
from tests.handlers.staff import legal, people
from tests.handlers.staff.test_case_handling import agree, named

NASTY = '=HYPERLINK("http://example.invalid")\x0b<w:fldSimple w:instr="DATE"/>{{7*7}}'
FIELDS = (b"fldSimple", b"instrText", b"fldChar", b"hyperlink", b"attachedTemplate", b"oleObject", b"INCLUDE")


def read(body: bytes) -> tuple[list[str], list[list[str]], list[str]]:
    """Return the paragraphs, the cells of the tables, and what stands at the head and foot of each page."""
    found = Document(io.BytesIO(body))
    edges = [edge.paragraphs[0].text for part in found.sections for edge in (part.header, part.footer)]
    rows = [[cell.text for cell in row.cells] for table in found.tables for row in table.rows]
    return [line.text for line in found.paragraphs], rows, edges


def markup(body: bytes) -> bytes:
    """Return all that a reader of the document would interpret, without the words."""
    with ZipFile(io.BytesIO(body)) as pack:
        told = b"".join(pack.read(name) for name in pack.namelist() if name.startswith("word/document"))
    return told.replace(b"&lt;w:fldSimple", b"").replace(b"HYPERLINK(", b"")


async def drafted(office, **more) -> bytes:
    """Return the draft of the application of a fresh case."""
    number, li = await legal.opened(office, **more)
    got = await li.open(f"/cases/{number}/application")
    assert got.status == 200, got.text
    return got.body


async def test_draft_says_who_what_why_and_by_which_law(one_desk):
    facts = {**legal.FACTS, "seat": "在海淀", "wage": "6000", "protected": "pregnant"}
    number, li = await legal.opened(one_desk, facts=facts)
    for paper, standing in (("劳动合同", "have"), ("工资流水", "can_get"), ("考勤", "no")):
        row = CasePaper(case_id=number, paper=paper, standing=standing, at=one_desk.clock())
        await people.add(one_desk, row)

    got = await li.open(f"/cases/{number}/application")
    lines, evidence, edges = read(got.body)

    assert got.headers["Content-Disposition"].startswith("attachment")
    assert edges == [casedrafts.MARK] * 2
    assert "草稿 DRAFT" in casedrafts.MARK
    assert lines == [
        "劳动人事争议仲裁申请书", "申请人", "姓名：王芳（演示）", "身份证号码：________", f"电话：{legal.PHONE}",
        "被申请人", "名称：演示饭馆", "住所：________", "法定代表人：________", "电话：________",
        "请求事项", "1. 支付拖欠的工资12000元。",
        "事实和理由", "入职日期：2025年3月1日。", "月工资（元）：6000。", legal.SECRET, "想要的结果：把钱要回来。",
        "证据清单", "法律依据（提交前请核对）", "《劳动争议调解仲裁法》第27、53条（2008年起）",
        "《北京市工资支付规定》第26条、北京高院和仲裁委《解答（一）》第54条（2024年4月30日起）", "《劳动合同法》第42条（2008年起）",
        "《劳动争议调解仲裁法》第27、29、43、50、53条（2008年起）", "仅供参考，以仲裁委或法院认定为准。", "",
        "此致　________劳动人事争议仲裁委员会", "申请人（签字）：________　　日期：________",
        "草稿生成日期：2026年11月10日，案件编号：2026-0001",
    ]  # fmt: skip
    assert evidence == [["序号", "证据", "有没有原件"], ["1", "劳动合同", "有"], ["2", "工资流水", "能拿到"]]


async def test_draft_leaves_blank_what_is_not_known(one_desk):
    lines, evidence, _ = read(
        await drafted(one_desk, topic="overtime", facts={}, employer="", name="", phone="")
    )

    assert "姓名：________" in lines
    assert "1. 支付加班工资________元。" in lines
    assert lines[lines.index("事实和理由") + 1] == "________"
    assert evidence == [["序号", "证据", "有没有原件"]]


async def test_owed_pay_is_claimed_beside_what_the_case_is_about(one_desk):
    lines, _, _ = read(
        await drafted(one_desk, topic="dismissal", facts={"owed": "12000元", "goal": "money,job"})
    )

    first = "支付违法解除劳动合同的赔偿金________元（或者经济补偿、继续履行合同，由本人选）"
    assert [line for line in lines if line[:2] in {"1.", "2."}] == [
        f"1. {first}。",
        "2. 支付拖欠的工资12000元。",
    ]
    assert "想要的结果：拿回钱、回去上班。" in lines


@pytest.mark.parametrize("topic", [*casefacts.TOPICS, "unknown"])
async def test_every_topic_has_claims_and_the_law_of_arbitration(one_desk, topic):
    lines, _, _ = read(await drafted(one_desk, topic=topic))

    assert lines[lines.index("请求事项") + 1].startswith("1. ")
    assert "《劳动争议调解仲裁法》第27、29、43、50、53条（2008年起）" in lines
    assert not any("{owed}" in line for line in lines)


def test_every_law_stands_in_the_content(edition):
    slugs = {
        casedrafts.EVERY,
        casedrafts.PROTECTED,
        *(slug for found in casedrafts.LAWS.values() for slug in found),
    }

    assert {slug for slug in slugs if not (entry := edition.content.entry(slug)) or not entry.law} == set()
    assert set(casedrafts.CLAIMS) == set(casefacts.TOPICS)


async def test_draft_computes_and_fetches_nothing(one_desk):
    body = await drafted(one_desk, facts={"what": NASTY, "goal": NASTY}, employer=NASTY, name=NASTY)

    lines, _, _ = read(body)

    assert f"姓名：{NASTY}".replace("\x0b", "") in lines
    assert [field for field in FIELDS if field in markup(body)] == []


async def test_pack_needs_the_consent_of_the_member(desks):
    named(desks)
    number, li = await legal.opened(desks)

    before = await li.open(f"/cases/{number}/pack")
    await li.follow(f"/cases/{number}/handling", "ask", party="first")
    asked = await li.open(f"/cases/{number}/pack")
    await agree(desks, number)
    given = await li.open(f"/cases/{number}/pack")
    async with desks.database.transaction() as session:
        member = await legal.member_of(session, number)
        await consents.withdraw(session, member, "2026-0001", now=desks.clock())

    assert (before.status, asked.status, given.status) == (422, 422, 200)
    assert (await li.open(f"/cases/{number}/pack")).status == 422


async def test_pack_holds_facts_list_and_files_and_not_how_to_reach_the_member(one_desk, tmp_path):
    named(one_desk)
    facts = {**legal.FACTS, "device": "shared", "time": "晚上", "reach": "telegram:t9", "what": NASTY}
    number, li = await legal.opened(one_desk, facts=facts)
    store = Store(Settings(_env_file=None, data_dir=tmp_path).files)
    kept = await store.put(b"contract", "application/pdf")
    now, day = one_desk.clock(), one_desk.clock().date()
    for name, digest in (("../../合同.pdf", kept.hash), ("=1+1", ""), ("丢了.pdf", "0" * 64)):
        await people.add(
            one_desk, CasePaper(case_id=number, paper="", standing="have", name=name, digest=digest, at=now)
        )
    for author in ("member", "li"):
        line = {"case_id": number, "author": author, "kind": "photo", "text": "", "file": "", "said_at": now}
        await people.add(one_desk, CaseLine(**line, digest=kept.hash))
    for kind, met in (("limitation", None), ("sue", now)):
        row = {
            "case_id": number,
            "kind": kind,
            "safe_day": day,
            "last_day": day,
            "note": "",
            "by": "li",
            "at": now,
        }
        await people.add(one_desk, CaseDeadline(**row, met_at=met))
    await li.follow(f"/cases/{number}/handling", "ask", party="first")
    await agree(one_desk, number)

    got = await li.open(f"/cases/{number}/pack")

    with ZipFile(io.BytesIO(got.body)) as pack:
        names = pack.namelist()
        sheet, listed = pack.read("案情.docx"), load_workbook(io.BytesIO(pack.read("材料目录.xlsx"))).active
        assert [pack.read(name) for name in names[2:]] == [b"contract", b"contract"]
    assert names == [
        "案情.docx",
        "材料目录.xlsx",
        "材料/01--..-合同.pdf",
        "材料/03-photo.jpg",
    ]
    lines, rows, edges = read(sheet)
    assert edges == ["供调解用，请勿外传"] * 2
    assert [line for line in lines if "前" in line and "：" in line] == ["申请仲裁：2026年11月10日前"]
    assert [field for field in FIELDS if field in markup(sheet)] == []
    told = str((lines, rows))
    assert [secret for secret in (legal.PHONE, "晚上", "t9", "别人也看得到") if secret in told] == []
    assert list(listed.iter_rows(values_only=True)) == [
        ("材料", "有没有", "文件"), ("../../合同.pdf", "有", "../../合同.pdf"), ("'=1+1", "有", "'=1+1"),
        ("丢了.pdf", "有", "丢了.pdf"),
    ]  # fmt: skip
    assert await legal.looked(one_desk, f"/cases/{number}/pack") == [("li", "view")]


async def test_pack_that_would_be_too_large_is_not_made(one_desk, monkeypatch):
    named(one_desk)
    number, li = await legal.opened(one_desk)
    await li.follow(f"/cases/{number}/handling", "ask", party="first")
    await agree(one_desk, number)
    monkeypatch.setattr(case_pack, "MOST_BYTES", 7)
    async with one_desk.database.transaction() as session:
        case = await session.get_one(Case, number)
        await note(session, Kept("a" * 64, 8, "x"), by=case.member_id, purpose="case", now=one_desk.clock())
        session.add(
            CasePaper(
                case_id=number, paper="", standing="have", name="x", digest="a" * 64, at=one_desk.clock()
            )
        )

    got = await li.open(f"/cases/{number}/pack")

    assert got.status == 422
    assert "材料太大，放不进一个包" in got.text
    async with one_desk.database.transaction() as session:
        assert await session.get(File, "a" * 64) is not None


@pytest.mark.parametrize(
    ("file", "called"),
    [
        (Found("", "合同.pdf", "file", own=True), "07-合同.pdf"),
        (Found("", "a/b\\c:d\x00", "file", own=True), "07-a-b-c-d-"),
        (Found("", " .. ", "file", own=True), "07-file"),
        (Found("", "voice", "voice", own=True), "07-voice.ogg"),
        (Found("", "门口.jpg", "photo", own=True), "07-门口.jpg"),
    ],
)
def test_name_in_the_pack_is_never_a_path(file, called):
    assert case_pack.name(7, file) == called
