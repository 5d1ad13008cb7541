"""A real object store on loopback: OpenStack Swift with its S3 interface, from the extra ``s3-test``.

It runs in processes of its own, keeps everything in one directory, checks signatures and digests, and is asked
through the environment variables that it yields.
"""

import getpass
import hmac
import json
import os
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from email.utils import formatdate
from http import HTTPStatus
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from typing import Final

BUCKET: Final = "cold"
_KEY, _SECRET = "test:tester", "loopback"
_KINDS: Final = ("account", "container", "object")
_MODULES: Final = {"object": "obj"}
# Far above the second that it takes, below the patience of whoever waits.
_PATIENCE: Final = 60
_PIPELINE: Final = "catch_errors cache listing_formats s3api tempauth copy slo dlo proxy-server"

_MAKE_RINGS: Final = """
import json, sys
from swift.common.ring import RingBuilder
for path, port in json.loads(sys.argv[1]).items():
    ring = RingBuilder(1, 1, 0)
    ring.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "disk", "weight": 1.0})
    ring.rebalance()
    ring.get_ring().save(path)
"""
"""Which of the servers keeps what: the only one."""


def reason_to_skip() -> str:
    """Return why there can be no server here, or an empty string."""
    absent = [name for name in ("obstore", "swift") if find_spec(name) is None]
    if absent:
        return f"{' and '.join(absent)} not installed: pip install 'git-ledger[s3,s3-test]'"
    return "" if hasattr(os, "setxattr") else "Swift needs extended attributes of files, which this system has not"


@contextmanager
def serve_s3(directory: Path) -> Iterator[Mapping[str, str]]:
    """Run the server until the block ends; yield the environment in which obstore finds it.

    Args:
        directory: for its configuration, its logs and what it stores; on a file system with extended attributes.
    """
    ports = dict(zip((*_KINDS, "proxy"), _free_ports(4), strict=True))
    (directory / "node" / "disk").mkdir(parents=True)
    _configure(directory, ports)
    with ExitStack() as stack:
        for kind in (*_KINDS, "proxy"):
            stack.enter_context(_running(directory, kind))
        address = f"127.0.0.1:{ports['proxy']}"
        _make_bucket(address)
        yield {
            "AWS_ENDPOINT_URL": f"http://{address}",
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _SECRET,
            "AWS_REGION": "us-east-1",
        }


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


def _configure(directory: Path, ports: Mapping[str, int]) -> None:
    files = {
        "swift.conf": "[swift-hash]\nswift_hash_path_suffix = a\nswift_hash_path_prefix = b\n"
        "[storage-policy:0]\nname = one\ndefault = yes\n",
        "proxy-server.conf": _server(directory, ports["proxy"])
        + f"[pipeline:main]\npipeline = {_PIPELINE}\n"
        + "[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n"
        + "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n" for name in _PIPELINE.split()[1:-1] if name != "cache")
        .replace("#s3api\n", "#s3api\nlocation = us-east-1\n")
        .replace("#tempauth\n", f"#tempauth\nuser_{_KEY.replace(':', '_')} = {_SECRET} .admin\n")
        + "[filter:catch_errors]\nuse = egg:swift#catch_errors\n[filter:cache]\nuse = egg:swift#memcache\n",
    }
    for kind in _KINDS:
        files[f"{kind}-server.conf"] = (
            _server(directory, ports[kind])
            + f"[pipeline:main]\npipeline = {kind}-server\n[app:{kind}-server]\nuse = egg:swift#{kind}\n"
        )
    for name, text in files.items():
        (directory / name).write_text(text)
    rings = {str(directory / f"{kind}.ring.gz"): ports[kind] for kind in _KINDS}
    subprocess.run([sys.executable, "-c", _MAKE_RINGS, json.dumps(rings)], check=True)


def _server(directory: Path, port: int) -> str:
    return (
        f"[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = {port}\nworkers = 0\nuser = {getpass.getuser()}\n"
        f"swift_dir = {directory}\ndevices = {directory / 'node'}\nmount_check = false\nlog_level = ERROR\n"
    )


@contextmanager
def _running(directory: Path, kind: str) -> Iterator[None]:
    start = (
        f"import sys; import swift.common.utils as utils; from swift.{_MODULES.get(kind, kind)}.server import main; "
        f"utils.SWIFT_CONF_FILE = {str(directory / 'swift.conf')!r}; "
        f"sys.argv = ['server', {str(directory / f'{kind}-server.conf')!r}]; sys.exit(main())"
    )
    with (directory / f"{kind}.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-c", start], stdout=log, stderr=log, cwd=directory)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _make_bucket(address: str) -> None:
    """Make the bucket, signed as version 2 of S3 did: no client makes one."""
    date = formatdate(usegmt=True)
    signature = hmac.digest(_SECRET.encode(), f"PUT\n\n\n{date}\n/{BUCKET}".encode(), "sha1")
    headers = {"Date": date, "Authorization": f"AWS {_KEY}:{b64encode(signature).decode()}"}
    end = time.monotonic() + _PATIENCE
    while (status := _status(address, headers)) != HTTPStatus.OK:
        assert time.monotonic() < end, f"the object store does not come up: {status}"
        time.sleep(0.1)


def _status(address: str, headers: Mapping[str, str]) -> int | str:
    with closing(HTTPConnection(address, timeout=_PATIENCE)) as connection:
        try:
            connection.request("PUT", f"/{BUCKET}", headers=dict(headers))
            return connection.getresponse().status
        except OSError as error:  # Nothing listens yet.
            return str(error)
