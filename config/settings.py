"""Settings, read once at start from the environment or a .env file."""

import base64
import re
import secrets
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

CONTENT_DIR = Path(__file__).parent / "content"
ROLES = frozenset({"web", "delivery", "clock"})
_FERNET = re.compile(r"[\w-]{43}=", re.ASCII)
_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")


class Settings(BaseSettings):
    """Everything that differs between one installation and another."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    database_url: str = Field("", description="where the data lies; empty: SQLite in DATA_DIR")
    data_dir: Path = Field(Path("data"), description="folder for the database, keys and files of one machine")
    files_url: str = Field("", description="where files lie, file:// or s3://; empty: a folder in DATA_DIR")
    content_dir: Path = Field(CONTENT_DIR, description="folder of the content files")
    http_host: str = Field("127.0.0.1", description="address to listen at; 0.0.0.0 for the whole network")
    http_port: int = Field(8080, ge=0, le=65535, description="port to listen at")
    public_url: str = Field("", description="address at which members reach the pages")
    secret_key: SecretStr | None = Field(
        None, description="signs cookies; made and kept in DATA_DIR when absent"
    )
    field_keys: SecretStr | None = Field(
        None, description="Fernet keys of encrypted columns, comma-separated, the first encrypts"
    )
    role: str = Field("all", description="all, or a comma list of web, delivery, clock")
    timezone: str = Field("Asia/Shanghai", description="the zone of every time shown")
    log_format: Literal["console", "json"] = Field("console", description="how log lines look")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level logged")
    metrics_token: SecretStr | None = Field(
        None, description="bearer token that opens /metrics from elsewhere"
    )
    demo: bool = Field(default=False, description="demo programmes and the page /demo")
    telegram_bot_token: SecretStr | None = Field(None, description="token of the bot; absent: no Telegram")
    telegram_mode: Literal["polling", "webhook"] = Field("polling", description="how updates arrive")
    telegram_webhook_secret: SecretStr | None = Field(None, description="secret that Telegram sends back")
    telegram_api_url: str = Field("https://api.telegram.org", description="base of <url>/bot<token>/<method>")
    telegram_file_url: str = Field(
        "https://api.telegram.org/file", description="base of <url>/bot<token>/<path> for files"
    )
    telegram_proxy: str = Field("", description="HTTP proxy on the way to Telegram")
    telegram_rate: float = Field(30, gt=0, le=1000, description="letters a second that Telegram allows")
    wechat_app_id: str = Field("", description="AppID of the Official Account; empty: no WeChat")
    wechat_app_secret: SecretStr | None = Field(None, description="AppSecret, for calls of the API")
    wechat_token: SecretStr | None = Field(None, description="token that signs what WeChat sends")
    wechat_aes_key: SecretStr | None = Field(None, description="EncodingAESKey, 43 characters")
    wechat_aes_key_old: SecretStr | None = Field(
        None, description="the key before a change, until it is over"
    )
    wechat_original_id: str = Field("", description="gh_… id of the account; what is for another is refused")
    wechat_mode: Literal["safe", "compatible", "plain"] = Field("safe", description="how messages arrive")
    wechat_api_url: str = Field("https://api.weixin.qq.com", description="base of <url>/cgi-bin/…")
    wechat_grade: Literal["passive", "certified-subscription", "certified-service"] = Field(
        "passive", description="what the account may do"
    )
    wechat_rate: float = Field(50, gt=0, le=1000, description="letters a second through WeChat's API")

    @field_validator("role")
    @classmethod
    def _known_roles(cls, role: str) -> str:
        if role != "all" and not {part.strip() for part in role.split(",")} <= ROLES:
            raise ValueError("ROLE is all, or a comma list of web, delivery, clock")
        return role

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, ZoneInfoNotFoundError) as error:
            raise ValueError(f"there is no time zone {name}") from error
        return name

    @field_validator("files_url")
    @classmethod
    def _known_store(cls, url: str) -> str:
        parts = urlsplit(url)
        folder = parts.scheme == "file" and not parts.netloc and len(parts.path) > 1
        if url and not folder and not (parts.scheme == "s3" and parts.netloc):
            raise ValueError("FILES_URL is file:///folder or s3://bucket/prefix")
        return url

    @field_validator("wechat_aes_key", "wechat_aes_key_old")
    @classmethod
    def _proper_aes_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key and not _AES_KEY.fullmatch(key.get_secret_value()):
            raise ValueError("an EncodingAESKey has 43 letters and digits")
        return key

    @field_validator("field_keys")
    @classmethod
    def _proper_keys(cls, keys: SecretStr | None) -> SecretStr | None:
        for key in keys.get_secret_value().split(",") if keys else ():
            if not _FERNET.fullmatch(key.strip()):
                raise ValueError("FIELD_KEYS are Fernet keys: 32 bytes in url-safe base64, comma-separated")
        return keys

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.demo and (self.telegram_bot_token or self.wechat_app_id) and self.is_public:
            raise ValueError("DEMO is refused with a channel token and a public PUBLIC_URL")
        if self.telegram_bot_token and self.telegram_mode == "webhook":
            if not self.public_url:
                raise ValueError("TELEGRAM_MODE=webhook needs PUBLIC_URL")
            if not self.telegram_webhook_secret:
                raise ValueError("TELEGRAM_MODE=webhook needs TELEGRAM_WEBHOOK_SECRET")
        return self

    @model_validator(mode="after")
    def _wechat_whole(self) -> Self:
        if not self.wechat_app_id:
            return self
        if not self.wechat_token:
            raise ValueError("WECHAT_APP_ID needs WECHAT_TOKEN")
        if self.wechat_mode != "plain" and not self.wechat_aes_key:
            raise ValueError(f"WECHAT_MODE={self.wechat_mode} needs WECHAT_AES_KEY")
        if self.wechat_grade != "passive" and not self.wechat_app_secret:
            raise ValueError(f"WECHAT_GRADE={self.wechat_grade} needs WECHAT_APP_SECRET")
        return self

    @property
    def is_public(self) -> bool:
        """Say whether members can reach PUBLIC_URL safely: https, and not on this machine."""
        parts = urlsplit(self.public_url)
        return parts.scheme == "https" and parts.hostname not in {None, "localhost", "127.0.0.1", "::1"}

    @property
    def roles(self) -> frozenset[str]:
        """Return what this process does."""
        return ROLES if self.role == "all" else frozenset(part.strip() for part in self.role.split(","))

    @property
    def database(self) -> str:
        """Return the address of the database, SQLite in DATA_DIR by default."""
        return self.database_url or f"sqlite:///{self.data_dir / 'gonghui.db'}"

    @property
    def files(self) -> str:
        """Return the address of the store of files, a folder in DATA_DIR by default."""
        return self.files_url or (self.data_dir / "files").absolute().as_uri()

    def secret(self) -> bytes:
        """Return the signing key, making and keeping one when none is set."""
        if self.secret_key:
            return self.secret_key.get_secret_value().encode()
        return self._kept("secret.key")

    def fernet_keys(self) -> tuple[bytes, ...]:
        """Return the keys of encrypted columns, making and keeping one when none is set."""
        if self.field_keys:
            return tuple(key.strip().encode() for key in self.field_keys.get_secret_value().split(","))
        return (self._kept("field.key"),)

    def _kept(self, name: str) -> bytes:
        file = self.data_dir / name
        if not file.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_bytes(base64.urlsafe_b64encode(secrets.token_bytes(32)))
        return file.read_bytes().strip()
