"""The rules of an application as they are typed: they come back as they went in, and hold for whoever applies from then on."""

from decimal import Decimal

import pytest

from handlers import rules_typed, typed
from models import application_states, applications, catalogue, members
from models import content as shelves
from models.applications import Application, Wanted
from models.base import Refused
from models.messages import Address
from tests import stock
from tests.models.applications.desk import Desk

TUITION = {
    "prefix": "XF", "steps": ["union_check", "district_review"], "money": True, "sums": {"大专": 1000, "本科": 2000},
    "sum_by": "degree", "year": 2014, "publicity_days": 5, "once": "year",
    "papers": [{"name": "diploma", "label": "毕业证书"}, {"name": "photo", "label": "照片", "needed": False}],
}  # fmt: skip
RELIEF = {
    "prefix": "YJ", "steps": ["union_check"], "money": True, "ceiling": 3000, "pays_first": True, "promise_days": 3,
    "supplement_days": 10, "appeal_days": 10, "hints": {"day": {"更早": "也先收下。"}},
}  # fmt: skip
SHORT = {"prefix": "K", "money": False, "publicity_days": 0}


def refused(reason):
    return pytest.raises(Refused, match=f"^{reason}$")


def said(rules, **changes):
    """Return what tells the fields of *rules* with *changes* typed over them, as a browser sends them."""
    typed_in = {**rules_typed.fields(rules), **{f"apply_{name}": value for name, value in changes.items()}}
    return lambda name: typed_in.get(name, "").replace("\n", "\r\n")


def body(rules, **changes):
    return rules_typed.body(said(rules, **changes), rules_typed.more(rules))


@pytest.mark.parametrize("rules", [TUITION, RELIEF, SHORT, {}])
def test_rules_come_back_as_they_went_in(rules):
    assert body(rules) == rules


def test_rules_are_read_in_plain_words():
    told = rules_typed.fields(TUITION)

    assert told["apply_steps"] == "工会核对\n区里审核"
    assert told["apply_sums"] == "大专 | 1000\n本科 | 2000"
    assert told["apply_papers"] == "diploma | 毕业证书\nphoto | 照片 | 可以不交"
    assert (told["apply_money"], told["apply_pays_first"], told["apply_year"]) == ("yes", "", "2014")
    assert rules_typed.fields({"prefix": "K", "ceiling": None})["apply_ceiling"] == ""


def test_what_is_no_number_is_left_to_the_rules_of_content():
    assert body(TUITION, publicity_days="五", ceiling="3000.50")["publicity_days"] == "五"
    assert body(TUITION, ceiling="3000.50")["ceiling"] == "3000.50"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"steps": "工会核对\n看一看"}, "rules_step"), ({"sums": "本科 2000"}, "rules_line"), ({"sums": "本科 |"}, "rules_line"),
        ({"sums": "本科 | 2000 | 元"}, "rules_line"), ({"papers": "毕业证书"}, "rules_line"), ({"papers": "| 毕业证书"}, "rules_line"),
        ({"papers": "diploma |"}, "rules_line"), ({"papers": "diploma | 毕业证书 | 不交"}, "rules_line"),
    ],
)  # fmt: skip
def test_line_that_says_nothing_is_refused(changes, reason):
    with refused(reason):
        body(TUITION, **changes)


def test_rest_that_is_no_rules_is_refused():
    with refused("content_yaml"):
        typed.body("programmes", lambda name: "application: 1" if name == "rest" else "")


async def _published(database, **changes):
    """Publish tuition aid with *changes* typed over the fields of its rules; return the edition."""
    async with database.transaction() as session:
        row = await catalogue.one(session, "programmes", "tuition-aid")
        form = [{"name": "degree", "ask": "哪一种学历？", "kind": "choice", "options": ["大专", "本科"]}]
        begun = {
            **row.body,
            "form": form,
            "ends": "apply",
            "application": row.body.get("application") or TUITION,
        }
        told = typed.fields("programmes", begun) | {f"apply_{name}": value for name, value in changes.items()}
        sent = typed.body("programmes", lambda name: told.get(name, ""))
        return await shelves.save(session, "programmes", "tuition-aid", sent, by="li", now=row.edited_at)


async def _apply(database, edition, who, now):
    async with database.transaction() as session:
        plan = edition.entry("tuition-aid").application
        at = Address("telegram", who)
        member = await members.at_address(session, at, now=now)
        wanted = Wanted(
            "tuition-aid", plan, edition.version, "王芳（演示）", "138", {"degree": "本科"}, "6222"
        )
        return (await applications.submit(session, member, at, wanted, now=now)).id


async def test_change_holds_for_those_who_apply_later_and_touches_none_under_way(database, clock):
    await stock.publish(database, now=clock())
    before = await _published(
        database, steps="工会核对\n区里审核", publicity_days="", sums="大专 | 1000\n本科 | 2000", sum_by="degree", year="2014",
        money="yes",
    )  # fmt: skip
    first = await _apply(database, before, "wang", clock())

    after = await _published(
        database, steps="工会核对", publicity_days="7", sums="大专 | 1500\n本科 | 2600", sum_by="degree", year="2026",
        papers="diploma | 毕业证书", money="yes",
    )  # fmt: skip
    second = await _apply(database, after, "li", clock())

    async with database.transaction() as session:
        old, new = await session.get_one(Application, first), await session.get_one(Application, second)
        assert (old.version, new.version) == (before.version, after.version)
        assert old.rules == before.entry("tuition-aid").application != new.rules
        assert (old.rules.steps, old.rules.year, old.amount) == (
            ("union_check", "district_review"),
            2014,
            "2000",
        )
        assert (new.rules.steps, new.rules.year, new.amount) == (("union_check",), 2026, "2600")
        assert new.rules.sums == {"大专": Decimal(1500), "本科": Decimal(2600)}
        desk = Desk(session, clock)
        for step in ("union_check", "district_review"):
            await desk.move(old, step)
            await desk.check(old)
        await application_states.move(session, old, "approved", await desk.staff("zhao"), now=clock())
        await desk.move(new, "union_check")
        await desk.check(new)
        with refused("apply_state"):
            await desk.move(new, "approved", "zhao")
        await desk.move(new, "publicity", "zhao")
        assert (old.state, old.amount, new.state, new.amount) == ("approved", "2000", "publicity", "2600")
