"""What is printed when the service has started: where it is, and a code for a real phone."""

import io
import socket

import segno

from config.settings import Settings

EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 -- compared with, not listened at


def site(settings: Settings) -> str:
    """Return the address at which the pages are, without a slash at its end."""
    here = f"http://{_host(settings.http_host)}:{settings.http_port}"
    return settings.public_url.rstrip("/") or here


def lines(settings: Settings) -> list[str]:
    """Return the addresses to open, and a QR code when the whole network may come."""
    here = f"http://{_host(settings.http_host)}:{settings.http_port}"
    shown = [f"chat     {settings.public_url or here}/"]
    shown.append(f"console  {settings.public_url.rstrip('/') or here}/console")
    if settings.demo:
        shown.append(f"demo     {here}/demo")
    if settings.http_host in EVERYWHERE:
        address = f"http://{_own_address()}:{settings.http_port}/"
        drawing = io.StringIO()
        segno.make(address, micro=False).terminal(drawing, compact=True)
        shown += [f"phone    {address}", drawing.getvalue()]
    return shown


def _host(host: str) -> str:
    return "127.0.0.1" if host in EVERYWHERE else host


def _own_address() -> str:
    """Return this machine's address in its network; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
