"""``python -m vectors.generate_codec [FOLDER]``: write every scenario, to ``vectors/codec/`` unless told otherwise."""

import json
import sys
from pathlib import Path

from vectors.generate_codec import accepted, encoded, refused, rfc8949

FOLDER = Path(__file__).parent.parent / "codec"


def main(folder: Path) -> None:
    """Write one file per scenario, named by its sentence."""
    folder.mkdir(parents=True, exist_ok=True)
    for says, table in encoded.TABLES.items():
        cases = [{"bytes": digits, "value": json.loads(text)} for digits, text in _lines(table)]
        _write(folder, says, "accept", cases)
    for says, table in {**accepted.TABLES, **rfc8949.ACCEPTED}.items():
        _write(folder, says, "accept", [{"bytes": digits, "diagnostic": text} for digits, text in _lines(table)])
    for says, table in {**refused.TABLES, **rfc8949.REFUSED}.items():
        _write(folder, says, "FormatError", [{"bytes": digits, "because": text} for digits, text in _lines(table)])


def _lines(table: str) -> list[tuple[str, str]]:
    pairs = (line.strip().split("  ", 1) for line in table.splitlines() if line.strip())
    return [("" if digits == "-" else digits, text.strip()) for digits, text in pairs]


def _write(folder: Path, says: str, expected: str, cases: list[dict[str, object]]) -> None:
    path = folder / f"{says.lower().replace(' ', '-').replace(',', '')}.json"
    content = {"says": says, "expected": expected, "cases": cases}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=True) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
