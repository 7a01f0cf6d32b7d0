"""T11, T12, T13, R12, A10: what people type into Notion stays text wherever it is shown.

Every hostile piece says EVIL, so that a node, a command or a link that was made of it is known.
"""

import html.parser
import itertools
import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pyte
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from notion_gitops.model.errors import ExitCode
from notion_gitops.sandbox import edits
from notion_gitops.sandbox.weather.rules import Effect
from notion_gitops.text import escape
from tests.cli.cli_world import SANDBOX
from tests.cli.cli_world import World as CommandWorld
from tests.faults.faults_git import copy
from tests.faults.faults_world import World

PIECES = [
    "[EVIL](https://evil.example/EVIL)",
    "![EVIL](https://evil.example/EVIL.png)",
    "<img src=https://evil.example/EVIL onerror=EVIL>",
    "</details></summary></td><script>EVIL</script><!-- EVIL -->",
    "https://evil.example/EVIL www.EVIL.example EVIL@evil.example mailto:EVIL@x.example",
    "@EVIL @EVIL/team fixes #12, closes GH-12, EVIL/EVIL#3 /EVIL",
    "\n# EVIL\n\n- [ ] EVIL\n- [x] EVIL\n1. EVIL\n> EVIL\n\n    EVIL\n\nEVIL\n====\n",
    "\n```\nEVIL\n~~~\n```EVIL",
    "`EVIL` ``EVIL`` *EVIL* **EVIL** _EVIL_ ~~EVIL~~ $EVIL$ ==EVIL== [^EVIL] :EVIL:",
    "| EVIL | EVIL |\n|---|---|\n| EVIL | EVIL |",
    "[EVIL]: https://evil.example/EVIL\n[EVIL]",
    "\\[EVIL\\](https://evil.example) \\\\ EVIL\\",
    "&#60;EVIL&#62; &lt;EVIL&gt; &commat;EVIL",
    "<https://evil.example/EVIL> <EVIL@evil.example>",
    "<!-- notion-gitops:plan --> EVIL",
]
CONTROLS = [
    "EVIL\x1b[2J\x1b[H\x1b]0;EVIL\x07\x1b[8m0 deletes\x1b[1A\x1b[2K",
    "37 deletes\r0 deletes EVIL\x08\x08\x08\x7f",
    "EVIL\u202e0 setedel\u2066\u2069\u200b\u200f\ufeff\u00ad\u2028\u2029",
    "EVIL\x9b2J\x90EVIL\x9c\x85\x0b\x0c",
    "EVIL e\u0301 日本語 EVIL",
]
NODES = {"link_open", "image", "html_inline", "html_block", "heading_open", "fence", "code_block",
         "code_inline", "s_open", "em_open", "strong_open", "blockquote_open", "hr"}  # fmt: skip
TAGS = {"details", "summary", "sub", "br"}  # that our templates write themselves


class Tags(html.parser.HTMLParser):
    """The tags and attributes of a piece of HTML."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [tag, *(f"{tag} {name}" for name, _ in attrs)]

    def handle_endtag(self, tag: str) -> None:
        self.found.append(tag)

    def handle_comment(self, data: str) -> None:
        self.found.append(f"comment {data}")


def made_of_data(page: str) -> list[str]:
    """The nodes of a page of GitHub's Markdown that came out of data."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    found = [_of(node) for node in _nodes(parser.parse(page))]
    loose = re.sub(r"&#\d+;|&\w+;", "", page)
    patterns = (r"(?<![\w`])@\w+", r"(?<!\w)#\d+", r"\bGH-\d", r"^\s*[-*+] \[[ x]\]", r"^/EVIL")
    found += [m[0] for p in patterns for m in re.finditer(p, loose, re.MULTILINE)]
    found += [m[0] for m in re.finditer(r"\S*(?:://|www\.)\S*", loose) if "notion" not in m[0]]
    return [f for f in found if f]


def _nodes(tokens: list[Token]) -> list[tuple[Token, str]]:
    """Every node, with the text that is inside of it."""
    found = []
    for group in (tokens, *(t.children or [] for t in tokens)):
        for at, token in enumerate(group):
            until = token.type.replace("_open", "_close")
            rest = itertools.takewhile(lambda t: t.type != until, group[at + 1 :])  # noqa: B023
            inside = "".join(t.content for t in rest) if token.type.endswith("_open") else ""
            found.append((token, token.content + inside))
    return found


def _of(node: tuple[Token, str]) -> str:
    token, inside = node
    if token.type in {"html_inline", "html_block"}:
        tags = [t for t in Tags(token.content).found if t not in TAGS]
        ours = [t for t in tags if t == "comment  notion-gitops:plan "]
        return "" if tags == ours and len(ours) <= 1 else f"{token.type} {tags}"
    if token.type == "strong_open":
        return ""  # plans set the new value in bold; what is in it is text
    if token.type == "heading_open" and not inside.startswith("EVIL"):
        return ""  # `why` has a title in a heading of its own
    address = str(token.attrGet("href") or token.attrGet("src") or "")
    evil = "EVIL" in address or (token.type in NODES - {"link_open"} and "EVIL" in inside)
    return f"{token.type} {address} {inside[:40]}" if evil else ""


QUIET = (9, 12, 14)  # a table, entities and our marker do harm beside other things alone


@pytest.mark.parametrize("piece", [p for at, p in enumerate(PIECES) if at not in QUIET])
def test_t11_the_parser_is_awake(piece: str) -> None:
    assert made_of_data(f"x\n\n{piece}\n")


def poisoned(world: World, text: str) -> None:
    """Text of a stranger in every place that a page, a record or a server has for it."""
    for key in ("t1", "t2", "t3"):
        world.edit_notion(key, note=text)
    edits.edit(world.sandbox, "tasks", "t4", {"Name": f"Renamed {text}"}, by="Ann Lee")
    world.add_page(name=f"{text} born")
    tag = " ".join(text.replace(",", " ").split())[:90]
    edits.edit(world.sandbox, "tasks", "t5", {"Tags": [tag or "x"]}, by="Ann Lee")
    world.edit_git("t1", note=f"git says {text}")
    world.edit_git("t6", title=f"{text} in git", hours=99)
    world.write("t9", title=text, team="nobody")
    world.commit(f"An edit {text}"[:60].replace("\n", " ").replace("\0", ""))


SHOWN = (
    ("plan", "--full"),
    ("plan", "--offline"),
    ("check", "--data"),
    ("apply", "--yes"),
    ("plan",),
    ("status",),
    ("log",),
    ("conflicts list",),
    ("conflicts show", "tasks/t1"),
    ("why", "tasks/t1"),
    ("why", "tasks/t4", "title"),
    ("backups list",),
)


def shown(world: World, text: str, form: str) -> list[str]:
    """What every command makes of it."""
    poisoned(world, text)
    told = []
    for command in SHOWN:
        alone = command[0].startswith("conflicts")  # their files are the same with the sandbox
        there = replace(world, flags=()) if alone else world
        told.append(there.run(*command, "--format", form))
        assert told[-1].code != ExitCode.USAGE, told[-1].text
    body = {"code": "validation_error", "message": text}
    world.weather(Effect.ANSWER, "POST", r"/query", status=400, body=body)
    told += [world.run(c, "--format", form) for c in ("plan", "check")]
    assert sum("EVIL" in ran.out for ran in told) >= 5, [r.text[:200] for r in told]
    return [ran.out for ran in told]


@pytest.mark.parametrize("part", range(2))
def test_t11_no_node_of_any_page_comes_out_of_data(
    template: Path,
    tmp_path: Path,
    part: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = World(copy(template, tmp_path / "work"), monkeypatch, capsys, flags=("--sandbox",))
    text = " ".join(PIECES[part::2])
    for command, page in zip(
        (*SHOWN, "plan", "check"), shown(world, text, "markdown"), strict=True
    ):
        assert made_of_data(page) == [], f"{command}\n{page}"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1000))
def test_t11_a_thousand_mixtures(seed: int) -> None:
    pieces = [PIECES[(seed * step + step) % len(PIECES)] for step in (1, 3, 7)]
    text = ("", " ", "\n", "x")[seed % 4].join(pieces)[seed % 17 :]
    page = f"| a | b |\n|---|---|\n| {escape.markdown(text)} | {escape.code(text)} |\n"
    for whole in (page, f"- {escape.markdown(text)}\n", f"{escape.markdown(text)}\n"):
        assert made_of_data(whole) == [], whole


# --- T12: a terminal ---


def on_screen(output: str) -> list[str]:
    """What somebody sees who looks at a terminal of 80 columns."""
    screen = pyte.Screen(80, output.count("\n") + 10)
    stream = pyte.Stream(screen)
    stream.feed(output.replace("\n", "\r\n"))
    return "\n".join(line.rstrip() for line in screen.display).rstrip().split("\n")


def test_t12_the_emulator_is_awake() -> None:
    assert on_screen("37 deletes\r0 deletes \x1b[1A") != ["37 deletes\r0 deletes \x1b[1A"]
    assert on_screen("a\x1b[31mb\x1b[0m\n日本") == ["ab", "日本"]


@pytest.mark.parametrize("text", ["\r".join(["\n".join(CONTROLS), *CONTROLS[::-1]])])
def test_t12_a_terminal_shows_what_the_plan_says(
    template: Path,
    tmp_path: Path,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = World(copy(template, tmp_path / "work"), monkeypatch, capsys, flags=("--sandbox",))
    for output in shown(world, text, "text"):
        meant = [line.rstrip() for line in unicodedata.normalize("NFC", output).split("\n")]
        assert "\n".join(on_screen(output)) == "\n".join(meant).rstrip()
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", output)
        assert "\n0 deletes" not in output


def test_t12_with_colours_it_is_the_same_to_the_eye(command_world: CommandWorld) -> None:
    """On a real terminal, colours and all, the screen is the text of a pipe."""
    tool = command_world.tool
    assert (command_world.root / SANDBOX).exists()
    where = ("sandbox", "edit", "tasks", "pour-slab", "--by", "Ann Lee")
    tool.run(*where, f"Name={CONTROLS[0]}{CONTROLS[2]}").expect(0)
    plain = tool.run("plan", "--sandbox", "--full").expect(0).stdout
    typed = tool.typed("", "plan", "--sandbox", "--full", TERM="xterm-256color", COLUMNS="80")
    assert "\x1b[" in typed.stdout  # it is coloured
    seen = [re.sub(r"\d+\.\d s", "N s", line) for line in on_screen(typed.stdout)]
    meant = [re.sub(r"\d+\.\d s", "N s", line.rstrip()) for line in plain.rstrip().split("\n")]
    assert seen == meant
    assert any("deletes" in line for line in seen)
