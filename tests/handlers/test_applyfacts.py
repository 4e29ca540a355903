"""What an application says in words that colleagues read."""

from dataclasses import replace

from config.entries import Question
from handlers import applyfacts
from models.applications import Application, ApplicationStep


def test_answers_stand_under_their_questions(edition):
    form = (
        Question(name="said", ask="menu"), Question(name="why", ask="为什么申请？"),
        Question(name="part", ask="x", part="学历"), Question(name="left", ask="还有吗？"),
    )  # fmt: skip
    entry = edition.content.entries[0].model_copy(update={"form": form})
    content = replace(edition.content, entries=(entry,))
    given = {"odd": "怪", "part": "本科", "why": "病了", "said": "菜单", "empty": ""}
    application = Application(slug=entry.slug, answers=given)

    found = applyfacts.answers(content, application)

    menu = content.texts["menu"].text
    assert found == [(menu, "菜单"), ("为什么申请？", "病了"), ("学历", "本科"), ("odd", "怪")]
    assert applyfacts.answers(content, Application(slug="gone", answers={"a": "b"})) == [("a", "b")]
    assert content.title(entry.slug) == entry.title
    assert content.title("gone") == "gone"
    given = ApplicationStep(kind="account", before="approved", after="approved")
    assert applyfacts.step(given) == "填了收款账号"
    assert applyfacts.masked_account("12") == "****"
