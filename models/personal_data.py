"""All that is kept about one member, as a table that they can read (PIPL 45)."""

from collections.abc import AsyncIterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models import application_data, case_data, handoffs, lists
from models.answers import NoticeAnswer
from models.consents import Consent
from models.conversations import Conversation
from models.events import Event
from models.files import File
from models.handoffs import MEMBER, NOTE, HandOff, HandOffLine
from models.interests import Interest
from models.linking import Link
from models.members import Contact, Member
from models.membership import Unmatched
from models.notice_lines import NoticeLine
from models.notices import Notice
from models.opinions import Opinion
from models.outbox import Letter
from models.pairs import Pair
from models.places import Place
from models.roster import Card
from models.sheets_out import Cell
from models.staff import Staff
from models.works import Work

HEADER = ("类别", "内容", "时间")
FORMER = {
    "pending_approval": "等审核",
    "declined": "没要",
    "expired": "过期",
    "cancelled": "取消了",
    "rejected": "没通过",
}
Row = Sequence[Cell]


async def rows(session: AsyncSession, member: Member, *, reader: Staff | None = None) -> list[Row]:
    """Return everything kept about *member*, header first; a colleague as *reader* gets only the cases and applications they work on."""
    told = [row for part in (_self, _events, _talks) async for row in part(session, member)]
    told += [row async for row in case_data.rows(session, member, reader=reader)]
    told += [row async for row in application_data.rows(session, member, reader=reader)]
    return [HEADER, *told, *[row async for row in _notices(session, member)]]


async def files(session: AsyncSession, member: Member) -> dict[str, str]:
    """Return what *member* sent and still lies in the store, by its hash, each with a name."""
    query = select(File.hash).where(File.uploaded_by == member.id).order_by(File.hash)
    works = await session.scalars(select(Work).where(Work.member_id == member.id))
    return {
        **dict.fromkeys(await session.scalars(query), ""),
        **{work.original: work.code for work in works},
        **await handoffs.digests(session, member),
        **await application_data.files(session, member),
        **await case_data.files(session, member),
    }


async def _self(session: AsyncSession, member: Member) -> AsyncIterator[Row]:
    facts = {"姓名": member.name, "手机号": member.phone, "单位工会": member.union_name, "区域": member.area,
             "语言": member.language, "要活动消息": "要" if member.wants_news else "不要"}  # fmt: skip
    yield "编号", member.id, member.joined_at
    for name, said in facts.items():
        if said:
            yield name, said, None
    for card in await session.scalars(select(Card).where(Card.id == member.roster_id)):
        yield "京卡", f"{card.card}（{card.name}，{card.phone}）", member.verified_at
    for contact in await session.scalars(select(Contact).where(Contact.member_id == member.id)):
        yield "聊天地址", f"{contact.channel} {contact.address}", contact.dead_at
    for missed in await session.scalars(select(Unmatched).where(Unmatched.member_id == member.id)):
        yield "没对上的绑定", missed.said, missed.said_at
    for link in await session.scalars(select(Link).where(Link.member_id == member.id)):
        yield "关联手机", f"{link.channel} {link.address}".strip(), link.asked_at


async def _events(session: AsyncSession, member: Member) -> AsyncIterator[Row]:
    places = select(Place, Event).join(Event).where(Place.member_id == member.id)
    for place, event in await session.execute(places.order_by(Place.id)):
        state = lists.NAMES.get(place.state) or FORMER[place.state]
        said = f"{event.title}：{state} {place.name} {place.phone} {_said(place.answers)}"
        yield "报名", said.strip(), place.since
    opinions = (
        select(Opinion, Event)
        .select_from(Opinion)
        .join(Place)
        .join(Event)
        .where(Place.member_id == member.id)
    )
    for opinion, event in await session.execute(opinions.order_by(Place.id)):
        yield "评价", f"{event.title}：{opinion.answer} {opinion.words}".strip(), opinion.answered_at
    pairs = select(Pair, Event).join(Event).where(Pair.member_id == member.id)
    for pair, event in await session.execute(pairs.order_by(Pair.id)):
        yield "搭档", f"{event.title}：{_said(pair.wish)}", pair.until
    for work in await session.scalars(select(Work).where(Work.member_id == member.id).order_by(Work.id)):
        yield "作品", f"{work.event}：{work.code} {work.title} {work.place} {work.story}".strip(), work.at
    for consent in await session.scalars(select(Consent).where(Consent.member_id == member.id)):
        yield "同意", f"{consent.purpose} {consent.how}".strip(), consent.given_at
        if consent.withdrawn_at:
            yield "撤回同意", consent.purpose, consent.withdrawn_at
    for wish in await session.scalars(select(Interest).where(Interest.member_id == member.id)):
        yield "想知道的活动", wish.programme, wish.since


async def _talks(session: AsyncSession, member: Member) -> AsyncIterator[Row]:
    for talk in await session.scalars(select(Conversation).where(Conversation.member_id == member.id)):
        yield "对话", _said({**talk.asked, **talk.answers}), talk.touched_at
    for handoff in await session.scalars(select(HandOff).where(HandOff.member_id == member.id)):
        yield "找过同事", f"{handoff.about} {handoff.phone or ''}".strip(), handoff.asked_at
    lines = select(HandOffLine).join(HandOff).where(HandOff.member_id == member.id, HandOffLine.kind != NOTE)
    for line in await session.scalars(lines.order_by(HandOffLine.id)):
        yield "和同事说的话", f"{'我' if line.author == MEMBER else '同事'}：{line.text}", line.said_at


async def _notices(session: AsyncSession, member: Member) -> AsyncIterator[Row]:
    letters = (
        select(Notice.title, Letter.state, Letter.settled_at)
        .select_from(Notice)
        .join(Letter, Letter.notice_id == Notice.id)
    )
    for title, state, at in await session.execute(letters.where(Letter.member_id == member.id)):
        yield "通知", f"{title}（{state}）", at
    lines = (
        select(Notice.title, NoticeLine.fields)
        .select_from(Notice)
        .join(NoticeLine)
        .where(NoticeLine.member_id == member.id)
    )
    for title, fields in await session.execute(lines):
        yield "通知里填的", f"{title}：{_said(fields)}", None
    answers = (
        select(Notice.title, NoticeAnswer.action, NoticeAnswer.at).select_from(Notice).join(NoticeAnswer)
    )
    for title, action, at in await session.execute(answers.where(NoticeAnswer.member_id == member.id)):
        yield "按过的按钮", f"{title}：{action}", at


def _said(answers: Mapping[str, object]) -> str:
    return "；".join(f"{name} {said}" for name, said in answers.items() if said)
