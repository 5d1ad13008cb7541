"""``python -m vectors.generate_model [FOLDER]``: write every scenario, below ``vectors/`` unless told otherwise."""

import sys
from pathlib import Path

from vectors.generate_model import delta, envelope, event, manifest, merge, policy, publication, rule, timeline
from vectors.generate_model.scenario import write

STRUCTURES = {
    "event": event,
    "delta": delta,
    "rule": rule,
    "timeline": timeline,
    "envelope": envelope,
    "merge": merge,
    "manifest": manifest,
    "policy": policy,
    "publication": publication,
}


def main(folder: Path) -> None:
    """Write the vectors of each structure to the folder of its name."""
    for name, module in STRUCTURES.items():
        write(folder / name, module.scenarios())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent)
