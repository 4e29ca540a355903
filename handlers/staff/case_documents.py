"""What is taken away of a case: the pack for a mediation, and the draft of an application to the arbitration commission."""

from handlers import casedesk, casedrafts, casefacts
from handlers.casedesk import CASEWORK
from handlers.console import Page, Reply, Sheet, Visit
from models import case_deadlines, case_files, case_pack, case_papers, case_referrals, word
from models.base import Refused
from models.cases import Case
from models.sheets_out import Cell

ZIP = "application/zip"


async def pack(visit: Visit) -> Reply:
    """Give all that a mediation needs; only when the member agrees that it is passed on."""
    case = await casedesk.own(visit)
    if not await case_referrals.allowed(visit.session, case):
        raise Refused("sharing_missing")
    due = await case_deadlines.of(visit.session, case)
    open_ones = [(one.kind, one.safe_day) for one in due if one.met_at is None]
    parts = casedrafts.sheet(visit.content, case, open_ones)
    sheet = word.docx(f"案情 {case.number}", parts, mark="供调解用，请勿外传")
    files = await case_files.sent(visit.session, case)
    body = await case_pack.packed(visit.session, visit.store, sheet, await _list(visit, case), files)
    return Sheet(f"调解材料 {case.number}.zip", body, ZIP)


async def application(visit: Visit) -> Reply:
    """Give the draft of the application; it is never handed in by itself."""
    case = await casedesk.own(visit)
    papers = await case_papers.of(visit.session, case)
    parts = casedrafts.application(visit.content, case, papers, today=visit.today.date())
    body = word.docx("劳动人事争议仲裁申请书", parts, mark=casedrafts.MARK)
    return Sheet(f"仲裁申请书草稿 {case.number}.docx", body, word.DOCX)


async def _list(visit: Visit, case: Case) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = [("材料", "有没有", "文件")]
    for paper in await case_papers.of(visit.session, case):
        standing = casefacts.PAPERS.get(paper.standing, paper.standing)
        rows.append((casefacts.paper(paper), standing, paper.name))
    return rows


pages = (
    Page("/cases/{number}/pack", "调解材料包", CASEWORK, pack, personal=True),
    Page("/cases/{number}/application", "仲裁申请书草稿", CASEWORK, application, personal=True),
)
