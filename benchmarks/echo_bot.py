"""The peers as processes: an echo bot of python-telegram-bot by webhook, of aiogram by polling, or of wechatpy."""

import asyncio
import sys

from benchmarks.platform import TOKEN


def by_webhook(url: str, port: int, secret: str) -> None:
    """Run python-telegram-bot's own webhook server."""
    from telegram import Update  # noqa: PLC0415 -- each peer pays only for itself
    from telegram.ext import Application, ContextTypes, MessageHandler, filters  # noqa: PLC0415

    async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        if update.effective_message is not None:
            await update.effective_message.reply_text(update.effective_message.text or "")

    app = Application.builder().token(TOKEN).base_url(f"{url}/bot").build()
    app.add_handler(MessageHandler(filters.TEXT, echo))
    hook = f"http://127.0.0.1:{port}/hook"
    app.run_webhook("127.0.0.1", port, "hook", webhook_url=hook, secret_token=secret)


async def by_polling(url: str) -> None:
    """Run aiogram's polling."""
    from aiogram import Bot, Dispatcher  # noqa: PLC0415
    from aiogram.client.session.aiohttp import AiohttpSession  # noqa: PLC0415
    from aiogram.client.telegram import TelegramAPIServer  # noqa: PLC0415
    from aiogram.types import Message  # noqa: PLC0415

    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        await message.answer(message.text or "")

    session = AiohttpSession(api=TelegramAPIServer.from_base(url))
    await dispatcher.start_polling(Bot(TOKEN, session=session))


def of_wechat(port: int) -> None:
    """Run an aiohttp server that opens, reads and answers each message with wechatpy."""
    from aiohttp import web  # noqa: PLC0415
    from wechatpy import parse_message  # noqa: PLC0415
    from wechatpy.replies import TextReply  # noqa: PLC0415

    from tests.platforms.wechat import Server  # noqa: PLC0415

    crypto = Server().crypto

    async def echo(request: web.Request) -> web.Response:
        told = request.query
        stamp, nonce = told["timestamp"], told["nonce"]
        message = crypto.decrypt_message(await request.read(), told["msg_signature"], stamp, nonce)
        said = TextReply(content="您好", message=parse_message(message)).render()
        return web.Response(text=crypto.encrypt_message(said, nonce, stamp))

    app = web.Application()
    app.router.add_post("/hook", echo)
    web.run_app(app, host="127.0.0.1", port=port, print=None)


if __name__ == "__main__":
    if sys.argv[1] == "wechat":
        of_wechat(int(sys.argv[2]))
    elif sys.argv[1] == "webhook":
        by_webhook(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    else:
        asyncio.run(by_polling(sys.argv[2]))
