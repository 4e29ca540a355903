"""Photo intake: a 12 megapixel JPEG checked, copied twice and stored, against a plain thumbnail of Pillow."""

import asyncio
import io
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.memory import resident
from benchmarks.report import Row, median, versus
from models import photos
from models.files import Store
from tests.processes import ROOT

SIZE, ROUNDS, SIDE = (4000, 3000), 5, 2048


async def rows() -> list[Row]:
    """Measure both in processes of their own; memory is the highest resident size."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "photo.jpg"
        file.write_bytes(_photo())
        ours, theirs = [await _run(how, file) for how in ("ours", "plain")]
    how = "type, bomb, EXIF, two copies without position, near-duplicate hash, store"
    against = "Pillow's thumbnail alone"
    return [
        versus("photo intake, 12 MP JPEG", ours[0], theirs[0], "ms", against=against, how=how),
        versus("memory at its highest meanwhile", ours[1], theirs[1], "MB", against=against),
    ]


def _photo() -> bytes:
    """Return a picture that is as hard to pack as a real one."""
    small = np.random.default_rng(1).integers(0, 255, (300, 400, 3), np.uint8)
    written = io.BytesIO()
    Image.fromarray(small).resize(SIZE, Image.Resampling.BICUBIC).save(written, "JPEG", quality=92)
    return written.getvalue()


async def _run(how: str, file: Path) -> tuple[float, float]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "benchmarks.photo_intake",
        how,
        str(file),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    milliseconds, megabytes = json.loads(said)
    return milliseconds, megabytes


def _plain(body: bytes) -> None:
    with Image.open(io.BytesIO(body)) as image:
        image.thumbnail((SIDE, SIDE))
        image.save(io.BytesIO(), "JPEG")


async def _measured(how: str, body: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        store, taken = Store(Path(name).as_uri()), []
        for _ in range(ROUNDS + 1):
            begun = time.perf_counter()
            if how == "ours":
                await photos.take(store, body)
            else:
                _plain(body)
            taken.append((time.perf_counter() - begun) * 1000)
    print(json.dumps([median(taken[1:]), resident("self", highest=True)]))


if __name__ == "__main__":
    asyncio.run(_measured(sys.argv[1], Path(sys.argv[2]).read_bytes()))
