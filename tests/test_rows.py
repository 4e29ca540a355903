"""Every row of what the federation offers is found by asking for it, with its figures and its year."""

from pathlib import Path

import pytest
import yaml

from config.entries import Entry
from handlers.answers import core
from handlers.choosing import tidy
from handlers.confiding import Ways
from handlers.service import Turn
from models.conversations import Conversation
from models.members import Member
from models.messages import Address, Incoming

ROWS = yaml.safe_load((Path(__file__).parent / "data/rows.yaml").read_text(encoding="utf-8"))


def read(content, entry: Entry, now) -> str:
    """Return the core of the answer that a member reads."""
    message = Incoming("1", Address("web", "wang"))
    return core(Turn(message, Member(), None, content, now, Conversation(), Ways()), entry)


def test_rows_are_found_in_the_first_three(edition):
    asked = [(row["id"], question) for row in ROWS for question in row["ask"]]
    entry_of = edition.content.by_slug
    missed = [
        (row, question)
        for row, question in asked
        if not any(row in entry_of[slug].covers for slug in edition.index.search(question).entries[:3])
    ]

    assert len(missed) <= 0.1 * len(asked), missed


@pytest.mark.parametrize("row", [row for row in ROWS if row["figures"]], ids=lambda row: row["id"])
def test_figures_stand_in_the_answer(edition, clock, row):
    told = [
        read(edition.content, entry, clock())
        for entry in edition.content.entries
        if row["id"] in entry.covers
    ]

    assert [text for text in told if all(figure in text.replace(",", "") for figure in row["figures"])]


def test_questions_stand_only_here(edition):
    asked = {tidy(question) for row in ROWS for question in row["ask"]}
    known = {
        tidy(phrasing)
        for entry in edition.content.entries
        for phrasing in (*entry.phrasings, *entry.english_phrasings)
    }

    assert asked & known == set()
