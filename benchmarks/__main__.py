"""Measures everything and writes docs/benchmarks.md, or only the parts that are named, and writes nothing."""

import asyncio
import logging
import sys

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
    wechat_abuse,
    wechat_messages,
)
from models import crypto

PARTS = (
    search, turns, sign_ups, photo_intake, telegram_sends, telegram_updates, wechat_messages, wechat_abuse, notices, pacing, million,
    console, memory,
)  # fmt: skip


async def _measured(names: list[str]) -> list[report.Row]:
    rows: list[report.Row] = []
    for part in PARTS:
        if names and part.__name__.removeprefix("benchmarks.") not in names:
            continue
        print(f"{part.__name__} …", flush=True)
        for row in await part.rows():
            print(f"  {row.what}: {row.ours} | {row.peer} | {row.ratio} | {row.how}", flush=True)
            rows.append(row)
    return rows


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    crypto.use([crypto.new_key()], b"a secret for benchmarks")
    found = asyncio.run(_measured(sys.argv[1:]))
    if not sys.argv[1:]:
        report.write(found)
