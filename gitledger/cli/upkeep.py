"""The verbs that prove, bound and look after ledgers: the second part of the table in `options`."""

from typing import Final

from gitledger.cli.verb import Argument, Option, Verb

AT: Final = Option(flags=("--at",), metavar="REV", help="As of this event instead of the newest.")
CHECKPOINT: Final = Option(
    flags=("--checkpoint",), metavar="FILE", help="A checkpoint of this ledger; else the newest that is kept."
)
WITNESSES: Final = Option(flags=("--witnesses",), metavar="FILE", help="Whose signatures a checkpoint must have.")
DRY_RUN: Final = Option(flags=("--dry-run",), kind="flag", help="Only say what would be done.")
_BEFORE: Final = Option(flags=("--before",), kind="number", metavar="SIZE", help="Which checkpoint; else the newest.")

UPKEEP: Final = (
    Verb(
        name="checkpoint",
        help="Fix what the ledger is in one small text; keep and print it.",
        options=(
            Option(flags=("--sign",), kind="flag", help="Sign it with the key of ledger.signingKey."),
            Option(flags=("--key",), metavar="FILE", help="Sign it with this key."),
            Option(flags=("--attach",), metavar="FILE", help="Add the signatures of this checkpoint to ours."),
        ),
    ),
    Verb(
        name="key",
        repository=False,
        help="Make a key that signs checkpoints, or show the one that is there.",
        arguments=(Argument(name="file", help="Where the secret is kept."),),
        options=(
            Option(flags=("--name",), metavar="NAME", help="Name of the key; that of a log is its origin."),
            Option(flags=("--witness",), kind="flag", help="A key that cosigns the checkpoints of others."),
        ),
    ),
    Verb(
        name="prove",
        help="Write one fact as a file that can be checked without the repository.",
        arguments=(
            Argument(name="what", help="event, variable, timeline or extension."),
            Argument(name="subject", help="A REV, a variable, or the older end: a REV or a checkpoint's file."),
            Argument(name="other", help="The newer end of an extension.", required=False),
        ),
        options=(AT, CHECKPOINT),
    ),
    Verb(
        name="check-proof",
        repository=False,
        help="Say what a proof shows, if it holds; needs no repository.",
        arguments=(Argument(name="file", help="The proof; - is standard input."),),
        options=(
            Option(flags=("--checkpoint",), kind="texts", metavar="FILE", help="A checkpoint known to be true."),
            WITNESSES,
        ),
    ),
    Verb(
        name="hook",
        help="Judge a push to this server, as a hook of git; or put hooks in place: hook install.",
        arguments=(
            Argument(name="action", help="pre-receive, update or install."),
            Argument(name="ref", help="What git gives to an update hook.", required=False),
            Argument(name="old", help="The same.", required=False),
            Argument(name="new", help="The same.", required=False),
        ),
        options=(
            Option(flags=("--server",), kind="flag", help="Install the gate; else the hook that pushes along."),
            Option(flags=("--update",), kind="flag", help="Install the gate as an update hook: second best."),
            Option(flags=("--uninstall",), kind="flag", help="Take away what install put in place."),
        ),
    ),
    Verb(
        name="archive",
        help="Copy history up to a checkpoint to a directory or object storage.",
        options=(
            _BEFORE,
            Option(flags=("--to",), metavar="URL", help="A directory, or s3://BUCKET/PREFIX; else the known one."),
        ),
    ),
    Verb(
        name="rehydrate",
        help="Bring history back that was pruned.",
        arguments=(Argument(name="oldest", help="Back to #N, or an event id; else to the first.", required=False),),
        options=(
            Option(flags=("--from",), metavar="URL", name="source", help="An archive or a remote; else any known."),
        ),
    ),
    Verb(
        name="prune",
        help="Drop history up to a checkpoint that somebody else holds.",
        options=(
            _BEFORE,
            DRY_RUN,
            Option(flags=("--discard",), kind="count", help="Given twice: drop it even if nobody else holds it."),
        ),
    ),
    Verb(name="gc", help="Make the repository small and quick again."),
    Verb(
        name="doctor",
        help="Say what is wrong with the repository and its ledgers, and mend it.",
        options=(Option(flags=("--fix",), kind="flag", help="Do what would help, where nobody need be asked."),),
    ),
    Verb(
        name="export",
        help="Write the log as files that any static web server can offer.",
        arguments=(Argument(name="what", help="tlog."), Argument(name="directory", help="Where to.")),
        options=(CHECKPOINT,),
    ),
)
