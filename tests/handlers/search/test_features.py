"""How alike a text is to each phrasing."""

import pytest

from handlers.search.features import Features


@pytest.mark.parametrize("text", ["", "zzz"])
def test_text_of_which_nothing_is_known_is_like_nothing(text):
    assert Features(["会费", "交多少"]).alike(text).tolist() == [0, 0]


def test_phrasing_itself_is_most_alike_and_one_that_shares_a_word_is_a_little():
    itself, near, far = Features(["会费交多少", "会费怎么交", "下棋"]).alike("会费交多少")

    assert itself == pytest.approx(1.5, abs=1e-5)  # one for its characters, half for its sound
    assert itself > near > far == 0
