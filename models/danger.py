"""Who is in danger, and so is left alone with news and questions for a day."""

from datetime import datetime

from sqlalchemy import Select, or_, select

from models import handoffs
from models.cases import OVER, Case
from models.handoffs import SPARED
from models.members import Member


def in_danger(now: datetime) -> Select[int]:
    """Select the ids of members with a talk or a case of danger, or who had one less than a day ago."""
    since = now - SPARED
    recent = or_(Case.state.not_in(OVER), Case.opened_at > since, Case.closed_at > since)
    cases = select(Case.member_id).where(Case.urgency == "P0", recent)
    return select(Member.id).where(or_(Member.id.in_(handoffs.in_danger(now)), Member.id.in_(cases)))
