"""Questions that ask alike come together."""

from handlers.search import likeness


def test_questions_that_ask_alike_come_together():
    asked = [
        "跳棋比赛怎么报名",
        "工资没发",
        "跳棋比赛啥时候报名",
        "今天天气",
        "跳棋比赛怎么报名？",
        "!!",
        "!!",
    ]

    assert likeness.groups(asked) == [[0, 2, 4], [1], [3], [5, 6]]


def test_no_questions_make_no_groups():
    assert likeness.groups([]) == []
