"""Every verb with its arguments and options, once.

`parse` reads command lines by this table, `app` makes typer's help and usage messages of it, and a test holds the
signature of each verb's ``run`` against it.
"""

from typing import Final

from gitledger.cli.upkeep import AT, DRY_RUN, UPKEEP, WITNESSES
from gitledger.cli.verb import Argument, Option, Verb

GLOBAL: Final = (
    Option(flags=("-C",), metavar="DIR", name="working_directory", help="Work as if started in DIR."),
    Option(flags=("--ledger",), metavar="NAME", help="Which ledger; else GIT_LEDGER, ledger.name, main."),
    Option(flags=("--json",), kind="flag", help="One JSON object, or one per line."),
    Option(flags=("-q", "--quiet"), kind="flag", help="No progress and no hints."),
    Option(flags=("--no-color",), kind="flag", help="No colour, whatever color.ui says."),
)
"""Options that every verb takes, before or after its name."""

_LIMIT: Final = Option(flags=("-n", "--max-count"), kind="number", metavar="N", help="At most N events, the newest.")
_REVERSE: Final = Option(flags=("--reverse",), kind="flag", help="Oldest first.")
_REMOTE: Final = Argument(name="remote", help="Which remote; else the only one, or origin.", required=False)
_JOIN: Final = Option(flags=("--merge",), kind="flag", help="Join what has diverged by a merge event.")
_EVERY_LEDGER: Final = Option(flags=("--all",), kind="flag", help="Every ledger.")
_SIGN: Final = Option(flags=("-S", "--sign"), kind="flag", help="Sign what is published, as git commit -S does.")
_DEEP: Final = Option(flags=("--deep",), kind="flag", help="Fetch from archives what is asked for and was pruned.")
_REV: Final = Argument(name="rev", help="An event id, a ledger, NAME~N or #N.")

VERBS: Final = {
    verb.name: verb
    for verb in (
        Verb(
            name="init",
            help="Start a ledger, and let git fetch those of its remotes.",
            arguments=(Argument(name="name", help="Name of the ledger.", required=False),),
            options=(_SIGN,),
        ),
        Verb(
            name="append",
            help="Record a change as an event; print its id.",
            options=(
                Option(flags=("--rule",), metavar="NAME", help="Which computation makes the change."),
                Option(flags=("--set",), kind="texts", metavar="K=TEXT|K:=JSON|K=@FILE", help="A new value."),
                Option(flags=("--delete",), kind="texts", metavar="K", help="Delete a variable."),
                Option(flags=("--read",), kind="texts", metavar="K", help="What the decision depended on."),
                Option(
                    flags=("--expect",), kind="texts", metavar="K=TEXT|K:=JSON|K!", help="What it must hold, or not."
                ),
                Option(flags=("-m", "--message"), metavar="TEXT", help="A message for people."),
                Option(flags=("--key",), metavar="KEY", help="Idempotency key: the same key again is the same event."),
                Option(flags=("--batch",), metavar="FILE", help="One change per line as JSON; - is standard input."),
                _SIGN,
            ),
        ),
        Verb(
            name="log",
            help="List events, newest first.",
            arguments=(Argument(name="rev", help="The event to begin with.", required=False),),
            options=(
                _LIMIT,
                _REVERSE,
                Option(flags=("--oneline",), kind="flag", help="One line per event."),
                Option(flags=("--graph",), kind="flag", help="Draw how histories fork and join."),
                Option(flags=("--rule",), metavar="NAME", help="Only events of this rule."),
                Option(flags=("--touching",), metavar="PREFIX", help="Only events that wrote it, or below it."),
                Option(flags=("--since",), metavar="REV", help="Only events after this one."),
            ),
        ),
        Verb(
            name="show",
            help="Show one event: what it changed, who published it, when.",
            arguments=(_REV,),
            options=(_DEEP,),
        ),
        Verb(
            name="vst",
            help="List the events that changed one variable, newest first.",
            arguments=(Argument(name="variable", help="A variable."),),
            options=(_LIMIT, _REVERSE, AT, _DEEP),
        ),
        Verb(
            name="state",
            help="List variables and their values.",
            arguments=(Argument(name="variable", help="A variable, or PREFIX/.", required=False),),
            options=(AT, _DEEP),
        ),
        Verb(
            name="get",
            help="Print one value alone.",
            arguments=(Argument(name="variable", help="A variable."),),
            options=(AT,),
        ),
        Verb(
            name="diff",
            help="Show what changed between two states.",
            arguments=(Argument(name="before", help="The first REV."), Argument(name="after", help="The second REV.")),
            options=(Option(flags=("--exit-code",), kind="flag", help="Exit with 1 if they differ."),),
        ),
        Verb(
            name="blame",
            help="Show which event last wrote each variable.",
            arguments=(Argument(name="prefix", help="A variable, or PREFIX/.", required=False),),
            options=(AT,),
        ),
        Verb(
            name="verify",
            help="Replay the ledger and report every finding.",
            options=(
                Option(flags=("--since",), metavar="REV", help="Trust all up to this event; replay the rest."),
                Option(flags=("--checkpoint",), metavar="FILE", help="What is known of the ledger from elsewhere."),
                WITNESSES,
                Option(flags=("--signatures",), kind="flag", help="Judge who signed each publication, too."),
                Option(flags=("--jobs",), kind="number", metavar="N", help="How many processes judge; else one."),
            ),
        ),
        Verb(
            name="branch",
            help="Start another ledger that shares this one's history.",
            arguments=(
                Argument(name="name", help="Name of the new ledger."),
                Argument(name="rev", help="Where it begins; else the newest event.", required=False),
            ),
        ),
        Verb(
            name="merge",
            help="Join another ledger's history into this one, or say what overlaps.",
            arguments=(Argument(name="name", help="The other ledger."),),
            options=(Option(flags=("--plan",), kind="flag", help="Only say what would be done."), _SIGN),
        ),
        Verb(
            name="pending",
            help="List events that lost a race, make one again, or drop it.",
            arguments=(
                Argument(name="action", help="retry or drop; else they are listed.", required=False),
                Argument(name="event", help="Which one; retry without it takes all.", required=False),
            ),
            options=(_SIGN,),
        ),
        Verb(
            name="remote",
            help="Let plain git fetch the ledgers of a remote: remote setup.",
            arguments=(Argument(name="action", help="setup."), _REMOTE),
        ),
        Verb(
            name="clone",
            repository=False,
            help="Clone a repository with its ledgers.",
            arguments=(
                Argument(name="url", help="Where it is, as git clone takes it."),
                Argument(name="directory", help="Where to; else named like the repository.", required=False),
            ),
            options=(
                Option(flags=("--depth",), kind="number", metavar="N", help="Cut history off behind N commits."),
                Option(flags=("--filter",), metavar="SPEC", help="Leave objects of the code out, as git clone does."),
            ),
        ),
        Verb(
            name="fetch",
            help="Learn what a remote has; no ledger moves.",
            arguments=(_REMOTE,),
            options=(Option(flags=("--all",), kind="flag", help="Every remote."), DRY_RUN),
        ),
        Verb(
            name="pull",
            help="Fetch, judge what is new, and bring a ledger together with it.",
            arguments=(_REMOTE,),
            options=(_JOIN, _EVERY_LEDGER, DRY_RUN, _SIGN),
        ),
        Verb(
            name="push",
            help="Let a remote have what a ledger has here; pull where it has more.",
            arguments=(_REMOTE,),
            options=(_JOIN, _EVERY_LEDGER, DRY_RUN, _SIGN),
        ),
        Verb(
            name="import-git",
            help="Record a Git history: one event per commit along first parents.",
            arguments=(Argument(name="rev", help="A commit, as git names it."),),
            options=(_SIGN,),
        ),
        *UPKEEP,
    )
}
