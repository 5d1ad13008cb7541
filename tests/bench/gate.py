"""What the gate adds to a push of one event: ``python tests/bench/gate.py``.

The same pushes go to three copies of a server: with the gate, without any hook, and with a hook that does nothing.
Nothing is asserted. ``--events N ...`` sets the sizes of the ledgers, ``--pushes N`` how many are measured.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from gitledger.cli.open import open_ledger
from gitledger.ledger.append import append, append_batch
from gitledger.ledger.change import Change, change
from gitledger.ledger.init import init

ROOT = Path(__file__).resolve().parent.parent.parent
VARIABLES, DIRECTORIES, GROUP = 10_000, 30, 16


class Cost(NamedTuple):
    """Milliseconds: by the clock, and of processors, which says more on a machine that does other things, too."""

    wall: float
    busy: float

    def __str__(self) -> str:
        """Return both."""
        return f"{self.wall:4.0f} ms ({self.busy:3.0f} busy)"

    def less(self, *others: "Cost") -> "Cost":
        """Return what is left without others."""
        return Cost(self.wall - sum(one.wall for one in others), self.busy - sum(one.busy for one in others))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--pushes", type=int, default=15)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gate-") as made:
        work = Path(made)
        env = environment(work)
        start = typical(cost([sys.executable, "-c", "pass"], env) for _ in range(asked.pushes))
        print(f"{start}  the interpreter starts")
        for events in asked.events:
            measure(work / str(events), events, asked.pushes, env, start)


def environment(work: Path) -> dict[str, str]:
    """Return an environment without settings of this machine, with git-ledger on its path."""
    program = work / "tools" / "git-ledger"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "git-ledger"}" "$@"\n')
    program.chmod(0o755)
    return {
        "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(work),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.org",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.org",
    }


def measure(work: Path, events: int, pushes: int, env: dict[str, str], start: Cost) -> None:
    """Push one event after another to each server; print the medians."""
    client = work / "client.git"
    subprocess.run(["git", "init", "--quiet", "--bare", client], check=True, env=env)
    ledger = open_ledger(client, env=env)
    init(ledger)
    for _ in append_batch(ledger, changes(events), group=GROUP):
        pass
    servers = {name: work / f"{name}.git" for name in ("gate", "nothing", "empty")}
    for server in servers.values():
        shutil.copytree(client, server)
        shutil.rmtree(server / "hooks", ignore_errors=True)
    subprocess.run(["git-ledger", "-C", servers["gate"], "hook", "install", "--server"], check=True, env=env)
    hook = servers["empty"] / "hooks" / "pre-receive"
    hook.parent.mkdir()
    hook.write_text("#!/bin/sh\ncat >/dev/null\n")
    hook.chmod(0o755)
    taken: dict[str, list[Cost]] = {name: [] for name in servers}
    for number in range(pushes + 1):
        append(ledger, change("train", set={f"d{number % DIRECTORIES}/v{number}": -number}))
        for name, server in servers.items():
            push = ["git", "-C", str(client), "push", "--quiet", str(server), "refs/ledger/main"]
            taken[name].append(cost(push, env))
    # The first one finds nothing in the caches.
    gate, nothing, empty = (typical(taken[name][1:]) for name in ("gate", "nothing", "empty"))
    branch = ["git", "-C", str(client), "push", "--quiet", str(servers["gate"])]
    code = [cost([*branch, f"{head}:refs/heads/b{at}"], env) for at, head in enumerate(heads(client, pushes, env))]
    print(f"a ledger of {events:,} events")
    print(f"{nothing}  a push of one event without a hook")
    print(f"{empty.less(nothing)}  more with a hook that does nothing")
    print(f"{gate.less(nothing)}  more with the gate")
    print(f"{gate.less(nothing, start)}  of it beside the start of the interpreter")
    print(f"{typical(code)}  a push of a branch with the gate")
    ledger.objects.close()
    ledger.refs.close()


def changes(events: int) -> Iterator[Change]:
    """Yield changes of variables in many directories."""
    for number in range(events):
        variable = number * 7919 % VARIABLES
        yield change("train", set={f"d{variable % DIRECTORIES}/v{variable}": number})


def heads(client: Path, count: int, env: dict[str, str]) -> list[str]:
    """Return the newest commits, for branches."""
    listed = subprocess.run(
        ["git", "-C", client, "rev-list", f"--max-count={count}", "refs/ledger/main"],
        check=True,
        env=env,
        capture_output=True,
    )
    return listed.stdout.decode().split()


def cost(command: Sequence[str], env: dict[str, str]) -> Cost:
    """Return what a command takes."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, env=env, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(1000 * (time.perf_counter() - start), 1000 * busy)


def typical(costs: Iterable[Cost]) -> Cost:
    """Return the medians."""
    return Cost(*map(median, zip(*costs, strict=True)))


if __name__ == "__main__":
    main()
