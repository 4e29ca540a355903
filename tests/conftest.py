"""Fixtures that all tests share."""

import gc
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from config.content import Content
from config.lists import Colleague
from handlers.dialogue import Dialogue, Edition
from handlers.members import services
from handlers.router import Router
from handlers.safety import Safety
from handlers.search.index import Index
from models import crypto
from tests import stock
from tests.databases import *  # noqa: F403 -- the database fixtures
from tests.transcripts import Chat

crypto.use([crypto.new_key()], b"a secret for tests")


@pytest.fixture(scope="session")
def edition() -> Edition:
    """The real content, without demo dates."""
    content = Content.of(stock.pieces())
    return Edition(
        content, Index.build(content.entries, content.guards, content.development), Safety(content.danger)
    )


@pytest.fixture(scope="session")
def demo_content() -> Content:
    """The real content with demo dates counted from 10 November 2026."""
    return Content.of(stock.pieces(date(2026, 11, 10)))


@pytest.fixture
def dialogue(edition: Edition) -> Dialogue:
    return Dialogue(Router(services()), edition)


@pytest.fixture
def chat(database, dialogue, clock) -> Chat:
    return Chat(database, dialogue, clock)


@pytest.fixture
def staffed(dialogue: Dialogue) -> Callable[[], None]:
    """Put a colleague on duty."""
    content = dialogue.edition.content
    duty = content.duty.model_copy(
        update={"staff": (Colleague(name="值班（演示）", channel="phone", address="desk"),)}
    )
    dialogue.edition = replace(dialogue.edition, content=replace(content, duty=duty))
    return duty


SLOW = (
    "test_notice_process.py",
    "test_notice_killed.py",
    "test_console.py",
    "test_question_process.py",
    "test_process.py",
    "test_account_process.py",
    "test_applications.py",
    "test_sign_up_process.py",
    "test_apply_process.py",
    "test_case_year.py",
    "test_invariant.py",
    "test_states.py",
    "test_race.py",
    "test_chat.py",
    "test_case.py",
    "test_photos.py",
    "test_console_crowded.py",
    "test_client.py",
    "test_held.py",
)
"""Files that take longest: they begin first, so that no process of the tests is left with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.name not in SLOW)


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what stays, code and tests, and come less often: that saves a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)
