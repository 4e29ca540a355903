"""Documents are made of plain words, whatever these are."""

import io
import re
from zipfile import ZipFile

from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from models import word
from models.word import Part


def shape(body: bytes) -> list[str]:
    """Return the elements of a document in their order, without what is written in them."""
    with ZipFile(io.BytesIO(body)) as pack:
        return re.findall(r"<(/?w:[A-Za-z]+)", pack.read("word/document.xml").decode())


@settings(max_examples=20, deadline=None)
@given(
    st.text(
        alphabet=st.characters(exclude_characters="\n\r\t", exclude_categories=("Cs",)),
        min_size=1,
        max_size=40,
    )
)
def test_words_never_become_markup(said):
    made = word.docx("x", [Part("y", [f"字{said}"])])

    assert shape(made) == shape(word.docx("x", [Part("y", ["a"])]))
    assert Document(io.BytesIO(made)).paragraphs[2].text == f"字{word.plain(said)}"


def test_lines_and_what_no_document_can_hold():
    assert word.plain("一\r\n二\r三\x00\x0b\ud800\ufffe") == "一\n二\n三"


def test_document_names_nobody_who_made_it():
    properties = Document(io.BytesIO(word.docx("题", []))).core_properties

    assert (properties.author, properties.comments, properties.title) == ("", "", "题")
