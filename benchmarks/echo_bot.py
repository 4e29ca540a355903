"""The peers as processes: an echo bot of python-telegram-bot by webhook, or of aiogram by polling."""

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


if __name__ == "__main__":
    if sys.argv[1] == "webhook":
        by_webhook(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    else:
        asyncio.run(by_polling(sys.argv[2]))
