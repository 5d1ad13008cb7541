"""``python -m vectors.generate_state [FOLDER]``: write every scenario, below ``vectors/`` unless told otherwise."""

import sys
from pathlib import Path

from vectors.generate_model.scenario import write
from vectors.generate_state import damaged, names, states


def main(folder: Path) -> None:
    """Write the vectors to the folders ``names`` and ``state``."""
    write(folder / "names", names.scenarios())
    write(folder / "state", [*states.scenarios(), *damaged.scenarios()])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent)
