"""Content that leads nowhere is named at the start."""

from dataclasses import replace

import pytest

from config.content import ContentError
from config.entries import Question
from config.lists import FormText
from handlers.members import services
from handlers.router import Router


@pytest.mark.parametrize("ask", ["card.asked", "card"])
def test_question_that_names_no_text_is_named(edition, ask):
    form = FormText(ends="card", questions=(Question(name="digits", ask=ask),))
    content = replace(edition.content, forms={**edition.content.forms, "sample": form})

    with pytest.raises(ContentError, match=rf"forms\.yaml: sample: ask: there is no text {ask}"):
        Router(services()).check(content)


def test_question_of_an_entry_that_names_no_text_is_named(edition):
    entry = edition.content.entries[0].model_copy(
        update={"form": (Question(name="name", ask="card.asked"),), "ends": "card"}
    )

    with pytest.raises(ContentError, match=rf"{entry.slug}: ask: there is no text card\.asked"):
        Router(services()).check(replace(edition.content, entries=(entry,)))


def test_question_in_words_or_by_the_key_of_a_text_is_in_order(edition):
    questions = (Question(name="digits", ask="card.ask"), Question(name="name", ask="您的姓名？"))
    form = FormText(ends="card", questions=questions)

    Router(services()).check(replace(edition.content, forms={**edition.content.forms, "sample": form}))
