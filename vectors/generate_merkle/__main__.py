"""``python -m vectors.generate_merkle [FOLDER]``: write every scenario, below ``vectors/`` unless told otherwise."""

import sys
from pathlib import Path

from vectors.generate_merkle import head, leaf, proof, tile
from vectors.generate_model.scenario import write


def main(folder: Path) -> None:
    """Write all vectors to the folder ``merkle``."""
    for module in (leaf, head, tile, proof):
        write(folder / "merkle", module.scenarios())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent)
