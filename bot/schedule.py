"""What happens by the clock; every tick is a guarded query, so that many processes do nothing twice."""

from collections.abc import Awaitable, Callable, Mapping

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = structlog.get_logger()
Job = Callable[[], Awaitable[object]]


class Schedule:
    """The jobs and how many seconds lie between two runs of each."""

    def __init__(self, jobs: Mapping[Job, float]) -> None:
        defaults = {"coalesce": True, "misfire_grace_time": None, "max_instances": 1}
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=defaults)
        for job, seconds in jobs.items():
            self._scheduler.add_job(guarded(job), "interval", seconds=seconds, name=_name(job))
        self._begun = False

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()
        self._begun = True

    def stop(self) -> None:
        """End; stopping one that never began, or twice, does nothing."""
        if self._begun:  # not `running`: the scheduler ends itself a moment later
            self._scheduler.shutdown(wait=False)
        self._begun = False


def guarded(job: Job) -> Job:
    """Return *job* so that its failure is logged once and the clock goes on."""

    async def run() -> None:
        try:
            await job()
        except Exception:  # the job: logged once, and the next tick comes
            log.exception("job", name=_name(job))

    return run


def _name(job: Job) -> str:
    return getattr(job, "__name__", type(job).__name__)
