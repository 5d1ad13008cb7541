"""Real Git servers on loopback: ``git daemon``, ``sshd`` and ``git http-backend`` behind the library's HTTP server.

Each listens on a port that the system chose, and takes connections from the moment it is entered.
"""

import shlex
import shutil
import socketserver
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from getpass import getuser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.ledgers import ENV, git

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")


@contextmanager
def serve_files(root: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield the address of a directory, and what git needs in its environment to get there."""
    yield str(root), {}


@contextmanager
def serve_daemon(root: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Do the same through ``git daemon``."""
    command = ["git", "daemon", "--inetd", "--export-all", "--enable=receive-pack", f"--base-path={root}", str(root)]
    with _serving_connections(command) as port:
        yield f"git://127.0.0.1:{port}", {}


@contextmanager
def serve_ssh(root: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Do the same through ``sshd``, with a key for this one run."""
    if SSHD is None or shutil.which("ssh") is None:
        pytest.skip("sshd or ssh is not on this machine")
    keys = root / "ssh"
    keys.mkdir()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", keys / name], check=True)
    config = keys / "sshd_config"
    config.write_text(
        f"HostKey {keys / 'host'}\nAuthorizedKeysFile {keys / 'user.pub'}\nStrictModes no\nUsePAM no\n"
        f"SetEnv GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null\n",
    )
    client = ["ssh", "-F", "none", "-i", keys / "user", "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no"]
    client += ["-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]
    with _serving_connections([SSHD, "-i", "-f", str(config)]) as port:
        yield f"ssh://{getuser()}@127.0.0.1:{port}{root}", {"GIT_SSH_COMMAND": shlex.join(map(str, client))}


@contextmanager
def serve_http(root: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Do the same through smart HTTP."""
    handler = type("Handler", (_HttpBackend,), {"root": root})
    with _running(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        yield f"http://127.0.0.1:{port}", {}


SERVERS = {"directory": serve_files, "daemon": serve_daemon, "ssh": serve_ssh, "http": serve_http}


class _HttpBackend(BaseHTTPRequestHandler):
    """Hands requests to ``git http-backend`` as RFC 3875 wants it."""

    root: Path

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        size = int(self.headers.get("Content-Length", 0))
        environment = {
            **ENV,
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "somebody",  # without one, nobody may push
            "REMOTE_ADDR": self.client_address[0],
            "REQUEST_METHOD": self.command,
            "PATH_INFO": address.path,
            "QUERY_STRING": address.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(size),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(
            ["git", "http-backend"], input=self.rfile.read(size), env=environment, capture_output=True, check=True
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200 OK").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the library's name

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@contextmanager
def _serving_connections(command: list[str]) -> Iterator[int]:
    """Start a command for each connection, which is its standard input and output, as inetd does."""

    class Connection(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            descriptor = self.request.fileno()
            subprocess.run(
                command, stdin=descriptor, stdout=descriptor, stderr=subprocess.DEVNULL, env=ENV, check=False
            )

    class Server(socketserver.ThreadingTCPServer):
        pass

    with _running(Server(("127.0.0.1", 0), Connection)) as port:
        yield port


@contextmanager
def _running(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def new_server(root: Path, name: str = "project.git") -> Path:
    """Make a bare repository that anybody may push to."""
    path = root / name
    git(root, "init", "--quiet", "--bare", "--initial-branch=main", name)
    return path
