"""A decision about an application while the service is killed: the member hears of it once."""

import signal
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import select

from handlers import applying
from handlers.confiding import Ways
from models import application_states, crypto, staff
from models.applications import Application
from models.base import Database
from models.rights import Grant
from tests.platforms import telegram as platform
from tests.processes import serving
from tests.test_sign_up_process import Phones, rows

pytestmark = pytest.mark.timeout(120)
KEY = crypto.new_key()
CHAT, LETTER = "21", "您有一条工会消息，点开查看。"


@pytest.fixture(autouse=True)
def _one_key(monkeypatch):
    """Let the test read and write what the service does."""
    monkeypatch.setattr(crypto._Keys, "fernet", MultiFernet([Fernet(KEY)]))


@pytest.fixture
async def phones():
    async with platform.serving() as server:
        yield Phones(server)


async def decide(folder, content) -> None:
    """Bring the application on and write to the member; said twice, as by a colleague who presses again after the kill."""
    noon = datetime.now(UTC).replace(hour=4) - timedelta(days=1)  # letters do not wait for the morning
    database = Database(f"sqlite:///{folder / 'gonghui.db'}")
    async with database.transaction() as session:
        found = (await session.scalars(select(Application))).one()
        if found.state == "submitted":
            li = await staff.add(session, "li", "李（演示）", "x", [Grant("caseworker")], now=noon)
            await application_states.move(session, found, "union_check", li, now=noon)
        await applying.tell(session, content, Ways(), found, now=noon)
    await database.close()


async def test_kill_between_the_decision_and_the_letter_tells_once(phones, tmp_path, edition):
    settings = {
        "TELEGRAM_BOT_TOKEN": platform.TOKEN, "TELEGRAM_API_URL": phones.server.url, "FIELD_KEYS": KEY.decode(),
    }  # fmt: skip
    async with serving(tmp_path, **settings) as service:
        for said in (
            "送舞蹈进企业",
            "[我要申请]",
            "演示厂",
            "30",
            "[有]",
            "周五",
            "演示会员",
            "13800000021",
            "[没错，交上去]",
        ):
            await phones.say(CHAT, said)
        assert phones.last(CHAT).text.startswith("收到了，编号WD")
        await decide(tmp_path, edition.content)
        assert await service.end(signal.SIGKILL) != 0
        await decide(tmp_path, edition.content)
        await service.start()
        await phones.told(CHAT, LETTER)

        await decide(tmp_path, edition.content)
        await phones.say(CHAT, "菜单")

    assert phones.server.texts(CHAT).count(LETTER) == 1
    assert rows(tmp_path, "SELECT state FROM applications") == [("union_check",)]
    assert len(rows(tmp_path, "SELECT id FROM outbox WHERE key LIKE 'apply:%'")) == 1
