"""Documents that people go on writing: DOCX made of plain words only, so that nothing in them is computed or fetched."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docx.document import Document as Made  # there for the type checker only

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LATIN, HAN = "Times New Roman", "宋体"
RED = (0xB3, 0x20, 0x1C)
NOT_IN_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands under it: paragraphs, then a table whose first row is its head."""

    title: str
    paragraphs: Sequence[str] = ()
    table: Sequence[Sequence[str]] = ()


def docx(title: str, parts: Sequence[Part], *, mark: str = "") -> bytes:
    """Return a document of *parts*; *mark* stands at the head and foot of each page."""
    # 20 MB of memory that a process needs only once somebody wants a document
    from docx import Document  # noqa: PLC0415 -- see above
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415 -- see above
    from docx.oxml.ns import qn  # noqa: PLC0415 -- see above
    from docx.shared import Pt, RGBColor  # noqa: PLC0415 -- see above

    made = Document()
    style = made.styles["Normal"]
    style.font.name, style.font.size = LATIN, Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), HAN)
    properties = made.core_properties
    properties.author, properties.comments, properties.title = "", "", plain(title)
    for edge in (made.sections[0].header, made.sections[0].footer):
        line = edge.paragraphs[0]
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.add_run(plain(mark)).font.color.rgb = RGBColor(*RED)
    head = made.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = head.add_run(plain(title))
    run.bold, run.font.size = True, Pt(18)
    for part in parts:
        _write(made, part)
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def plain(text: str) -> str:
    """Return *text* without characters that no document can hold."""
    return NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _write(made: "Made", part: Part) -> None:
    made.add_paragraph().add_run(plain(part.title)).bold = True
    for text in part.paragraphs:
        made.add_paragraph(plain(text))
    if part.table:
        table = made.add_table(len(part.table), len(part.table[0]), style="Table Grid")
        for row, cells in zip(table.rows, part.table, strict=True):
            for cell, text in zip(row.cells, cells, strict=True):
                cell.text = plain(text)
