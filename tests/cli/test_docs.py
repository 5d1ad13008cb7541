"""Every example of the pages is run in an empty directory, and prints what the page says."""

import re
import shutil
from pathlib import Path

import pytest

from gitledger.cli.options import GLOBAL, VERBS
from gitledger.cli.verb import Verb
from tests.cli.console import ROOT, Console, Names, parse_transcript

DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("git-ledger*.md")), *(DOCS / f"{name}.md" for name in ("json", "policy", "revisions", "settings"))]
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page(page: Path, console: Console) -> None:
    steps = parse_transcript("".join(_BLOCK.findall(page.read_text())))
    assert steps
    if page.stem == "policy" and not shutil.which("ssh-keygen"):
        pytest.skip("ssh-keygen, with which the page makes a key, is not installed")
    wanted, found = Names(), Names()
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        printed = console.run(wanted.translate(step.command, found))
        expected = wanted.mask("\n".join(step.stdout))
        assert found.mask(f"{printed.stdout}{printed.stderr}".rstrip("\n")) == expected, step.command
        assert printed.code == 0 or (following and following.command == "echo $?"), step.command


@pytest.mark.parametrize("verb", VERBS.values(), ids=list(VERBS))
def test_each_verb_has_a_page_that_names_its_arguments_and_options(verb: Verb) -> None:
    page = (DOCS / f"git-ledger-{verb.name}.md").read_text()
    assert f"git ledger {verb.name}" in page
    for argument in verb.arguments:
        assert argument.name.upper() in page, argument.name
    for option in verb.options:
        for flag in option.flags:
            assert f"`{flag}" in page, flag


def test_the_first_page_names_the_global_options_and_links_every_verb() -> None:
    page = (DOCS / "git-ledger.md").read_text()
    for option in GLOBAL:
        for flag in option.flags:
            assert f"`{flag}" in page, flag
    for name in VERBS:
        assert f"(git-ledger-{name}.md)" in page, name


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
