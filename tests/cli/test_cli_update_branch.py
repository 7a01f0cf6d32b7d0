"""`update-branch` as a process, with a remote; what it tells is held against `branches/`.

With UPDATE_GOLDEN=1 these files are written anew.
"""

import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from notion_gitops.text.columns import width
from tests.cli.branches_world import Branches, mapping_of, two_branches
from tests.cli.cli_world import HERE, WIDTH, Tool
from tests.cli.test_cli_merge_file import RECORD, RULES, edited
from tests.commands.commands import Done

A, B, C = (f"state/records/tasks/{key}.yaml" for key in "abc")
PINNED = f"{RECORD}pin: 1234\n"
_VARIES = (
    (re.compile(r"\b[0-9a-f]{40}\b"), "COMMIT"),
    (re.compile(r"(?<![0-9a-z./:-])[0-9a-f]{7}(?![0-9a-z-])"), "COMMIT"),
)


@pytest.fixture(scope="module")
def _pulled(tmp_path_factory: pytest.TempPathFactory) -> Branches:
    """Two tasks on a remote's main branch, and a pull request's branch that is checked out."""
    where = tmp_path_factory.mktemp("update")
    world = two_branches(where, {"tasks": mapping_of("tasks", "state/records/tasks", more=RULES)})
    world.git("config", "--unset", "merge.notion-gitops.driver")  # it needs no set-up
    records = {A: PINNED, B: edited(RECORD, title="Lay"), C: edited(RECORD, title="Pave")}
    world.write({**records, "notes.txt": "one\n"}, "Base", at="01-01T09:00:00")
    return world


@pytest.fixture
def world(_pulled: Branches, tmp_path: Path) -> Branches:
    root, home = tmp_path / "workspace", tmp_path / "home"
    shutil.copytree(_pulled.root, root)
    home.mkdir()
    made = Branches(root, Tool(root, home))
    made.git("init", "-q", "--bare", "-b", "main", str(tmp_path / "bare.git"))
    made.git("remote", "add", "origin", "../bare.git")
    made.git("push", "-q", "origin", "main")
    made.git("switch", "-q", "-c", "topic")
    return made


def on_main(world: Branches, files: Mapping[str, str | bytes], message: str = "There") -> None:
    """A colleague pushes to the remote's main branch; this clone does not hear of it."""
    world.git("switch", "-q", "main")
    world.write(files, message, at="01-02T10:00:00")
    world.git("push", "-q", "origin", "main")
    world.git("reset", "-q", "--hard", "HEAD~1")
    world.git("update-ref", "-d", "refs/remotes/origin/main")
    world.git("switch", "-q", "topic")


def here(world: Branches, files: Mapping[str, str | bytes]) -> str:
    return world.write(files, "Here", at="01-02T09:00:00")


def golden(done: Done, name: str) -> None:
    found = done.stdout
    for pattern, word in _VARIES:
        found = pattern.sub(word, found)
    file = HERE / "branches" / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, "utf-8")
    assert found == file.read_text("utf-8")
    if name.endswith(".txt"):
        assert [line for line in found.splitlines() if width(line) > WIDTH] == []


def left_open(world: Branches) -> Branches:
    """Edits of every kind on both branches; some are open."""
    world.git("rm", "-q", B)
    mine = edited(PINNED, title="Dig *here*", due="2026-03-03", hours="9", pin="5678")
    here(world, {A: mine, C: edited(RECORD, title="Pave", status="done"), "notes.txt": "mine\n"})
    theirs = edited(PINNED, title="Dig there", due="2026-04-04", hours="10", tags="[red, blue]")
    more = {B: edited(RECORD, title="Lay it"), C: edited(RECORD, title="Pave", hours="1")}
    message = "Sync from Notion\n\nSync-Id: 20260102T1000Z-abcd"
    on_main(world, {A: theirs, **more, "notes.txt": "theirs\n"}, message)
    return world


def test_what_is_open_is_left_as_git_leaves_it(world: Branches) -> None:
    before = left_open(world).git("rev-parse", "HEAD")
    golden(world.tool.run("update-branch").expect(3), "left.txt")
    assert world.git("rev-parse", "HEAD") == before
    assert world.git("status", "--porcelain").splitlines() == [
        "UU notes.txt",
        f"UU {A}",
        f"DU {B}",
        f"M  {C}",
    ]
    marked = "<<<<<<< HEAD\ntitle: Dig *here*\n=======\ntitle: Dig there\n>>>>>>> origin/main\n"
    decided = edited(PINNED, due="2026-03-03", hours="10", tags="[red, blue]", pin="5678")
    assert world.read(A) == decided.replace("title: Dig\n", marked)
    assert world.git("diff", "--name-only", "--diff-filter=U") == f"notes.txt\n{A}\n{B}\n"
    _finish(world)


def _finish(world: Branches) -> None:
    """As the last lines say."""
    world.write({A: edited(PINNED, title="Both"), "notes.txt": "both\n"}, "Settled")
    assert len(world.git("rev-list", "--parents", "-1", "HEAD").split()) == 3
    world.tool.run("validate").expect(0)
    assert world.tool.run("update-branch").expect(0).stdout.startswith("topic holds all of ")


def test_it_is_undone_as_it_says(world: Branches) -> None:
    before = left_open(world).git("rev-parse", "HEAD")
    world.tool.run("update-branch").expect(3)
    world.git("merge", "--abort")
    assert world.git("rev-parse", "HEAD") == before
    assert world.git("status", "--porcelain") == ""


def test_it_is_told_to_programs_and_for_comments_alike(world: Branches) -> None:
    left_open(world)
    told = json.loads(world.tool.run("update-branch", "--format", "json").expect(3).stdout)
    assert told["report"] == "branch-update"
    assert told["update"]["outcome"] == "left"
    by_field = {c["field"]: c for c in told["update"]["collisions"]}
    assert {f: c["open"] for f, c in by_field.items()} == {
        "due": False,
        "hours": False,
        "title": True,
    }
    assert by_field["hours"]["origins"]["there"]["side"] == "notion"
    world.git("merge", "--abort")
    shown = world.tool.run("update-branch", "--format", "markdown").expect(3).stdout
    assert r"Dig \*here\*" in shown
    tokens = MarkdownIt("commonmark").enable("table").parse(shown)
    assert {"html_block", "html_inline"}.isdisjoint(t.type for t in tokens)


def test_sensitive_values_are_told_as_digests(world: Branches) -> None:
    mapping = world.read("mappings/tasks.yaml").replace("[owner, pin]", "[owner]")
    world.write({"mappings/tasks.yaml": mapping}, "No rule for pins")
    here(world, {A: edited(PINNED, pin="5678")})
    on_main(world, {A: edited(PINNED, pin="9999")})
    for form in ("text", "json", "markdown"):
        shown = world.tool.run("update-branch", "--format", form).expect(3).stdout
        assert shown.count("sha256:") == 3
        assert not re.search("1234|5678|9999", shown)
        world.git("merge", "--abort")


def test_a_narrow_screen_is_kept_to(world: Branches) -> None:
    left_open(world)
    done = world.tool.run("update-branch", COLUMNS="60").expect(3)
    assert [line for line in done.lines if width(line) > 60] == []


def test_what_is_decided_is_one_merge_commit_that_says_so(world: Branches) -> None:
    here(world, {A: edited(PINNED, title="Dig it", hours="9", owner="here")})
    message = "Sync from Notion\n\nSync-Id: 20260102T1000Z-abcd"
    there = edited(PINNED, hours="10", owner="there", status="done")
    on_main(world, {A: there}, message)
    for hook in ("pre-merge-commit", "commit-msg", "prepare-commit-msg", "post-merge"):
        file = world.root / ".git/hooks" / hook
        file.write_text("#!/bin/sh\ntouch ../hook-ran\nexit 1\n")
        file.chmod(0o755)
    done = world.tool.run("update-branch").expect(0)
    golden(done, "merged.txt")
    assert world.read(A) == edited(there, title="Dig it")
    assert world.git("status", "--porcelain") == ""
    assert not (world.root.parent / "hook-ran").exists()
    shown = world.git("log", "-1", "--format=%an <%ae>%n%n%B")
    golden(Done(0, shown, ""), "message.txt")
    assert len(world.git("rev-list", "--parents", "-1", "HEAD").split()) == 3


def test_whatever_the_settings_say_records_are_merged_by_fields(world: Branches) -> None:
    canary = world.root.parent / "ran"
    world.git("config", "merge.notion-gitops.driver", f"touch {canary}; exit 1")
    world.git("config", "merge.conflictStyle", "diff3")
    world.git("config", "branch.topic.mergeOptions", "--squash")
    (world.root / ".git/info/attributes").write_text("state/** merge=union\n")
    here(world, {A: edited(PINNED, title="Here", hours="9")})
    on_main(world, {A: edited(PINNED, title="There", status="done")})
    world.tool.run("update-branch").expect(3)
    marked = (
        "<<<<<<< HEAD\ntitle: Here\n||||||| base\ntitle: Dig\n=======\n"
        "title: There\n>>>>>>> origin/main\n"
    )
    expected = edited(PINNED, status="done", hours="9").replace("title: Dig\n", marked)
    assert world.read(A) == expected
    assert world.git("status", "--porcelain") == f"UU {A}\n"
    assert not canary.exists()


def test_files_come_out_in_the_form_of_the_work_tree(world: Branches) -> None:
    world.write({".gitattributes": "*.yaml text eol=crlf\n"}, "Line ends")
    here(world, {A: edited(PINNED, hours="9")})
    on_main(world, {A: edited(PINNED, status="done")})
    world.tool.run("update-branch").expect(0)
    merged = edited(PINNED, status="done", hours="9")
    assert world.git("show", f"HEAD:{A}") == merged
    assert world.read(A) == merged.replace("\n", "\r\n")


def test_a_file_that_cannot_be_read_is_merged_as_text_and_told(world: Branches) -> None:
    here(world, {A: edited(PINNED, title="Here")})
    on_main(world, {A: edited(PINNED, due="soon")})
    shown = world.tool.run("update-branch").expect(0).stdout
    assert "Merged as text, since it is not readable as records" in shown
    assert f"{A}:3:6: due: " in shown
    assert world.read(A) == edited(PINNED, title="Here", due="soon")


# --- nothing to merge, and pushing ----------------------------------------------------------


def test_a_branch_without_commits_of_its_own_moves_on(world: Branches) -> None:
    on_main(world, {A: edited(PINNED, hours="9")})
    golden(world.tool.run("update-branch").expect(0), "forwarded.txt")
    assert world.git("log", "-1", "--format=%s") == "There\n"
    assert world.git("status", "--porcelain") == ""


def test_what_is_merged_is_pushed_if_that_is_said(world: Branches) -> None:
    here(world, {A: edited(PINNED, hours="9")})
    on_main(world, {A: edited(PINNED, status="done")})
    done = world.tool.run("update-branch", "--push").expect(0)
    assert "Pushed to origin." in done.stdout
    there = world.git("ls-remote", "origin", "topic").split()[0]
    assert there == world.git("rev-parse", "HEAD").strip()


def test_a_push_that_is_refused_is_told(world: Branches) -> None:
    here(world, {A: edited(PINNED, hours="9")})
    on_main(world, {A: edited(PINNED, status="done")})
    hook = world.root.parent / "bare.git/hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    done = world.tool.run("update-branch", "--push").expect(5)
    assert "Not pushed: pre-receive hook declined." in done.stdout
    assert len(world.git("rev-list", "--parents", "-1", "HEAD").split()) == 3


def test_another_branch_can_be_named_also_one_of_this_clone(world: Branches) -> None:
    here(world, {A: edited(PINNED, hours="9")})
    world.git("branch", "mine", "main")
    world.git("switch", "-q", "mine")
    world.write({A: edited(PINNED, status="done")}, "Mine")
    world.git("switch", "-q", "topic")
    shown = world.tool.run("update-branch", "mine").expect(0).stdout
    assert "as this clone has it" in shown
    assert world.read(A) == edited(PINNED, status="done", hours="9")


def test_what_was_edited_in_one_record_does_not_land_in_another(world: Branches) -> None:
    """Git takes a record that was deleted for one that was added and reads alike."""
    world.git("rm", "-q", A)
    new = "state/records/tasks/new.yaml"
    here(world, {new: edited(PINNED, title="Dig again")})
    on_main(world, {A: edited(PINNED, hours="9")})
    shown = world.tool.run("update-branch").expect(3).stdout
    assert f"{A}\n      deleted on topic, edited on origin/main\n" in shown
    assert world.read(new) == edited(PINNED, title="Dig again")


def test_a_record_that_was_renamed_alone_is_merged_where_it_is_now(world: Branches) -> None:
    new = "state/records/tasks/new.yaml"
    world.git("mv", A, new)
    here(world, {})
    on_main(world, {A: edited(PINNED, hours="9")})
    world.tool.run("update-branch").expect(0)
    assert world.read(new) == edited(PINNED, hours="9")


@pytest.mark.parametrize("title", ["Dig", "Dig here"])
def test_a_file_that_was_made_executable_stays_so(world: Branches, title: str) -> None:
    world.git("update-index", "--chmod=+x", A)
    (world.root / A).chmod(0o755)
    here(world, {A: edited(PINNED, status="done", title=title)})
    on_main(world, {A: edited(PINNED, due="2026-04-04", title="Dig there")})
    world.tool.run("update-branch").expect(0 if title == "Dig" else 3)
    assert (world.root / A).stat().st_mode & 0o111
    assert world.git("ls-files", "--stage", A).startswith("100755" if title == "Dig" else "100644")


def test_a_link_in_place_of_a_record_is_left_as_git_leaves_it(world: Branches) -> None:
    (world.root / A).unlink()
    (world.root / A).symlink_to("b.yaml")
    here(world, {})
    on_main(world, {A: edited(PINNED, hours="9")})
    world.tool.run("update-branch").expect(3)
    assert (world.root / A).readlink() == Path("b.yaml")


def test_files_under_records_that_are_none_are_left_to_git(world: Branches) -> None:
    text, picture, broken = "state/records/README.md", "state/records/p.png", B
    here(world, {text: "mine\n", picture: b"\0mine", broken: b"\0mine"})
    on_main(world, {text: "theirs\n", picture: b"\0theirs", broken: b"\0theirs"})
    shown = world.tool.run("update-branch").expect(3).stdout
    assert all(f"  {path}\n" in shown for path in (text, picture, broken))
    assert world.read(text) == "<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> origin/main\n"
    assert world.read(picture) == world.read(broken) == "\0mine"


def test_the_name_of_a_branch_is_no_command(world: Branches) -> None:
    text, name = "state/records/README.md", "a'b$(touch${IFS}canary);%A"
    here(world, {text: "mine\n"})
    world.git("branch", name, "main")
    world.git("switch", "-q", name)
    world.write({text: "theirs\n"}, "There")
    world.git("switch", "-q", "topic")
    world.tool.run("update-branch", name).expect(3)
    assert world.read(text).endswith(f">>>>>>> {name}\n")
    assert not (world.root / "canary").exists()


# --- refusals -------------------------------------------------------------------------------


def refused(world: Branches, code: int, *words: str) -> str:
    """It ends so, tells why on stderr alone, and changes nothing."""
    state = ("status", "--porcelain"), ("rev-parse", "HEAD"), ("diff",)
    before = [world.git(*each) for each in state]
    done = world.tool.run("update-branch", *words).expect(code)
    assert done.stdout == ""
    assert [world.git(*each) for each in state] == before
    assert [line for line in done.lines if width(line) > WIDTH] == []
    return " ".join(done.stderr.split())


def test_edits_that_are_not_committed_are_not_mixed_in(world: Branches) -> None:
    (world.root / A).write_text(edited(PINNED, hours="9"))
    said = refused(world, 4)
    assert f"1 file of this work tree differs from the last commit: {A}" in said
    assert "git stash" in said


def test_a_file_that_is_not_in_git_is_not_written_over(world: Branches) -> None:
    here(world, {A: edited(PINNED, hours="9")})
    on_main(world, {"new.txt": "theirs\n"})
    (world.root / "new.txt").write_text("mine\n")
    assert "git would not begin the merge" in refused(world, 4)
    assert world.read("new.txt") == "mine\n"


def test_a_merge_in_progress_and_a_detached_head_are_told(world: Branches) -> None:
    left_open(world)
    world.tool.run("update-branch").expect(3)
    assert "a merge is in progress" in refused(world, 6)
    world.git("merge", "--abort")
    world.git("checkout", "-q", "--detach")
    assert "no branch is checked out" in refused(world, 6)


def test_a_branch_that_there_is_not_is_told(world: Branches) -> None:
    assert 'there is no branch "nix" on the remote origin' in refused(world, 64, "nix")
    world.git("remote", "set-url", "origin", "../gone.git")
    assert "the git remote 'origin' could not be read" in refused(world, 6)
    world.git("remote", "remove", "origin")
    assert "which branch to merge is not said, and there is no remote" in refused(world, 64)


def test_mappings_that_cannot_be_read_are_told(world: Branches) -> None:
    world.write({"mappings/tasks.yaml": "version: [\n"}, "Break it")
    assert "mappings/tasks.yaml:2:1" in refused(world, 65)


def test_a_shallow_clone_is_told_what_to_fetch(world: Branches, tmp_path: Path) -> None:
    here(world, {A: edited(PINNED, hours="9")})
    world.git("push", "-q", "origin", "topic")
    on_main(world, {A: edited(PINNED, status="done")})
    bare, clone = tmp_path / "bare.git", tmp_path / "shallow"
    world.git("clone", "-q", "--depth=1", "--branch=topic", f"file://{bare}", str(clone))
    shallow = Branches(clone, Tool(clone, tmp_path / "home"))
    assert "this clone is shallow" in refused(shallow, 4)
    shallow.git("fetch", "-q", "--unshallow")
    shallow.tool.run("update-branch").expect(0)
