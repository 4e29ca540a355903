"""How calls reach the Bot API: the library's request contract over an aiohttp session."""

from typing import Any

import aiohttp
import orjson
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

SECONDS, UPLOAD_SECONDS = 20.0, 120.0


class Request(BaseRequest):
    """Sends JSON, or a form where files go along."""

    def __init__(self, http: aiohttp.ClientSession, proxy: str = "") -> None:
        self._http = http
        self._proxy = proxy or None

    @property
    def read_timeout(self) -> float:
        """Return how long an answer may take, in seconds."""
        return SECONDS

    async def initialize(self) -> None:
        """Do nothing: the session belongs to the process."""

    async def shutdown(self) -> None:
        """Do nothing: the session belongs to the process."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one call and return status and body.

        Raises TimedOut or NetworkError; neither names the address, which holds the token.
        """
        del connect_timeout, pool_timeout
        body = _body(request_data)
        total = _seconds(read_timeout, SECONDS) + (
            _seconds(write_timeout, UPLOAD_SECONDS) if "data" in body and "headers" not in body else 5
        )
        timeout = aiohttp.ClientTimeout(total=total)
        try:
            async with self._http.request(method, url, timeout=timeout, proxy=self._proxy, **body) as answer:
                return answer.status, await answer.read()
        except TimeoutError:
            raise TimedOut from None
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from None

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """Return the answer's JSON.

        Raises NetworkError when it is none.
        """
        try:
            return orjson.loads(payload)
        except orjson.JSONDecodeError:
            raise NetworkError("the answer is no JSON") from None


def _body(data: RequestData | None) -> dict[str, Any]:
    if data is None:
        return {}
    if not data.contains_files:
        return {"data": orjson.dumps(data.parameters), "headers": {"Content-Type": "application/json"}}
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return {"data": form}


def _seconds(told: Any, usual: float) -> float:
    return usual if told is None or isinstance(told, DefaultValue) else float(told)
