"""Rule 2: what reaches the git that the gate asks."""

import os

from gitledger.hook.surroundings import clean, landed, quarantined

HOOK = {
    "PATH": "/bin",
    "GIT_DIR": ".",
    "GIT_OBJECT_DIRECTORY": "/q",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "/o",
    "GIT_QUARANTINE_PATH": "/q",
    "HOME": "/home/git",
}
HOSTILE = {
    "GIT_CONFIG_PARAMETERS": "'core.commitGraph'='true'",
    "GIT_CONFIG_COUNT": "7",
    "GIT_CONFIG_GLOBAL": "/home/eve/.gitconfig",
    "GIT_GRAFT_FILE": "/home/eve/grafts",
    "GIT_SHALLOW_FILE": "/home/eve/shallow",
    "GIT_REPLACE_REF_BASE": "refs/eve",
    "GIT_PUSH_OPTION_0": "gate=never",
    "GIT_CEILING_DIRECTORIES": "/",
    "LD_PRELOAD": "/home/eve/eve.so",
    "XDG_CONFIG_HOME": "/home/eve",
}


def test_only_the_path_and_the_quarantine_are_kept() -> None:
    env = clean(HOOK | HOSTILE)
    assert {name: env[name] for name in HOOK} == HOOK
    added = env.keys() - HOOK.keys()
    assert added & HOSTILE.keys() == {"GIT_CONFIG_COUNT", "GIT_CONFIG_GLOBAL"}
    assert (env["GIT_CONFIG_COUNT"], env["GIT_CONFIG_GLOBAL"]) == ("1", os.devnull)
    assert (env["GIT_CONFIG_KEY_0"], env["GIT_CONFIG_VALUE_0"]) == ("core.commitGraph", "false")
    assert env["GIT_NO_REPLACE_OBJECTS"] == "1"


def test_git_sees_the_quarantine_alone_or_the_repository_alone() -> None:
    env = clean(HOOK)
    assert env.keys() - quarantined(env).keys() == {"GIT_ALTERNATE_OBJECT_DIRECTORIES"}
    assert env.keys() - landed(env).keys() == HOOK.keys() - {"PATH", "GIT_DIR", "HOME"}
