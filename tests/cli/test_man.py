"""Each page of a command is a manual page, too."""

import shutil
import subprocess
from pathlib import Path

import pytest

from docs.man import DOCS, format_page

PAGES = sorted(DOCS.glob("git-ledger*.md"))

SMALL = r"""# git ledger small

Does *little*, .slowly: `a\b`.

```
git ledger small [-n N]
```

## Options

| option | meaning |
|---|---|
| `-n` | see [git-ledger-log](git-ledger-log.md) and [json](json.md) |

1. One.
- **Two.**
"""


def test_a_small_page() -> None:
    assert (
        format_page("git-ledger-small", SMALL)
        == r""".TH "GIT-LEDGER-SMALL" "1" "" "git-ledger" "Git Ledger"
.SH NAME
git\-ledger\-small \- Does \fIlittle\fR, .slowly: \fBa\eb\fR\&.
.SH SYNOPSIS
.PP
.nf
.RS 4
git ledger small [\-n N]
.RE
.fi
.SH OPTIONS
.TP
\fB\-n\fR
see git\-ledger\-log(1) and json
.IP "1" 3
One.
.IP "*" 3
\fBTwo.\fR
"""
    )


def test_what_has_no_form_fails() -> None:
    with pytest.raises(ValueError, match="blockquote"):
        format_page("git-ledger-small", SMALL + "\n> Said.\n")
    with pytest.raises(ValueError, match="image"):
        format_page("git-ledger-small", SMALL + "\n![x](y.png)\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_groff_has_nothing_to_say_about_a_page(page: Path) -> None:
    formatted = format_page(page.stem, page.read_text())
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    shown = subprocess.run(
        ["groff", "-k", "-man", "-Tutf8", "-ww", "-P-c"], input=formatted.encode(), capture_output=True, check=True
    )
    assert shown.stderr == b""
    assert page.stem.upper().encode() in shown.stdout
