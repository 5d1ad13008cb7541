"""Paths without a variable, and variables that stand for no path."""

from collections.abc import Iterator
from typing import Final

from vectors.generate_model.scenario import FORMAT_ERROR, Scenario

PATHS: Final[dict[str, list[bytes]]] = {
    "a path that takes more than 1024 bytes as a variable is refused": [
        b"/".join([b"a" * 204] * 4 + [b"a" * 205]),
        b"/".join([b"%"] + [b"a" * 204] * 5)[:1023],
        b"\xff" * 340,
    ],
    "a path that no sound tree of Git holds is refused": [b"", b"/a", b"a/", b"a//b", b"a\0b"],
}

VARIABLES: Final[dict[str, list[str]]] = {
    "an escape in lower case is refused": ["100%2525/%5c", "%ff"],
    "an escape of what needs none is refused": ["%41", "a%7E", "a%2Egit", "a/%2Eledger", "%C3%A9", "%2Egitkeep"],
    "half an escape is refused": ["100%", "%", "%2", "%G0", "%/a", "% 41", "%2/5"],
    "an escaped slash or NUL is refused": ["a%2Fb", "%2F", "a%00b"],
    "an escape that leaves a character in pieces is refused": ["e%CC\u0301", "\u00e9%C3%A9"],
    "a component in NFC that is escaped to ASCII is refused": ["%0A\u0301a", "%09%CC%81"],
    "a cut of a component that is short enough is refused": ["a%/+b", "a" * 252 + "%/+aa", "%/+"],
    "a cut at another place than the last that fits is refused": [
        "a" * 253 + "%/+aaa",
        "a" * 254 + "%/+" + "a" * 200 + "%/+" + "a" * 60,
        "a" * 252 + "%25%/+aaaa",
    ],
    "a cut without its mark on the next component is refused": ["a" * 254 + "%/aa", "a" * 254 + "%", "a" * 254 + "%/"],
    "what is no variable is refused": ["", "a//b", "~a", ".git", "a\\b", "a\nb", "e\u0301", "a" * 256, "a/.."],
    "the ledger's own variables stand for no path": [".ledger", ".ledger/policy"],
}


def scenarios() -> Iterator[Scenario]:
    """Yield one scenario for each sentence."""
    for says, paths in PATHS.items():
        yield Scenario(says=says, expected=FORMAT_ERROR, content={"cases": [{"path": path.hex()} for path in paths]})
    for says, variables in VARIABLES.items():
        cases = [{"variable": variable} for variable in variables]
        yield Scenario(says=says, expected=FORMAT_ERROR, content={"cases": cases})
