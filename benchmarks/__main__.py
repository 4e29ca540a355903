"""Measures everything and writes docs/benchmarks.md."""

import asyncio
import logging

import structlog

from benchmarks import (
    console,
    memory,
    million,
    notices,
    pacing,
    photo_intake,
    report,
    search,
    sign_ups,
    telegram_sends,
    telegram_updates,
    turns,
    wechat_messages,
)
from models import crypto

PARTS = (
    search, turns, sign_ups, photo_intake, telegram_sends, telegram_updates, wechat_messages, notices, pacing, million, console, memory,
)  # fmt: skip


async def _all() -> list[report.Row]:
    rows: list[report.Row] = []
    for part in PARTS:
        print(f"{part.__name__} …", flush=True)
        rows += await part.rows()
    return rows


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    crypto.use([crypto.new_key()], b"a secret for benchmarks")
    found = asyncio.run(_all())
    report.write(found)
    for row in found:
        print(f"{row.what}: {row.ours} | {row.peer} | {row.ratio}")
