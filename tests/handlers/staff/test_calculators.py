"""The calculators at a caseworker's desk: every one can be filled in, told with its working, and nothing is kept."""

import pytest
from sqlalchemy import select

from models.audit import AuditLine
from models.law.registry import CALCULATORS
from tests.models.law.test_inputs import EXAMPLES


def typed(example: dict) -> dict[str, object]:
    """Return the inputs of an example as they are typed into the fields."""
    chosen = CALCULATORS[example["calculator"]].choice
    fields: dict[str, object] = {"which": example["calculator"]}
    for name, value in example["inputs"].items():
        if name == chosen:
            fields["which"] = f"{example['calculator']}.{value}"
        elif name == "entries":
            lines = (
                f"{one['date']} {one['hours_worked']} {'补休' if one['comp_leave'] else ''}" for one in value
            )
            fields[name] = "\n".join(lines)
        elif name == "suspensions":
            fields[name] = "\n".join(" ".join(span) for span in value)
        elif isinstance(value, list):
            fields[name] = "\n".join(value)
        elif value is not None:
            fields[name] = str(value).lower() if isinstance(value, bool) else value
    return fields


async def test_every_example_is_worked_out_as_in_chat(one_desk):
    li = await one_desk.enter("li", "caseworker")

    wrong = []
    for example in EXAMPLES:
        page = await li.do("/calculators", "calculate", **typed(example))
        sums = [
            value
            for value in example["expected"].values()
            if isinstance(value, str) and value.endswith(".00")
        ]
        missing = [one for one in sums if one[:-3] not in page.text and one != "0.00"]
        if page.status != 200 or missing:
            wrong.append((example["id"], page.status, missing))

    assert wrong == []


async def test_result_is_told_with_its_working_to_copy(one_desk):
    li = await one_desk.enter("li", "caseworker")
    inputs = {"start": "2005-05-06", "end": "2026-08-31", "avg12": "8000", "ground": "mutual_by_employer"}

    page = (await li.do("/calculators", "calculate", which="severance", **inputs)).text

    assert "要人看 这种情况要结合材料判断，数字只是个大概。 大约172000元。 怎么算的" in page
    assert "21.5个月×8000元＝172000元。" in page
    assert (
        "《劳动合同法》第36、46、47条（2008年起）、《劳动合同法实施条例》第27条（2008年起），仅供参考，以仲裁委或法院认定为准。"
        in page
    )
    assert "整段复制 大约172000元。" in page


async def test_what_cannot_be_is_told_and_the_fields_stay(one_desk):
    li = await one_desk.enter("li", "viewer")

    page = await li.do("/calculators", "calculate", which="retirement_age", category="female55", born="八月")

    assert (page.status, "还算不出来。出生年月：要写成2026-05这样，到月。" in page.text) == (422, True)
    assert 'value="八月"' in page.html
    assert '<option value="female55" selected>' in page.html


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("", "severance"),
        ("?which=work_injury.lump_sum", "work_injury.lump_sum"),
        ("?which=work_injury", "work_injury.deadlines"),
        ("?which=nothing.at.all", "severance"),
    ],
)
async def test_calculator_is_chosen_by_its_name(one_desk, query, chosen):
    li = await one_desk.enter("li", "approver")

    page = await li.open(f"/calculators{query}")

    assert (page.status, f'<option value="{chosen}" selected>' in page.html) == (200, True)
    assert "填好左边，按“算”。" in page.text


async def test_every_calculator_has_a_name_and_its_fields_theirs(one_desk):
    li = await one_desk.enter("li", "caseworker")
    first = await li.open("/calculators")

    keys = [part.partition('"')[0] for part in first.html.split('<option value="')[1:]][:25]
    for key in keys:
        assert (await li.open(f"/calculators?which={key}")).status == 200


async def test_nothing_is_written_down(one_desk):
    li = await one_desk.enter("li", "caseworker")
    inputs = {"which": "retirement_age", "category": "male60", "born": "1965-01"}

    assert "2025年2月，满60岁1个月。" in (await li.do("/calculators", "calculate", **inputs)).text

    async with one_desk.database.transaction() as session:
        assert list(await session.scalars(select(AuditLine))) == []


async def test_editors_and_organisers_do_not_have_it(one_desk):
    for role in ("editor", "organiser"):
        desk = await one_desk.enter(role, role)
        assert (await desk.open("/calculators")).status == 403
