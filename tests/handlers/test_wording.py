"""How times are told."""

from datetime import UTC, datetime

import pytest

from handlers import wording
from handlers.wording import BEIJING


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (datetime(2026, 12, 20, 9, 0, tzinfo=BEIJING), "12月20日（周日）上午9:00"),
        (datetime(2026, 12, 6, 20, 5, tzinfo=BEIJING), "12月6日（周日）晚上8:05"),
        (datetime(2026, 12, 6, 12, 0, tzinfo=BEIJING), "12月6日（周日）下午12:00"),
        (datetime(2026, 12, 7, 0, 0, tzinfo=BEIJING), "12月6日（周日）晚上12点"),
        (datetime(2026, 12, 6, 23, 59, tzinfo=BEIJING), "12月6日（周日）晚上12点"),
        (datetime(2027, 1, 1, 0, 0, tzinfo=BEIJING), "12月31日（周四）晚上12点"),
        (datetime(2026, 12, 31, 17, 0, tzinfo=UTC), "1月1日（周五）上午1:00"),
    ],
)
def test_when_names_weekday_and_part_of_the_day(moment, told):
    assert wording.when(moment) == told


def test_by_names_the_day_only_when_it_is_another():
    now = datetime(2026, 11, 24, 9, 0, tzinfo=BEIJING)

    assert wording.by(datetime(2026, 11, 24, 9, 30, tzinfo=BEIJING), now) == "上午9:30"
    assert wording.by(datetime(2026, 11, 25, 9, 30, tzinfo=BEIJING), now) == "11月25日（周三）上午9:30"


@pytest.mark.parametrize(("name", "shown"), [("王芳", "王*"), ("欧阳娜娜", "欧***"), ("王", "王"), ("", "")])
def test_name_at_the_door_shows_its_first_character_only(name, shown):
    assert wording.masked_name(name) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [("o6_bmjrPTlm6_2sgVt7hMZOPfL2M", "o6_b…fL2M"), ("123456789012", "123456789012"), ("7", "7")],
)
def test_long_address_is_shown_by_its_ends(address, shown):
    assert wording.masked_address(address) == shown


def test_channels_are_told_by_their_names():
    names = ("telegram", "wechat", "web", "phone", "fax")
    assert [wording.channel(name) for name in names] == ["Telegram", "微信", "网页", "电话", "fax"]
