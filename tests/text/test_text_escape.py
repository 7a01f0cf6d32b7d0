"""What every sink must not let through; the parsers are the real ones where there are any."""

import re
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from notion_gitops.text import escape

HOSTILE = [
    "[a](https://evil.example)",
    "![x](https://evil.example/pixel.png)",
    "<img src=https://evil.example>",
    "</details><script>alert(1)</script>",
    "https://evil.example www.evil.example mailto:a@b.example a@b.example",
    "@acme/admins fixes #12, closes GH-12, acme/repo#3",
    "# heading",
    "- [ ] task",
    "1. one",
    "1) one",
    "+ one",
    "* one",
    "> quoted",
    "```sh\nrm -rf /\n```",
    "    code by indentation",
    "`tick",
    "~~~\nfence",
    "===",
    "---",
    "***",
    "a | b | c",
    "|---|",
    "[ref]: https://evil.example",
    "[^1]",
    "\\[a\\](b)",
    "\\",
    "a\\",
    "&#60;b&#62; &lt;b&gt;",
    "line\n\n# two",
    "*bold* _it_ ~~gone~~ **x**",
    "$x^2$",
    "\x1b[2J\x1b]0;title\x07 0 deletes\r99 deletes",
    "\u202eabc\u2066\u200b",
    "::set-env name=PATH::/evil",
    "<!-- notion-gitops:plan -->",
    "<https://evil.example>",
]
FORBIDDEN = {"link_open", "image", "html_inline", "html_block", "heading_open", "fence"} | {
    *("code_block", "code_inline", "bullet_list_open", "ordered_list_open", "blockquote_open"),
    *("hr", "s_open", "em_open", "strong_open"),
}
BITS = st.sampled_from(
    [*HOSTILE, "[", "]", "(", ")", "`", "\\", "|", "!", "<", "-", "1.", " ", "\n"]
)
TEXTS = st.one_of(st.text(), st.lists(BITS, max_size=6).map("".join))


def kinds(source: str) -> set[str]:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source)
    inline = [child for token in tokens for child in token.children or []]
    return {token.type for token in [*tokens, *inline]}


def assert_inert(source: str) -> None:
    assert not kinds(source) & FORBIDDEN, source
    assert not re.search(r"[@#][0-9A-Za-z]", source.replace("&#", ""))
    assert not re.search(r"://|www\.|gh-\d", source, re.IGNORECASE)


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_from_data_is_plain_text(text: str) -> None:
    assert kinds(text) & FORBIDDEN or "table_open" not in kinds(text)  # the parser is awake
    assert_inert(escape.markdown(text))


@given(TEXTS)
def test_no_text_becomes_markdown(text: str) -> None:
    """Holds D14, R23."""
    assert_inert(escape.markdown(text))


@given(TEXTS)
def test_no_text_leaves_its_table_cell(text: str) -> None:
    table = f"| a | b |\n|---|---|\n| {escape.markdown(text)} | last |"
    tokens = MarkdownIt("commonmark").enable("table").parse(table)
    cells = [tokens[i + 1].content for i, t in enumerate(tokens) if t.type == "td_open"]
    assert len(cells) == 2
    assert cells[1] == "last"


@given(TEXTS)
def test_markdown_shows_the_text_itself(text: str) -> None:
    inline = MarkdownIt("commonmark").parseInline(escape.markdown(text))[0].children or []
    shown = "".join(child.content for child in inline).replace(escape.ZERO_WIDTH_SPACE, "")
    assert shown.strip() == escape.visible(text).strip()


@given(TEXTS)
def test_code_is_code_or_plain_text(text: str) -> None:
    assert not kinds(escape.code(text)) & (FORBIDDEN - {"code_inline"})


def test_a_name_is_shown_as_code() -> None:
    assert escape.code("fix-login-page-49b7ee") == "`fix-login-page-49b7ee`"


@given(st.text())
def test_a_terminal_gets_one_line_of_what_can_be_seen(text: str) -> None:
    """Holds D14."""
    shown = escape.terminal(text)
    hidden = [c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp", "Cs"}]
    assert set(hidden) <= {"\u200d"}
    assert len(shown.splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("a\nb\tc\rd", r"a\nb\tc\rd"),
        ("\x9b", r"\x9b"),
        ("\u202egnp", r"\u202egnp"),
        ("\U000e0041", r"\U000e0041"),
        ("\ud800", r"\ud800"),
        ("Łódź 日本 👩‍💻", "Łódź 日本 👩‍💻"),
        ("a\u200db", r"a\u200db"),
    ],
)
def test_hidden_characters_are_shown(text: str, shown: str) -> None:
    """Holds R12."""
    assert escape.terminal(text) == shown


def test_html_has_no_markup_from_data() -> None:
    """Holds D14."""
    assert (
        escape.html("<b onclick='x'>\x1b&\"") == "&lt;b onclick=&#x27;x&#x27;&gt;\\x1b&amp;&quot;"
    )


def commands(output: str) -> list[str]:
    """The runner's own reading of a job's stdout, line by line (both of its syntaxes)."""
    lines = re.split(r"\r\n|\r|\n", output)
    return [line for line in lines if line.lstrip().startswith("::") or "##[" in line]


@given(st.lists(st.sampled_from(["::", "#", "[", "\n", "\r", " ", "\t", "a", "##[error]"])))
def test_no_output_is_a_command_to_the_runner(parts: list[str]) -> None:
    """Holds D14."""
    assert commands(escape.workflow_output("".join(parts))) == []


def test_the_runner_would_have_obeyed() -> None:
    assert commands("x\n  ::set-env name=A::b\n1 ##[error]") != []
    assert escape.workflow_output("tasks\n  a::b") == "tasks\n  a::b"


@given(TEXTS)
def test_a_commit_line_is_one_line_and_harmless(text: str) -> None:
    line = escape.commit_line(text)
    assert len(line.splitlines()) <= 1
    assert not re.search(r"[@#][0-9A-Za-z]|gh-\d|://", line, re.IGNORECASE)


@pytest.mark.parametrize("text", ["[skip ci]", "[ci skip]", "[no ci]", "[skip actions]"])
def test_a_commit_line_does_not_switch_off_workflows(text: str) -> None:
    assert text not in escape.commit_line(f"Ann {text}")


def test_a_commit_line_forges_no_trailer(tmp_path: Path) -> None:
    name = escape.commit_line("x\n\nSync-Id: forged")
    message = f"Subject\n\n{name}\n\nSync-Id: real\n"
    run = subprocess.run(
        ["git", "interpret-trailers", "--parse"],
        input=message,
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert run.stdout == "Sync-Id: real\n"
