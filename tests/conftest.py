"""What all tests share: hypothesis profiles, and ledgers to work on.

``HYPOTHESIS_PROFILE=deep`` looks further, and elsewhere each time; the default finds the same on every machine.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from gitledger.ids import SHA1, SHA256
from gitledger.ledger.handle import Ledger
from gitledger.ledger.init import init
from tests.ledgers import memory_ledger, new_repository, open_ledger
from tests.s3_server import reason_to_skip, serve_s3

# How long an example takes says nothing on a machine that is shared.
settings.register_profile("default", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("deep", settings.get_profile("default"), derandomize=False, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture
def ledger() -> Ledger:
    """Start the ledger ``main`` in memory."""
    return memory_ledger()


@pytest.fixture(params=[SHA1, SHA256], ids=lambda one: one.name)
def any_ledger(request: pytest.FixtureRequest) -> Ledger:
    """Do the same with either hash function."""
    return memory_ledger(request.param)


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    """Run a real object store; yield the environment in which it is found."""
    if reason_to_skip():
        pytest.skip(reason_to_skip())
    with serve_s3(tmp_path_factory.mktemp("s3")) as env:
        yield env


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a bare repository with stock git."""
    return new_repository(tmp_path / "repository.git", "sha1", "--bare")


@pytest.fixture
def git_ledger(repository: Path) -> Iterator[Ledger]:
    """Start the ledger ``main`` of that repository, through the git program."""
    with open_ledger(repository) as opened:
        init(opened)
        yield opened
