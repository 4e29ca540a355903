"""The Telegram channel: listens by webhook or polling, sends one letter at a time."""

import asyncio
import hmac
from collections import defaultdict
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime

import aiohttp
import orjson
import structlog
from aiohttp import web
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    MenuButtonCommands,
    Message,
    Update,
)
from telegram.constants import MessageLimit
from telegram.error import BadRequest, Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.base import Receive, TryLater
from bot.channels.telegram import errors, rendering
from bot.channels.telegram.request import Request
from bot.channels.telegram.updates import ALLOWED, NAME, to_incoming
from config.settings import Settings
from models import attachments
from models.base import Refused
from models.files import Missing, Store
from models.messages import Outgoing

log = structlog.get_logger()
PATH, SECRET_HEADER, BODY_BYTES = "/telegram/webhook", "X-Telegram-Bot-Api-Secret-Token", 1_000_000
POLL_SECONDS, PAUSE, LONG_PAUSE, STORE_SECONDS = 25, 2.0, 60.0, 30.0
COMMANDS = {
    None: (("menu", "菜单"), ("my", "我的"), ("human", "转人工"), ("help", "帮助")),
    "en": (("menu", "Menu"), ("my", "My things"), ("human", "A person"), ("help", "Help")),
}


class Telegram:
    """Members on Telegram."""

    name = NAME
    private = False

    def __init__(
        self, settings: Settings, http: aiohttp.ClientSession, clock: Callable[[], datetime], store: Store
    ) -> None:
        token = settings.telegram_bot_token.get_secret_value() if settings.telegram_bot_token else ""
        secret = settings.telegram_webhook_secret
        self.rate: float | None = settings.telegram_rate
        self._mode = settings.telegram_mode
        self._secret = secret.get_secret_value() if secret else ""
        self._site = settings.public_url.rstrip("/")
        self._url = f"{self._site}{PATH}"
        self.username = ""
        self._clock = clock
        self._store = store
        self._uploaded: dict[str, str] = {}
        self._uploading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._receive: Receive | None = None
        self._presses: set[asyncio.Task[None]] = set()
        request = Request(http, settings.telegram_proxy)
        self._bot = Bot(
            token,
            base_url=f"{settings.telegram_api_url.rstrip('/')}/bot",
            base_file_url=f"{settings.telegram_file_url.rstrip('/')}/bot",
            request=request,
            get_updates_request=request,
        )

    async def listen(self, receive: Receive) -> None:
        """Pass every message on until cancelled; a platform that is down only makes this channel wait."""
        self._receive = receive
        await self._set_up()
        if self._mode == "webhook":
            await asyncio.Event().wait()
        await self._poll(receive)

    async def send(self, address: str, message: Outgoing) -> str:
        """Send one letter, edit the one it replaces, or take one back; return Telegram's id of it."""
        try:
            if message.removes:
                return await self._remove(address, message.removes)
            if message.replaces and not (message.picture or message.file):
                return await self._edit(address, message)
            return str((await self._send(address, message)).message_id)
        except TelegramError as error:
            raise errors.translated(error, message.lane) from None
        except (Missing, Refused):
            raise TryLater(STORE_SECONDS) from None

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the address that Telegram posts to."""
        return [web.post(PATH, self._posted)] if self._mode == "webhook" else []

    async def check(self) -> tuple[bool, str]:
        """Say whether Telegram answers, for the doctor."""
        try:
            me = await self._bot.get_me()
            hook = await self._bot.get_webhook_info()
        except TelegramError as error:
            return False, type(error).__name__
        return (
            True,
            f"@{me.username}, {self._mode}, {hook.pending_update_count} pending, last error: {hook.last_error_message or 'none'}",
        )

    async def _set_up(self) -> None:
        """Tell Telegram how updates come and what the menu holds; failures but a wrong token only warn."""
        while True:
            try:
                self.username = (await self._bot.get_me()).username or ""
                await self._arrange()
            except InvalidToken:
                log.error("telegram refuses the token")  # noqa: TRY400 -- the line says all
                await asyncio.sleep(LONG_PAUSE)
            except TelegramError as error:
                log.warning("telegram set-up", problem=type(error).__name__)
                return
            else:
                return

    async def _arrange(self) -> None:
        if self._mode == "webhook":
            await self._bot.set_webhook(
                self._url, secret_token=self._secret, allowed_updates=ALLOWED, max_connections=40
            )
        else:
            await self._bot.delete_webhook()
        for language, commands in COMMANDS.items():
            await self._bot.set_my_commands(
                [BotCommand(*command) for command in commands], language_code=language
            )
        await self._bot.set_chat_menu_button(menu_button=MenuButtonCommands())

    async def _poll(self, receive: Receive) -> None:
        offset = 0
        while True:
            try:
                batch = await self._bot.get_updates(
                    offset=offset,
                    timeout=POLL_SECONDS,
                    read_timeout=POLL_SECONDS + 10,
                    allowed_updates=ALLOWED,
                )
                await asyncio.gather(*(self._pass_on(update, receive) for update in batch))
                offset = max((update.update_id + 1 for update in batch), default=offset)
            except RetryAfter as error:
                await asyncio.sleep(errors.seconds(error))
            except (InvalidToken, Conflict) as error:
                log.warning("telegram polling", problem=type(error).__name__)
                await asyncio.sleep(LONG_PAUSE if isinstance(error, InvalidToken) else PAUSE)
            except Exception as error:  # noqa: BLE001 -- a batch that could not be stored comes again
                log.warning("telegram polling", problem=type(error).__name__)
                await asyncio.sleep(PAUSE)

    async def _pass_on(self, update: Update, receive: Receive) -> None:
        """Store what an update says, then answer the press so that its button stops waiting."""
        message = to_incoming(update)
        if message is not None:
            await receive(message)
        if update.callback_query is not None:
            task = asyncio.create_task(self._acknowledge(update.callback_query.id), name="press")
            self._presses.add(task)
            task.add_done_callback(self._presses.discard)

    async def _acknowledge(self, query: str) -> None:
        try:
            await self._bot.answer_callback_query(query)
        except TelegramError as error:
            log.debug("press not acknowledged", problem=type(error).__name__)

    async def _posted(self, request: web.Request) -> web.Response:
        """Take one update: stored, then 200; anything else makes Telegram send it again or shows its fault."""
        told = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(told.encode(), self._secret.encode()):
            return web.Response(status=401)
        if (request.content_length or 0) > BODY_BYTES or self._receive is None:
            return web.Response(status=413 if self._receive else 503)
        try:
            body = orjson.loads(await request.read())
            update = Update.de_json(body, self._bot)
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        except (ValueError, TypeError, KeyError, AttributeError):
            return web.Response(status=400)
        try:
            await self._pass_on(update, self._receive)
        except Exception as error:  # noqa: BLE001 -- not stored, so not acknowledged: Telegram sends it again
            log.warning("update not stored", problem=type(error).__name__)
            return web.Response(status=503)
        return web.Response()

    async def fetch(self, reference: str) -> bytes:
        """Return a picture or file; Telegram gives out none above 20 MB."""
        try:
            found = await self._bot.get_file(reference.removeprefix(f"{self.name}:"))
            return bytes(await found.download_as_bytearray())
        except BadRequest as error:
            raise Refused("photo_big" if errors.is_too_big(error) else "photo_bad") from None
        except TelegramError as error:
            raise errors.translated(error, "reply") from None

    async def _edit(self, address: str, letter: Outgoing) -> str:
        try:
            await self._bot.edit_message_text(
                rendering.text(letter),
                chat_id=address,
                message_id=int(letter.replaces),
                reply_markup=rendering.keyboard(letter, self._site),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except BadRequest as error:
            if errors.is_unchanged(error):
                return letter.replaces
            if not errors.is_uneditable(error):
                raise
            return str((await self._send(address, letter)).message_id)
        return letter.replaces

    async def _remove(self, address: str, number: str) -> str:
        """Take a message back; Telegram lets it go for 48 hours, and what is gone is gone."""
        try:
            await self._bot.delete_message(address, int(number))
        except BadRequest as error:
            if not errors.is_gone(error):
                raise
        return number

    async def _send(self, address: str, letter: Outgoing) -> Message:
        markup = rendering.keyboard(letter, self._site)
        if letter.picture or letter.file:
            return await self._send_content(address, letter, markup)
        quiet = LinkPreviewOptions(is_disabled=True)
        return await self._bot.send_message(
            address, rendering.text(letter), reply_markup=markup, link_preview_options=quiet
        )

    async def _send_content(
        self, address: str, letter: Outgoing, markup: InlineKeyboardMarkup | None
    ) -> Message:
        """Send a picture or file; one of ours is carried up once, then a million letters name Telegram's own id of it."""
        reference = letter.picture or letter.file
        caption = rendering.text(letter, MessageLimit.CAPTION_LENGTH) or None
        send = self._bot.send_photo if letter.picture else self._bot.send_document
        kept = attachments.parsed(reference)
        if kept is None:
            content = rendering.file(reference, self._site)
            return await send(address, content, caption=caption, reply_markup=markup)
        async with self._uploading[reference] if reference not in self._uploaded else nullcontext():
            known = self._uploaded.get(reference)
            file = known or InputFile(await self._store.get(kept.digest), filename=kept.name)
            sent = await send(address, file, caption=caption, reply_markup=markup)
            uploaded = sent.photo[-1] if sent.photo else sent.document
            if uploaded:
                self._uploaded[reference] = uploaded.file_id
        return sent
