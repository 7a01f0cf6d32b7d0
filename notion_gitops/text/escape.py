"""One escaping function per sink; no text from data leaves the program without one of them.

==========================  ====================================================================
sink                        function
==========================  ====================================================================
a terminal, a log           `terminal`
Markdown, table cells too   `markdown` (and `code`, for names that are shown as code)
HTML                        `html`
stdout of a workflow job    `workflow_output`, over the whole text that is printed
a commit message            `commit_line`
==========================  ====================================================================

CSV has its own, beside the CSV format.
"""

import re
import unicodedata
from html import escape as _html_escape

ZERO_WIDTH_SPACE = "\u200b"

_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
# What cannot be seen, or moves what can: control characters (Cc), format characters such as
# bidi overrides and zero-width signs (Cf), line and paragraph separators (Zl, Zp), and halves of
# surrogate pairs (Cs), which cannot even be printed.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
_EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\ufe0f"
_EMOJI_JOINER = re.compile(f"(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}])")
_MARK_OF_JOINER = "\ue0ff"  # a private character stands in for a joiner that may stay
_MARKDOWN_SPECIAL = str.maketrans({char: f"\\{char}" for char in r"\`*_{}[]()~|$^!"})
_MARKDOWN_AT_START = re.compile(r"^(\d+(?=\.(?:\s|$))|(?=[-+=]))")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._/:,=-][A-Za-z0-9 ._/:,=-]*")
_WORKFLOW_START = re.compile(r"^(\s*)::", re.MULTILINE)
_REFERENCE = re.compile(r"\b(gh-)(?=\d)", re.IGNORECASE)
_WEB_ADDRESS = re.compile(r"/(?=/)|\bwww(?=\.)|\b(?:mailto|xmpp):|[\w.+-](?=@)", re.IGNORECASE)
_SKIP_CI = re.compile(
    r"\[(?=\s*(?:skip|ci|no|actions))|\*\*\*(?=NO_CI)|skip-checks(?=:)", re.IGNORECASE
)


def visible(text: str) -> str:
    r"""The text on one line, with what hides or moves text shown as ``\x1b``, ``\u202e``.

    The joiner inside an emoji stays, since it is part of how the emoji is written.
    """
    if text.isascii() and text.isprintable():
        return text
    joined = _EMOJI_JOINER.sub(_MARK_OF_JOINER, text.replace(_MARK_OF_JOINER, r"\ue0ff"))
    return joined.translate(_SHOWN).replace(_MARK_OF_JOINER, "\u200d")


def terminal(text: str) -> str:
    """One line for a terminal or a log: no character can move the cursor or reorder the text."""
    return visible(text)


def markdown(text: str) -> str:
    """One line of inline Markdown, fit for a table cell and for the start of a line as well.

    Nothing in it can become a link, an image, HTML, a mention, a reference to an issue, a
    heading, a list, a task, a quotation or code, in CommonMark or in GitHub's dialect (GitHub
    Flavored Markdown Spec, "Autolinks"; GitHub's documentation, "Autolinked references").
    """
    shown = _unlinked(visible(text).strip().translate(_MARKDOWN_SPECIAL))
    entities = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN_AT_START.sub(r"\1\\", entities)


def code(text: str) -> str:
    """A name as a Markdown code span; as `markdown` when it is not plainly a name."""
    return f"`{text}`" if _PLAIN_NAME.fullmatch(text) else markdown(text)


def html(text: str) -> str:
    """One line of text for HTML, in content and in a quoted attribute."""
    return _html_escape(visible(text), quote=True)


def workflow_output(text: str) -> str:
    r"""Whole lines for the stdout of a job on GitHub: none of them is a command to the runner.

    The runner obeys ``::name::`` at the start of a line, blanks before it or not, and ``##[name]``
    anywhere in it (GitHub's runner, ``ActionCommand``). The escapes stay readable.
    """
    shown = text.replace("\r", r"\r").replace("##[", r"\x23#[")
    return _WORKFLOW_START.sub(r"\1\\x3a:", shown)


def commit_line(text: str) -> str:
    """A part of one line of a commit message.

    It can neither end the line (so it forges no trailer), nor mention a person, nor close an
    issue, nor switch off workflows (GitHub's documentation, "Skipping workflow runs").
    """
    unlinked = _unlinked(visible(text).strip())
    return _SKIP_CI.sub(rf"\g<0>{ZERO_WIDTH_SPACE}", unlinked)


class _Shown(dict[int, str]):
    """What each character is shown as, worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        shown = self[point] = _shown(chr(point))
        return shown


_SHOWN = _Shown()


def _shown(char: str) -> str:
    if unicodedata.category(char) not in _HIDDEN_CATEGORIES:
        return char
    if char in _SHORT:
        return _SHORT[char]
    point = ord(char)
    if point <= 0xFF:  # noqa: PLR2004  two hexadecimal digits
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point <= 0xFFFF else f"\\U{point:08x}"  # noqa: PLR2004


def _unlinked(text: str) -> str:
    """Break what GitHub turns into mentions, references and links, with a zero-width space."""
    addressless = _WEB_ADDRESS.sub(rf"\g<0>{ZERO_WIDTH_SPACE}", text)
    referless = _REFERENCE.sub(rf"\1{ZERO_WIDTH_SPACE}", addressless)
    return referless.replace("@", f"@{ZERO_WIDTH_SPACE}").replace("#", f"#{ZERO_WIDTH_SPACE}")
