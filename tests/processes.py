"""The service as a process of its own, for tests that start, kill and start again.

It is forked from a process that has the imports done, which take most of a start; one test starts the command itself.
"""

import asyncio
import multiprocessing
import os
import runpy
import signal
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from multiprocessing.context import ForkServerProcess as Process
from pathlib import Path

import aiohttp

ROOT = Path(__file__).parent.parent
START_SECONDS = 90
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.preloaded"])


def serve(environment: Mapping[str, str], log: str) -> None:
    """Be `run_bot.py serve` with this environment, writing to *log*."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(out, sys.stdout.fileno())
    os.dup2(out, sys.stderr.fileno())
    sys.argv = ["run_bot.py", "serve"]
    runpy.run_path("run_bot.py", run_name="__main__")


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Service:
    """A running service; *environment* holds its settings."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(
                ("TELEGRAM_", "WECHAT_", "DATA", "HTTP_", "COVERAGE_")
            )  # watched it starts too slowly
        }
        self._environment = {
            **kept,
            "DATA_DIR": str(folder),
            "HTTP_PORT": str(self.port),
            "LOG_LEVEL": "warning",
            **environment,
        }
        self._log = folder / "service.log"
        self._process: Process | None = None

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    async def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = _forks.Process(target=serve, args=(self._environment, str(self._log)), daemon=True)
        await asyncio.to_thread(self._process.start)
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as http:
            while True:
                assert self._process.exitcode is None, self.log()
                try:
                    async with http.get(f"{self.url}/health/ready") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it and return its exit code."""
        assert self._process is not None
        if self._process.exitcode is None:
            os.kill(self.pid, how)
        await asyncio.to_thread(self._process.join)
        assert self._process.exitcode is not None
        return self._process.exitcode

    def log(self) -> str:
        """Return what it has logged."""
        return self._log.read_text(encoding="utf-8")


@asynccontextmanager
async def serving(folder: Path, **environment: str) -> AsyncIterator[Service]:
    """Run a service; it is ended whatever happens."""
    service = Service(folder, **environment)
    await service.start()
    try:
        yield service
    finally:
        await service.end(signal.SIGKILL)


async def asked(page: aiohttp.ClientSession, url: str, number: str, text: str, *, after: int) -> str:
    """Say something and return the next letter as it comes over the stream."""
    async with page.post(f"{url}/api/chat/messages", json={"id": number, "text": text}) as answer:
        assert answer.status == 202
    async with page.get(f"{url}/api/chat/events", headers={"Last-Event-ID": str(after)}) as stream:
        async with asyncio.timeout(10):
            async for line in stream.content:
                if line.startswith(b"data: "):
                    return line.decode()
    return ""
