"""Telegram: the library's Bot, types and errors over the process's own HTTP session."""

from bot.channels.telegram.channel import Telegram

__all__ = ["Telegram"]
