"""Resident memory: the service with its channels against an echo bot of aiogram."""

import asyncio
import re
import sys
import tempfile
from pathlib import Path

from benchmarks import platform
from benchmarks.report import Row, versus
from benchmarks.telegram_updates import environment
from tests.processes import ROOT
from tests.processes import serving as service


async def rows() -> list[Row]:
    """Measure both when they have come to rest."""
    async with platform.serving() as server:
        with tempfile.TemporaryDirectory() as name:
            async with service(Path(name), **environment(server.url, rate="30")) as running:
                await asyncio.sleep(2)
                ours = resident(running.pid)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.echo_bot", "polling", server.url, cwd=ROOT,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await asyncio.sleep(15)
        theirs = resident(process.pid)
        process.kill()
        await process.wait()
    return [versus("resident memory, all channels on", ours, theirs, "MB", against="aiogram echo bot")]


def resident(pid: int | str, *, highest: bool = False) -> float:
    """Return the resident memory of a process in MB, as Linux tells it: now, or at its highest."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(rf"{'VmHWM' if highest else 'VmRSS'}:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")
