"""An object store on loopback that lies: wrong bytes, half of them, none, late, 500s, and no conditional is heeded.

It speaks as much of S3 as a client needs that puts, gets, heads and lists. What it was told to do to a request, by the
method and a part of the path, it does; anything else is answered as it must be. A part of an upload in parts is kept
like any other object.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

_OK: Final = 200
Lie = Callable[["_Handler", bytes], None]


@dataclass
class Store:
    """What the server holds, and what it is to do.

    Attributes:
        objects: keys below the bucket, with their bytes.
        lies: what is done to a request whose method and path begin and contain this, how many times.
        asked: every request, as ``METHOD /path``, with its headers in lower case.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    lies: dict[tuple[str, str], tuple[Lie, int]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def lie(self, method: str, part: str, how: Lie, times: int = 1_000_000) -> None:
        """Do something to requests of a method whose path contains ``part``."""
        self.lies[method, part] = how, times

    def take_lie(self, method: str, path: str) -> Lie | None:
        """Return what is to be done to this request."""
        for (name, part), (how, times) in self.lies.items():
            if name == method and part in path and times:
                self.lies[name, part] = how, times - 1
                return how
        return None


def failing(handler: "_Handler", data: bytes) -> None:
    """Answer that something is wrong inside."""
    handler.answer(500, b"<Error><Code>InternalError</Code></Error>")


def absent(handler: "_Handler", data: bytes) -> None:
    """Answer that there is no such object."""
    handler.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")


def flipped(handler: "_Handler", data: bytes) -> None:
    """Answer with a bit changed."""
    at = len(data) // 2
    handler.answer(_OK, data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])


def halved(handler: "_Handler", data: bytes) -> None:
    """Answer with the first half, as if that were all."""
    handler.answer(_OK, data[: len(data) // 2])


def broken_off(handler: "_Handler", data: bytes) -> None:
    """Promise all, send half, and hang up."""
    handler.answer(_OK, data[: len(data) // 2], length=len(data))
    handler.close_connection = True


def slow(handler: "_Handler", data: bytes) -> None:
    """Take a moment."""
    time.sleep(0.3)
    handler.answer(_OK, data)


def lost(handler: "_Handler", data: bytes) -> None:
    """Say that it was stored, and forget it."""
    handler.server.store.objects.pop(handler.key, None)
    handler.answer(_OK)


def stored_wrong(handler: "_Handler", data: bytes) -> None:
    """Say that it was stored, and keep something else."""
    handler.server.store.objects[handler.key] = data[::-1]
    handler.answer(_OK)


@contextmanager
def serve_lies() -> Iterator[Store]:
    """Run the server until the block ends."""
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.store = Store(url=f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.store
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    @property
    def key(self) -> str:
        return urlsplit(self.path).path.split("/", 2)[-1]

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self.server.store.objects[self.key] = data
        self._respond(data, lambda: self.answer(_OK))

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            listed = self._list(query.get("prefix", [""])[0])
            self._respond(listed, lambda: self.answer(_OK, listed))
            return
        data = self.server.store.objects.get(self.key)
        self._respond(data or b"", lambda: absent(self, b"") if data is None else self._send(data))

    def do_HEAD(self) -> None:
        data = self.server.store.objects.get(self.key)
        self._respond(
            b"", lambda: absent(self, b"") if data is None else self.answer(_OK, b"", length=len(data))
        )

    def _send(self, data: bytes) -> None:
        # A client that was cut off asks for the rest.
        start = int((self.headers["Range"] or "bytes=0-").removeprefix("bytes=").partition("-")[0])
        ranged = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        self.answer(206 if start else _OK, data[start:], **ranged)

    def _respond(self, data: bytes, truth: Callable[[], None]) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.store.asked.append((f"{self.command} {self.path}", headers))
        lie = self.server.store.take_lie(self.command, self.path)
        if lie:
            lie(self, data)
        else:
            truth()

    def _list(self, prefix: str) -> bytes:
        keys = sorted(key for key in self.server.store.objects if key.startswith(prefix))
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><Size>0</Size>"
            "<ETag>x</ETag></Contents>"
            for key in keys
        )
        head = "<ListBucketResult><Name>cold</Name><IsTruncated>false</IsTruncated>"
        return f"<?xml version='1.0'?>{head}<KeyCount>{len(keys)}</KeyCount>{rows}</ListBucketResult>".encode()

    def answer(self, status: int, data: bytes = b"", *, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""
