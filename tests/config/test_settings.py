"""Settings: defaults that run on a laptop, and combinations that are refused."""

import stat

import pytest
from pydantic import ValidationError

from config.settings import Settings

KEYS = ["a" * 43 + "=", "b" * 43 + "="]
TOKEN = {"telegram_bot_token": "1:a-token-for-tests"}


def settings(**given) -> Settings:
    return Settings(_env_file=None, **given)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({**TOKEN, "demo": True, "public_url": "https://demo.example.org"}, "DEMO is refused"),
        ({**TOKEN, "telegram_mode": "webhook"}, "needs PUBLIC_URL"),
        (
            {**TOKEN, "telegram_mode": "webhook", "public_url": "https://demo.example.org"},
            "needs TELEGRAM_WEBHOOK_SECRET",
        ),
        ({"role": "web, cook"}, "ROLE is all, or a comma list"),
        ({"http_port": 70000}, "less than or equal to 65535"),
        ({"telegram_rate": 0}, "greater than 0"),
        ({"log_level": "loud"}, "Input should be"),
        ({"timezone": "Mars/Base"}, "there is no time zone Mars/Base"),
        ({"files_url": "ftp://host/files"}, "FILES_URL is file:///folder or s3://bucket"),
        ({"files_url": "file://data/files"}, "FILES_URL is file:///folder or s3://bucket"),
        ({"files_url": "file:///"}, "FILES_URL is file:///folder or s3://bucket"),
        ({"files_url": "s3:///prefix"}, "FILES_URL is file:///folder or s3://bucket"),
        ({"field_keys": "one"}, "FIELD_KEYS are Fernet keys"),
    ],
)
def test_what_cannot_be_is_refused(given, told):
    with pytest.raises(ValidationError, match=told):
        settings(**given)


def test_demo_with_a_token_is_fine_at_home():
    assert settings(**TOKEN, demo=True, public_url="http://localhost:8080").demo


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://demo.example.org", True),
        ("http://demo.example.org", False),
        ("https://localhost", False),
        ("https://127.0.0.1:8080", False),
        ("", False),
    ],
)
def test_public_is_https_and_elsewhere(url, public):
    assert settings(public_url=url).is_public is public


def test_roles_are_all_or_some():
    assert settings().roles == {"web", "delivery", "clock"}
    assert settings(role="web, clock").roles == {"web", "clock"}


def test_keys_are_made_once_and_kept_for_their_owner_alone(tmp_path):
    first = settings(data_dir=tmp_path / "new")

    assert first.secret() == settings(data_dir=tmp_path / "new").secret()
    assert first.fernet_keys() == settings(data_dir=tmp_path / "new").fernet_keys()
    assert first.secret() != first.fernet_keys()[0]
    assert stat.S_IMODE((tmp_path / "new/secret.key").stat().st_mode) == 0o600


def test_given_keys_are_taken(tmp_path):
    given = settings(data_dir=tmp_path / "none", secret_key="s", field_keys=f"{KEYS[0]}, {KEYS[1]}")

    assert given.secret() == b"s"
    assert given.fernet_keys() == (KEYS[0].encode(), KEYS[1].encode())
    assert not (tmp_path / "none").exists()


def test_database_lies_in_the_data_folder_by_default(tmp_path):
    assert settings(data_dir=tmp_path).database == f"sqlite:///{tmp_path / 'gonghui.db'}"
    assert settings(database_url="postgresql+asyncpg://x/y").database == "postgresql+asyncpg://x/y"


def test_files_lie_in_the_data_folder_by_default(tmp_path):
    assert settings(data_dir=tmp_path / "数 据").files == (tmp_path / "数 据" / "files").as_uri()
    assert settings(files_url="file:///srv/files").files == "file:///srv/files"
    assert settings(files_url="s3://bucket/prefix").files == "s3://bucket/prefix"


def test_secrets_are_not_shown():
    assert "a-token-for-tests" not in repr(settings(**TOKEN))
