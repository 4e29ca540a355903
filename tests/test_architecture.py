"""The examples of docs/architecture.md are whole: a new service is one module and one test, a programme one file."""

import re
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from config import files
from config.content import Content, Piece
from config.settings import CONTENT_DIR
from handlers.dialogue import Dialogue
from handlers.members import services
from handlers.router import Router
from handlers.search.index import Index
from tests.transcripts import Chat

GUIDE = (Path(__file__).parent.parent / "docs/architecture.md").read_text(encoding="utf-8")
SERVICE, TEST = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
(PROGRAMME,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


def module(code: str) -> ModuleType:
    """Return *code* as a module."""
    made = ModuleType("example")
    exec(code, made.__dict__)
    return made


@pytest.fixture
def with_service(chat, edition) -> Chat:
    """A chat that knows the example's service."""
    router = Router([*services(), module(SERVICE).service])
    router.check(edition.content)
    chat.dialogue = Dialogue(router, edition)
    return chat


async def test_service_of_the_guide_answers(with_service):
    await module(TEST).test_slogan_is_told(with_service)


async def test_without_its_module_the_word_is_only_a_question(chat):
    with pytest.raises(AssertionError):
        await module(TEST).test_slogan_is_told(chat)


def test_programme_of_the_guide_is_found_by_its_words(edition):
    piece = Piece("programmes", "checkers", yaml.safe_load(PROGRAMME), "checkers.yaml")
    content = Content.of([*files.read(CONTENT_DIR), piece])
    index = Index.build(content.entries, content.guards, content.development)

    found = index.search("想报名跳棋大赛")

    assert (found.decision, found.entries[0]) == ("answer", "checkers")
