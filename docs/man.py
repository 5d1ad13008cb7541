"""Manual pages from the pages of the commands: ``git ledger --help`` asks ``man``, not this program.

A build hook of hatchling: a wheel brings ``share/man/man1/git-ledger-<verb>.1`` for each ``docs/git-ledger-<verb>.md``.
The macros are those of man(7). What a page holds that is not known here fails the build.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from markdown_it import MarkdownIt
from markdown_it.token import Token

DOCS: Final = Path(__file__).parent
_FONTS: Final = {"strong_open": "\\fB", "em_open": "\\fI", "strong_close": "\\fR", "em_close": "\\fR"}


class ManPages(BuildHookInterface[Any]):
    """Puts the pages into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling calls it so
        """Format all pages and say where they go."""
        self._built = TemporaryDirectory()
        for page in sorted(DOCS.glob("git-ledger*.md")):
            target = Path(self._built.name, f"{page.stem}.1")
            target.write_text(format_page(page.stem, page.read_text()))
            build_data["shared_data"][str(target)] = f"share/man/man1/{target.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Drop what was built; the wheel has it."""
        self._built.cleanup()


def format_page(name: str, markdown: str) -> str:
    """Return a manual page.

    Args:
        name: what it is called, ``git-ledger-vst``.
        markdown: a title, one sentence, a block with the command line, and sections.

    Raises:
        ValueError: there is something in it that has no form here.
    """
    tokens = MarkdownIt().enable("table").parse(markdown)
    lines = [f'.TH "{name.upper()}" "1" "" "git-ledger" "Git Ledger"']
    lines += [".SH NAME", f"{_escape(name)} \\- {_inline(tokens[4])}", ".SH SYNOPSIS", *_fence(tokens[6].content)]
    return "\n".join([*lines, *_blocks(tokens[7:])]) + "\n"


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    rest = iter(tokens)
    for token in rest:
        match token.type:
            case "heading_open":
                yield f".{'SH' if token.tag == 'h2' else 'SS'} {_inline(next(rest)).upper()}"
            case "paragraph_open":
                # Inside a list, the mark is the beginning of the paragraph.
                yield from () if token.hidden else (".PP",)
                yield _inline(next(rest))
            case "fence":
                yield from _fence(token.content)
            case "table_open":
                yield from _table(rest)
            case "list_item_open":
                yield f'.IP "{token.info or "*"}" 3'
            case closing if closing.endswith("_close") or closing in {"bullet_list_open", "ordered_list_open"}:
                continue
            case unknown:
                raise ValueError(f"a page holds {unknown}, which has no form in a manual page")


def _fence(content: str) -> Iterator[str]:
    yield from (".PP", ".nf", ".RS 4")
    yield from (_escape(line) for line in content.splitlines())
    yield from (".RE", ".fi")


def _table(rest: Iterator[Token]) -> Iterator[str]:
    """Yield the rows of a table, without its head: the first cell stands out, the others explain it."""
    cells: list[str] = []
    is_head = False
    for token in rest:
        match token.type:
            case "thead_open" | "thead_close":
                is_head = token.type == "thead_open"
            case "inline":
                cells.append(_inline(token))
            case "tr_close":
                if not is_head:
                    yield from (".TP", cells[0], "; ".join(cell for cell in cells[1:] if cell))
                cells = []
            case "table_close":
                return


def _inline(token: Token) -> str:
    text, targets = "", list[str]()
    for part in token.children or ():
        match part.type:
            case "text":
                text += _escape(part.content)
            case "code_inline":
                text += f"\\fB{_escape(part.content)}\\fR"
            case "softbreak":
                text += "\n"
            case "strong_open" | "em_open" | "strong_close" | "em_close":
                text += _FONTS[part.type]
            case "link_open":
                targets.append(str(part.attrGet("href")))
            case "link_close":
                stem, dot_md, _ = targets.pop().rpartition(".md")
                text += "(1)" if dot_md and stem.startswith("git-ledger") and text.endswith(_escape(stem)) else ""
            case unknown:
                raise ValueError(f"a page holds {unknown}, which has no form in a manual page")
    return text


def _escape(text: str) -> str:
    """Return text as roff shows it: a backslash, a hyphen that can be copied, a dot that begins no macro."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
