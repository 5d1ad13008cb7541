"""Paths and the variables that stand for them; both directions hold."""

from collections.abc import Iterator
from typing import Final

from vectors.generate_model.scenario import ACCEPT, Scenario

_ACUTE: Final = b"\xcc\x81"

PATHS: Final[dict[str, list[tuple[bytes, str]]]] = {
    "an ordinary path stands for itself": [
        (b"README.md", "README.md"),
        (b".github/workflows/scrape.yml", ".github/workflows/scrape.yml"),
        (b'a b/"quoted": 1 * 2?', 'a b/"quoted": 1 * 2?'),
        (b"it's", "it's"),
        (b"a/b~", "a/b~"),
        (b"x.git/.gitkeep/gitmod", "x.git/.gitkeep/gitmod"),
        (b"caf\xc3\xa9/\xe6\x97\xa5\xe6\x9c\xac/\xf0\x9f\x94\xa5", "caf\u00e9/\u65e5\u672c/\U0001f525"),
        (b"...", "..."),
        (b"+/+a", "+/+a"),
    ],
    "a percent sign is escaped": [
        (b"100%", "100%25"),
        (b"%41", "%2541"),
        (b"a%/+b", "a%25/+b"),
    ],
    "a backslash and control characters are escaped": [
        (b"a\\b", "a%5Cb"),
        (b"a\nb\tc\x01\x1f\x7f", "a%0Ab%09c%01%1F%7F"),
        (b"next\xc2\x85line", "next%C2%85line"),
    ],
    "bytes that are not UTF-8 are escaped one by one": [
        (b"Ren\xe9", "Ren%E9"),
        (b"\xff\xfe/\xc3\xa9\xc3", "%FF%FE/\u00e9%C3"),
        (b"\xed\xa0\x80 is a surrogate", "%ED%A0%80 is a surrogate"),
        (b"\xc0\xaf is a slash in two bytes", "%C0%AF is a slash in two bytes"),
    ],
    "a component that is not in NFC is escaped to ASCII": [
        (b"e" + _ACUTE, "e%CC%81"),
        (b"\xc3\xa9/e" + _ACUTE + b"\xc3\xa9", "\u00e9/e%CC%81%C3%A9"),
        (b"\xe2\x84\xab is the unit", "%E2%84%AB is the unit"),
    ],
    "an accent behind an escape that ends in a letter is escaped too": [
        (b"\n" + _ACUTE, "%0A%CC%81"),
        (b"~" + _ACUTE, "%7E%CC%81"),
        (b"\t" + _ACUTE, "%09\u0301"),
    ],
    "a tilde is escaped where a component begins": [
        (b"~", "%7E"),
        (b"~~0/a~/~b", "%7E~0/a~/%7Eb"),
    ],
    "names that Git or a file system treats specially are escaped at their first character": [
        (b".gitattributes", "%2Egitattributes"),
        (b"a/.GitModules", "a/%2EGitModules"),
        (b".gitignore/.mailmap", "%2Egitignore/%2Emailmap"),
        (b".git ", "%2Egit "),
        (b"git~1/GITMOD~1", "%67it~1/%47ITMOD~1"),
        (b".git:stream", "%2Egit:stream"),
        (b".g\xe2\x80\x8cit", "%2Eg\u200cit"),
        (b"\xe2\x80\x8c.git", "%E2%80%8C.git"),
    ],
    "a single dot and two dots are escaped": [
        (b"./a", "%2E/a"),
        (b"a/..", "a/%2E."),
    ],
    "the ledger's own folder is escaped at the top alone": [
        (b".ledger", "%2Eledger"),
        (b".ledger/policy", "%2Eledger/policy"),
        (b"a/.ledger", "a/.ledger"),
        (b".ledgers", ".ledgers"),
    ],
    "a component of more than 255 bytes goes on in the next": [
        (b"a" * 255, "a" * 255),
        (b"a" * 256, "a" * 254 + "%/+aa"),
        (b"a" * 600 + b"/b", "a" * 254 + "%/+" + "a" * 253 + "%/+" + "a" * 93 + "/b"),
        (b"%" * 100, "%25" * 84 + "%/+" + "%25" * 16),
    ],
    "a cut leaves characters and escapes whole": [
        (b"a" * 253 + b"\\" + b"b", "a" * 253 + "%/+%5Cb"),
        (b"a" * 253 + b"\xc3\xa9" + b"b", "a" * 253 + "%/+\u00e9b"),
        (b"q" * 254 + _ACUTE, "q" * 254 + "%/+\u0301"),
        (b"a" * 254 + _ACUTE, "a" * 254 + "%/+%CC%81"),
    ],
    "what follows a cut may look like anything": [
        (b"a" * 254 + b"~~", "a" * 254 + "%/+~~"),
        (b"a" * 254 + b".git", "a" * 254 + "%/+.git"),
        (b"a" * 254 + b"..", "a" * 254 + "%/+.."),
        (b"a" * 254 + b"++", "a" * 254 + "%/+++"),
    ],
    "a variable may take 1024 bytes": [
        (b"/".join([b"a" * 204] * 5), "/".join(["a" * 204] * 5)),
        (b"/".join([b"%" + b"a" * 201] + [b"a" * 204] * 4), "/".join(["%25" + "a" * 201] + ["a" * 204] * 4)),
    ],
}


def scenarios() -> Iterator[Scenario]:
    """Yield one scenario for each sentence."""
    for says, pairs in PATHS.items():
        cases = [{"path": path.hex(), "variable": variable} for path, variable in pairs]
        yield Scenario(says=says, expected=ACCEPT, content={"cases": cases})
