"""``python -m vectors.generate_gitpath [FOLDER]``: write every scenario, below ``vectors/`` unless told otherwise."""

import sys
from pathlib import Path

from vectors.generate_gitpath import paths, refused
from vectors.generate_model.scenario import write


def main(folder: Path) -> None:
    """Write all vectors to the folder ``gitpath``."""
    for module in (paths, refused):
        write(folder / "gitpath", module.scenarios())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent)
