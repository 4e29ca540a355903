"""Telegram: the library's Bot, types and errors over the process's own HTTP session."""

import os

os.environ.setdefault(
    "PTB_TIMEDELTA", "1"
)  # the library's coming type for spans of time; read on each access

from bot.channels.telegram.channel import Telegram

__all__ = ["Telegram"]
