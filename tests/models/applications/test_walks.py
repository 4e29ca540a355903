"""Every state and every change of DOMAIN.md, section 6: none but the allowed ones, by whom they are, and never by one person alone."""

import os
import random
from decimal import Decimal
from itertools import pairwise

import pytest

from models import application_states, applications
from models.application_rules import OVER, STATES, allowed
from models.application_states import DECISIONS, OWN
from models.applications import Application
from models.base import Refused
from tests.models.applications.desk import LECTURE, RELIEF, TUITION

WALKS, STEPS = int(os.environ.get("WALKS", "6")), 25
PLANS = {"tuition": TUITION, "relief": RELIEF, "lecture": LECTURE}
COLLEAGUES = ("li", "zhao", "qian", "sun")


async def standing(desk, plan, state: str, number: int) -> Application:
    """Return an application in *state* for which nothing is missing: it was checked, and what it waits for is over."""
    found = await desk.apply(plan, who=f"m{number}")
    applications.note(desk.session, found, "state", state, by="clock", now=desk.clock())
    applications.note(desk.session, found, "check", state, by="li", now=desk.clock())
    found.state, found.amount = state, "2000" if plan.money else ""
    found.due = desk.clock() if state == "publicity" else None
    await desk.session.flush()
    return found


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
@pytest.mark.parametrize("state", STATES)
async def test_every_change_is_allowed_or_refused(desk, plan, state):
    made = set()
    for number, to in enumerate(STATES):
        found = await standing(desk, plan, state, number)
        reason = await _refusal(desk, found, to)
        assert (reason, found.state) in {("", to), ("apply_state", state)}
        if not reason:
            made.add(to)

    assert made == allowed(plan, state)


async def _refusal(desk, found, to: str) -> str:
    """Let whose it is bring *found* into the state *to*; return why it is refused, if it is."""
    try:
        if to in OWN:
            await desk.own(found, to, "理由")
        else:
            await desk.move(found, to, "zhao", reason="理由")
    except Refused as refused:
        return str(refused)
    return ""


async def _step(desk, found, dice) -> None:
    """Let somebody do something, be it refused or not."""
    to, who = dice.choice(STATES), dice.choice(COLLEAGUES)
    amount = Decimal(dice.choice(["0", "100", "2999.99", "3000", "3001"]))
    reason = dice.choice(["", "理由"])
    try:
        match dice.randrange(4):
            case 0:
                await desk.check(found, who)
            case 1:
                await desk.own(found, to, reason)
            case _:
                likely = dice.choice(sorted(allowed(found.rules, found.state)) or [to])
                await desk.move(found, dice.choice([to, likely, likely]), who, reason=reason, amount=amount)
    except Refused:
        pass
    await desk.session.flush()
    if dice.random() < 0.2:
        desk.clock.tick(dice.choice([3600, 86400, 8 * 86400]))
        await application_states.lapse(desk.session, now=desk.clock())


def _checked_by(steps, before: int) -> set[str]:
    """Return who checked since it was last handed in."""
    done = steps[:before]
    begun = max(n for n, step in enumerate(done) if step.after == "submitted")
    return {step.by for step in done[begun:] if step.kind == "check"}


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
async def test_however_it_goes_nobody_decides_alone(desk, plan):
    for walk in range(WALKS):
        dice = random.Random(walk)
        found = await desk.apply(plan, who=f"m{walk}", relatives="sun（演示）", answers={"degree": "本科"})
        for _ in range(STEPS):
            if found.state in OVER:
                break
            await _step(desk, found, dice)

        steps = await applications.steps(desk.session, found)
        changes = [step for step in steps if step.kind == "state"]
        for before, after in pairwise(changes):
            assert after.before == before.after
            assert after.after in allowed(plan, before.after)
        for number, step in enumerate(steps):
            assert step.by != "sun"  # a relative
            if step.kind == "state" and step.after in DECISIONS:
                checkers = _checked_by(steps, number)
                assert checkers
                assert step.by not in checkers
        amount = applications.decided(found)
        assert amount is None or plan.ceiling is None or 0 < amount <= plan.ceiling
