"""Every column that leads to a member is sealed, or stands in docs/privacy.md with the reason why it is not."""

import re

from sqlalchemy import JSON, String

from models import crypto
from models.migrate import declared
from tests.models.life import theirs
from tests.processes import ROOT

BESIDE = (
    "outbox", "inbox", "unanswered", "roster", "roster_imports", "audit",
    "shown_lists", "wechat_windows", "wechat_consents", "wechat_months",
)  # fmt: skip
"""Tables with what members say or are told that no foreign key leads to."""


def test_every_plain_column_is_decided_on():
    guide = set(re.findall(r"`([a-z_]+\.[a-z_]+)`", (ROOT / "docs/privacy.md").read_text(encoding="utf-8")))
    plain = {
        f"{name}.{column.name}"
        for name in (*theirs(), *BESIDE)
        for column in declared().tables[name].columns
        if isinstance(column.type, String | JSON) and not crypto.is_secret(column)
    }

    assert sorted(plain - guide) == []
    assert sorted(column for column in guide - plain if column.partition(".")[0] in theirs()) == []


def test_every_table_of_members_stands_in_the_guide():
    guide = (ROOT / "docs/privacy.md").read_text(encoding="utf-8")

    assert [name for name in (*theirs(), *BESIDE) if f"`{name}`" not in guide] == []
