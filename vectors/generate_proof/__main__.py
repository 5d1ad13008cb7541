"""``python -m vectors.generate_proof [FOLDER]``: write every scenario, below ``vectors/`` unless told otherwise."""

import sys
from itertools import chain
from pathlib import Path

from vectors.generate_model.scenario import write
from vectors.generate_proof import checkpoint, forged, proof, tlog


def main(folder: Path) -> None:
    """Write all vectors to the folders ``checkpoint``, ``proof`` and ``tlog``."""
    write(folder / "checkpoint", checkpoint.scenarios())
    write(folder / "proof", chain(proof.scenarios(), forged.scenarios()))
    write(folder / "tlog", tlog.scenarios())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent)
