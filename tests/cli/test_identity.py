"""Who writes, held against ``git var``."""

import subprocess
from pathlib import Path

import pytest

from gitledger.cli.identity import Identity
from gitledger.errors import UsageError
from gitledger.store.open import find_repository
from tests.cli.console import Console

CASES = [
    {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.org"},
    {"GIT_AUTHOR_NAME": " ., Ada <L>:; ", "GIT_AUTHOR_EMAIL": "<ada@example.org>"},
    {"GIT_AUTHOR_NAME": "Ada\nL", "GIT_AUTHOR_EMAIL": ""},
    {"GIT_AUTHOR_NAME": "Zoë \t", "GIT_AUTHOR_EMAIL": "'zoe@example.org'"},
    {"GIT_AUTHOR_NAME": 'a "b" c.', "GIT_AUTHOR_EMAIL": "x y"},
    {"GIT_AUTHOR_EMAIL": "ada@example.org"},
    {"GIT_AUTHOR_NAME": "Ada"},
    {},
    {"EMAIL": "general@example.org", "GIT_AUTHOR_NAME": "Ada"},
    {"GIT_AUTHOR_NAME": " ...", "GIT_AUTHOR_EMAIL": "ada@example.org"},
    {"GIT_AUTHOR_NAME": "", "GIT_AUTHOR_EMAIL": "ada@example.org"},
]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"user.name": "User", "user.email": "u@x"},
        {"user.name": "U", "author.name": "Author", "author.email": "a@x"},
    ],
)
@pytest.mark.parametrize("variables", CASES)
def test_the_author_is_the_one_that_git_names(
    console: Console, variables: dict[str, str], settings: dict[str, str]
) -> None:
    assert console.run("git init -q").code == 0
    for name, value in settings.items():
        assert console.run(f"git config {name} '{value}'").code == 0
    env = {name: value for name, value in console.env.items() if not name.startswith("GIT_AUTHOR")} | variables
    told = subprocess.run(
        ["git", "var", "GIT_AUTHOR_IDENT"], cwd=console.directory, env=env, capture_output=True, check=False
    )
    identity = Identity(find_repository(Path(console.directory), env), env)
    if told.returncode:
        with pytest.raises(UsageError, match="expected a name, an address and a date"):
            identity.people(0)
    else:
        assert str(identity.people(0).author) == told.stdout.decode().rpartition(" ")[0].rpartition(" ")[0]


def test_a_name_that_is_no_utf8_is_refused(console: Console) -> None:
    assert console.run("git init -q").code == 0
    env = {**console.env, "GIT_AUTHOR_NAME": "Ad\udce9"}
    with pytest.raises(UsageError, match="is not UTF-8"):
        Identity(find_repository(console.directory, env), env).people(0)
