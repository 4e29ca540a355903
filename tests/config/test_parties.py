"""The five parties: five, each once, and named by staff only."""

import pytest
from pydantic import ValidationError

from config.parties import Parties

FIVE = [{"key": key, "name": f"{key}方"} for key in ("one", "two", "three", "four", "five")]


def test_nobody_is_named_until_somebody_does_it(edition):
    assert [party.named for party in edition.content.parties.parties] == [False] * 5


@pytest.mark.parametrize("parties", [FIVE[:4], [*FIVE[:4], FIVE[0]], [*FIVE, {"key": "six", "name": "六"}]])
def test_other_than_five_different_ones_is_a_mistake(parties):
    with pytest.raises(ValidationError):
        Parties.model_validate({"parties": parties})
