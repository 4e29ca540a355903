"""What staff write down for a notice, and each mistake in it told in one line."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from config.notices import Audience, Button, Plan, Template, plan

READY = Template(
    title="讲座",
    text="{name}，{event}：{hall}",
    topic="law",
    fills={"hall": "一层", "who": "律师"},
    choices=(Button(label="报名", to="show:law"),),
)
TEMPLATES = {"talk": READY}
WHOM = {"audience": {"everybody": True}}
BARE = {"title": "停水", "text": "停水", "topic": "aid", **WHOM}


def problem(said: dict[str, Any]) -> str:
    with pytest.raises(ValueError) as error:  # noqa: PT011 -- compared whole by who asks
        plan(said, TEMPLATES)
    return str(error.value)


def test_notice_is_completed_from_its_template():
    found = plan({"template": "talk", "fills": {"hall": "二层"}, "event": "law", **WHOM}, TEMPLATES)

    assert found == Plan(
        title="讲座", text="{name}，{event}：{hall}", topic="law", fills={"hall": "二层", "who": "律师"},
        choices=(Button(label="报名", to="show:law"),), event="law", audience=Audience(everybody=True),
        template="talk",
    )  # fmt: skip
    assert found.unknown() == []


def test_notice_without_a_template_stands_alone():
    found = plan(BARE, TEMPLATES)

    assert (found.template, found.kind, found.valid_hours) == ("", "news", 168)


def test_placeholders_that_nobody_fills_in_are_named():
    found = plan({**BARE, "text": "{name}，{month}{seat}，{place}，{when}，{{x}}"}, TEMPLATES)

    assert found.unknown() == ["place", "seat", "when"]
    assert found.unknown(frozenset(["seat"])) == ["place", "when"]
    assert found.model_copy(update={"event": "chess", "fills": {"when": "三点"}}).unknown() == ["seat"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"template": "nothing"}, "template: there is no nothing"),
        ({"text": ""}, "text: String should have at least 1 character"),
        ({"topic": None}, "topic: news has one of activities, training, aid, law, journal, so that members may turn it off"),
        ({"picture": "p", "text": "x" * 901}, "text: beside a picture or file at most 900 characters"),
        ({"file": "f", "picture": "p"}, "file: a notice carries a picture or a file, not both"),
        ({"file": "p", "text": "x" * 901}, "text: beside a picture or file at most 900 characters"),
        ({"text": "x" * 1001}, "text: String should have at most 1000 characters"),
        ({"kind": "service"}, "kind: a service notice is about an event, a notice or a sheet of the members themselves"),
        ({"send_at": "2026-12-01T09:00"}, "send_at: needs its time zone, as in 2026-12-01T09:00+08:00"),
        ({"send_until": "2026-12-01T09:00"}, "send_until: needs its time zone, as in 2026-12-01T09:00+08:00"),
        ({"send_at": "2026-12-01T09:00Z", "send_until": "2026-12-01T09:00Z"}, "send_until: lies before send_at"),
        ({"recurrence": {"cron": "0 10 * * *"}, "send_at": "2026-12-01T09:00Z"}, "recurrence: says when by itself; valid_hours tells how long each is good for"),
        ({"recurrence": {"cron": "0 10 * * *"}, "send_until": "2026-12-01T09:00Z"}, "recurrence: says when by itself; valid_hours tells how long each is good for"),
        ({"choices": [{"label": "报名"}]}, "choices.0: a button has an action or a url"),
        ({"choices": [{"label": "报名", "to": "human", "url": "https://example.org"}]}, "choices.0: a button has an action or a url"),
        ({"choices": [{"label": "香山", "to": "poll:1:0"}]}, "choices.0: to: leads to a poll, never to one of its answers"),
        ({"audience": {"without": {"everybody": True}}}, "audience: an audience says whom it is for, if it is everybody: true"),
        ({"audience": {"street": ["上地"]}}, "audience.street: Extra inputs are not permitted"),
        ({"sender": "x"}, "sender: Extra inputs are not permitted"),
    ],
)  # fmt: skip
def test_mistake_is_told_in_one_line(said, told):
    assert problem({**BARE, **said}) == told


@pytest.mark.parametrize("title", ["{", "{name}"])
def test_title_has_no_braces(title):
    assert problem({**BARE, "title": title}) == "title: is the same for everybody and has no braces"


@pytest.mark.parametrize(
    "text", ["{", "{name", "{name}}", "{}", "{0}", "{name.upper}", "{name!r}", "{name[0]}", "{name:d}"]
)
def test_braces_that_cannot_be_filled_in_are_told(text):
    told = "text: braces hold a name, as in {name}; a brace itself is written twice"

    assert problem({**BARE, "text": text}) == told


@pytest.mark.parametrize("text", ["{name}，{座位(1号)}", "{{0}}，{{}}", "没有"])
def test_braces_that_can_be_filled_in_are_taken(text):
    assert plan({**BARE, "text": text}, TEMPLATES).text == text


def test_times_with_their_zone_are_taken():
    said = {"send_at": "2026-12-01T09:00+08:00", "send_until": "2026-12-01T10:00+08:00"}
    found = plan({**BARE, **said}, TEMPLATES)

    assert found.send_at == datetime(2026, 12, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "said",
    [{"to": "Human"}, {"to": "human:"}, {"url": "http://example.org"}, {"to": "a" * 51}, {"to": "poll:1:0"}],
)
def test_button_leads_where_a_button_can(said):
    with pytest.raises(ValidationError):
        Button(label="报名", **said)


@pytest.mark.parametrize(
    ("said", "own"),
    [
        ({"event": {"slug": "chess"}}, True),
        ({"notice": {"number": 1}}, True),
        ({"sheet": True}, True),
        ({"roles": ["五方联系人"]}, True),
        ({"everybody": True}, False),
        ({"areas": ["上地"], "event": {"slug": "chess"}}, True),
        ({"any": [{"sheet": True}, {"event": {"slug": "chess"}}]}, True),
        ({"any": [{"sheet": True}, {"areas": ["上地"]}]}, False),
    ],
)
def test_service_is_about_what_members_have_themselves(said, own):
    assert Audience.model_validate(said).own is own
