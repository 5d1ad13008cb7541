"""What is known of an address without asking anybody."""

import pytest

from gitledger.errors import UsageError
from gitledger.store.transport import directory_for


@pytest.mark.parametrize(
    "url",
    [
        "https://git.example.org/team/project.git",
        "https://git.example.org/team/project/",
        "git@git.example.org:team/project.git",
        "git.example.org:project",
        "../project.git/",
        "/srv/project/.git",
        "project.bundle",
    ],
)
def test_a_clone_is_named_like_the_repository(url: str) -> None:
    assert directory_for(url) == "project"


@pytest.mark.parametrize("url", ["", "/", ".", "..", "/.git", "https://"])
def test_an_address_may_name_nothing(url: str) -> None:
    with pytest.raises(UsageError, match="expected DIRECTORY beside it"):
        directory_for(url)
