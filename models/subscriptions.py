"""What news members want, and when they want to be left alone."""

from config.notices import TOPICS
from models.members import Member


def bit(topic: str) -> int:
    """Return the bit that stands for *topic* in a member's `topics`."""
    return 1 << TOPICS.index(topic)


def has(member: Member, topic: str) -> bool:
    """Say whether *member* gets news of *topic*."""
    return member.wants_news and bool(member.topics & bit(topic))


def switch(member: Member, topic: str) -> None:
    """Turn news of *topic* on or off; the first topic turned on turns news on."""
    if not member.wants_news:
        member.wants_news, member.topics = True, bit(topic)
    else:
        member.topics ^= bit(topic)
