"""WeChat: the callback that it posts to, its narrow ways out, and letters as numbered text."""

from bot.channels.wechat.channel import WeChat

__all__ = ["WeChat"]
