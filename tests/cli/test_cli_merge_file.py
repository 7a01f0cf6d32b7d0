"""Git merges, rebases and cherry-picks record files with our driver, in real repositories."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.branches_world import Branches, mapping_of, two_branches
from tests.cli.cli_world import Tool

RULES = """\
conflicts:
  rules:
    - {name: doing is ours, when: "git.status == 'doing'", fields: [due], take: git}
    - {name: hours are Notion's, fields: [hours], take: notion}
    - {name: the last edit, fields: [owner, pin], take: latest}
    - {name: notes merge, fields: [note], take: merge}
"""
TASKS = {"tasks": mapping_of("tasks", "state/records/tasks", more=RULES)}
A = "state/records/tasks/a.yaml"
RECORD = "title: Dig\nstatus: doing\ndue: 2026-02-01\nhours: 8\ntags: [red]\nowner: ann\n"


def edited(text: str, **values: str) -> str:
    for name, value in values.items():
        text = re.sub(rf"^{name}: .*$", f"{name}: {value}", text, flags=re.MULTILINE)
    return text


@dataclass(frozen=True)
class Case:
    """One file that git alone cannot merge."""

    path: str
    base: str
    here: str
    there: str
    merged: str
    form: str = "yaml"

    @property
    def file(self) -> str:
        single = "." in self.path
        suffix = {"yaml": "yaml", "json": "json", "markdown": "md"}.get(self.form)
        return self.path if single else f"{self.path}/a.{suffix}"


CSV = "id,title,status,due,hours,extra\n"
CASES = {
    "fields-on-adjacent-lines": Case(
        "state/records/lines",
        "title: Dig # by hand\nstatus: todo\nhours: 8\n",
        "title: Dig # by hand\nstatus: doing\nhours: 8\n",
        "title: Dig it # by hand\nstatus: todo\nhours: 9\n",
        "title: Dig it # by hand\nstatus: doing\nhours: 9\n",
    ),
    "two-tags": Case(
        "state/records/tags",
        "title: Dig\ntags: [red, blue]\n",
        "title: Dig\ntags: [red, blue, new]\n",
        "title: Dig\ntags: [blue, other]\n",
        "title: Dig\ntags: [blue, other, new]\n",
    ),
    "fields-added-at-the-end": Case(
        "state/records/added",
        "title: Dig\n",
        "title: Dig\n# asked by Bo\nhours: 8\n",
        "title: Dig\ndue: 2026-02-01\n",
        "title: Dig\ndue: 2026-02-01\n# asked by Bo\nhours: 8\n",
    ),
    "cells-of-one-row": Case(
        "state/records/cells.csv",
        f"{CSV}dig,Dig,todo,2026-02-01,8,x\nlay,Lay,todo,,4,\n",
        f"{CSV}dig,Dig,doing,2026-02-01,8,x\nlay,Lay,todo,,4,\n",
        f'{CSV}dig,"Dig, then lay",todo,2026-03-01,8,y\nlay,Lay,todo,,4,\n',
        f'{CSV}dig,"Dig, then lay",doing,2026-03-01,8,y\nlay,Lay,todo,,4,\n',
        "csv",
    ),
    "rows-added-at-the-end": Case(
        "state/records/rows.csv",
        f"{CSV}dig,Dig,todo,,8,\nlay,Lay,todo,,4,\n",
        f"{CSV}dig,Dig,todo,,8,\nlay,Lay,todo,,4,\npave,Pave,todo,,5,\n",
        f"{CSV}dig,Dig,todo,,8,\nseal,Seal,done,,1,\n",
        f"{CSV}dig,Dig,todo,,8,\npave,Pave,todo,,5,\nseal,Seal,done,,1,\n",
        "csv",
    ),
    "one-line-of-json": Case(
        "state/records/one.json",
        '{"dig": {"title": "Dig", "hours": 8, "own": 1}}\n',
        '{"dig": {"title": "Dig", "hours": 9, "own": 1}}\n',
        '{"dig": {"title": "Dig it", "hours": 8, "own": 1}}\n',
        '{"dig": {"title": "Dig it", "hours": 9, "own": 1}}\n',
        "json",
    ),
    "records-added-to-one-file": Case(
        "state/records/all.yaml",
        "dig:\n  title: Dig # 1\n",
        "dig:\n  title: Dig # 1\nlay:\n  title: Lay\n",
        "dig:\n  title: Dig # 1\nseal:\n  title: Seal\n  hours: 3\n",
        "dig:\n  title: Dig # 1\nlay:\n  title: Lay\nseal:\n  title: Seal\n  hours: 3\n",
    ),
    "front-matter-and-text": Case(
        "state/records/notes",
        "---\ntitle: Dig\nhours: 8\n---\n\nFirst.\n\nSecond.\n",
        "---\ntitle: Dig\nhours: 9\n---\n\nFirst, then.\n\nSecond.\n",
        "---\ntitle: Dig it\nhours: 8\n---\n\nFirst.\n\nSecond, too.\n",
        "---\ntitle: Dig it\nhours: 9\n---\n\nFirst, then.\n\nSecond, too.\n",
        "markdown",
    ),
}


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Branches:
    """All cases in one merge."""
    mappings = {
        f"m{number}": mapping_of(
            f"m{number}", c.path, c.form, "body: both\n" if c.form == "markdown" else ""
        )
        for number, c in enumerate(CASES.values())
    }
    world = two_branches(tmp_path_factory.mktemp("cases"), mappings)
    world.write({c.file: c.base for c in CASES.values()}, "Base")
    world.git("switch", "-q", "-c", "side")
    world.write({c.file: c.there for c in CASES.values()}, "There")
    world.git("switch", "-q", "main")
    world.write({c.file: c.here for c in CASES.values()}, "Here")
    done = world.raw("merge", "side")
    assert done.returncode == 0, done.stdout + done.stderr
    assert world.git("status", "--porcelain") == ""
    return world


@pytest.mark.parametrize("name", CASES)
def test_git_alone_cannot_merge_it_and_the_driver_does(
    merged: Branches, name: str, tmp_path: Path
) -> None:
    case = CASES[name]
    for file, text in (("here", case.here), ("base", case.base), ("there", case.there)):
        (tmp_path / file).write_text(text)
    alone = subprocess.run(
        ["git", "merge-file", "-p", "here", "base", "there"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert alone.returncode > 0
    assert merged.read(case.file) == case.merged


# --- two edits of one field -----------------------------------------------------------------


@pytest.fixture(scope="module")
def _tasks(tmp_path_factory: pytest.TempPathFactory) -> Branches:
    world = two_branches(tmp_path_factory.mktemp("tasks"), TASKS)
    world.write({A: RECORD}, "A task", at="01-01T09:00:00")
    world.git("branch", "side")
    return world


@pytest.fixture
def tasks(_tasks: Branches, tmp_path: Path) -> Branches:
    """One task, on two branches that are equal still."""
    root, home = tmp_path / "workspace", tmp_path / "home"
    subprocess.run(["cp", "-r", _tasks.root, root], check=True)
    home.mkdir()
    return Branches(root, Tool(root, home))


def both(world: Branches, here: str, there: str, message: str = "There") -> None:
    """Edit the task on either branch, an hour later there, and check `main` out."""
    world.git("switch", "-q", "side")
    world.write({A: there}, message, at="01-02T10:00:00")
    world.git("switch", "-q", "main")
    world.write({A: here}, "Here", at="01-02T09:00:00")


def test_only_what_is_open_stands_between_markers(tasks: Branches) -> None:
    both(tasks, edited(RECORD, title="Dig here", hours="9"), edited(RECORD, title="Dig there"))
    done = tasks.raw("merge", "side")
    assert done.returncode == 1
    marked = "<<<<<<< HEAD\ntitle: Dig here\n=======\ntitle: Dig there\n>>>>>>> side\n"
    assert tasks.read(A) == edited(RECORD, hours="9").replace("title: Dig\n", marked)
    assert 'a, title: left to you: no rule covers "title" (mappings/tasks.yaml:1)' in done.stderr
    assert "Dig" not in done.stderr  # never a value
    told = tasks.tool.run("validate").expect(65).stdout
    assert f"{A}:1:1" in told
    assert "a merge conflict of git was left in this file" in told


def test_a_text_is_merged_word_by_word_where_a_rule_says_so(tasks: Branches) -> None:
    noted = f"{RECORD}note: Dig by hand near the pipe.\n"
    tasks.git("switch", "-q", "main")
    tasks.write({A: noted}, "A note", at="01-01T10:00:00")
    tasks.git("branch", "-f", "side")
    here = noted.replace("the pipe", "the gas pipe")
    there = noted.replace("note: Dig by", "note: Do it by")
    both(tasks, here, there)
    done = tasks.raw("merge", "--no-edit", "side")
    assert done.returncode == 0, done.stderr
    assert "note: Do it by hand near the gas pipe.\n" in tasks.read(A)


def test_the_common_ancestor_is_shown_to_those_who_want_it(tasks: Branches) -> None:
    both(tasks, edited(RECORD, title="Here"), edited(RECORD, title="There"))
    tasks.git("config", "merge.conflictStyle", "diff3")
    assert tasks.raw("merge", "side").returncode == 1
    assert "||||||| base\ntitle: Dig\n=======\n" in tasks.read(A)


def test_what_a_sync_brought_is_notions_value_to_the_rules(tasks: Branches) -> None:
    here = edited(RECORD, hours="9", due="2026-03-03")
    there = edited(RECORD, hours="10", due="2026-04-04")
    both(tasks, here, there, "Sync from Notion: 1 task\n\nSync-Id: 20260102T1000Z-abcd\n")
    done = tasks.raw("merge", "side")
    assert done.returncode == 0, done.stderr
    assert tasks.read(A) == edited(RECORD, hours="10", due="2026-03-03")
    said = "a, hours: the other branch's value, rule \"hours are Notion's\" (mappings/tasks.yaml:"
    assert said in done.stderr


def test_the_sync_may_be_on_this_branch(tasks: Branches) -> None:
    both(tasks, edited(RECORD, hours="9"), edited(RECORD, hours="10"), "Sync\n\nSync-Id: x")
    tasks.git("switch", "-q", "side")
    assert tasks.raw("merge", "main").returncode == 0
    assert "hours: 10\n" in tasks.read(A)


def test_a_person_edited_what_a_sync_had_brought(tasks: Branches) -> None:
    tasks.git("switch", "-q", "side")
    tasks.write({A: edited(RECORD, hours="10")}, "Sync\n\nSync-Id: x")
    both(tasks, edited(RECORD, hours="9"), edited(RECORD, hours="11"))
    assert tasks.raw("merge", "side").returncode == 1


def test_a_sync_is_seen_through_a_merge_of_its_branch(tasks: Branches) -> None:
    tasks.git("switch", "-q", "-c", "sync", "side")
    tasks.write({A: edited(RECORD, hours="10")}, "Sync\n\nSync-Id: x")
    both(tasks, edited(RECORD, hours="9"), edited(RECORD, tags="[red, blue]"))
    tasks.git("switch", "-q", "side")
    tasks.git("merge", "-q", "--no-ff", "-m", "Merge the sync", "sync")
    tasks.git("switch", "-q", "main")
    assert tasks.raw("merge", "side").returncode == 0
    assert "hours: 10\n" in tasks.read(A)


def test_rules_of_git_and_notion_do_not_decide_between_two_people(tasks: Branches) -> None:
    both(tasks, edited(RECORD, due="2026-03-03"), edited(RECORD, due="2026-04-04"))
    done = tasks.raw("merge", "side")
    assert done.returncode == 1
    assert 'rule "doing is ours" takes git\'s value, and both came from git' in done.stderr


def test_the_latest_edit_is_that_of_the_later_commit(tasks: Branches) -> None:
    both(tasks, edited(RECORD, owner="here"), edited(RECORD, owner="there"))
    assert tasks.raw("merge", "side").returncode == 0
    assert "owner: there\n" in tasks.read(A)


def test_a_rebase_knows_the_commit_that_it_moves(tasks: Branches) -> None:
    both(tasks, edited(RECORD, owner="here", title="Dig it"), edited(RECORD, owner="there"))
    done = tasks.raw("rebase", "side")
    assert done.returncode == 0, done.stderr
    assert tasks.read(A) == edited(RECORD, owner="there", title="Dig it")


def test_a_cherry_pick_merges_fields_and_guesses_nothing(tasks: Branches) -> None:
    both(tasks, edited(RECORD, title="Dig it"), edited(RECORD, status="done", hours="9"))
    assert tasks.raw("cherry-pick", "side").returncode == 0
    assert tasks.read(A) == edited(RECORD, title="Dig it", status="done", hours="9")


def test_a_cherry_pick_does_not_tell_whose_values_they_are(tasks: Branches) -> None:
    both(tasks, edited(RECORD, owner="here"), edited(RECORD, owner="there"))
    done = tasks.raw("cherry-pick", "side")
    assert done.returncode == 1
    assert "the latest edit is not known" in done.stderr
    assert "<<<<<<< HEAD\nowner: here\n=======\nowner: there\n>>>>>>> theirs\n" in tasks.read(A)


def test_branches_that_were_merged_crosswise_lose_nothing(tasks: Branches) -> None:
    both(tasks, edited(RECORD, title="Here"), edited(RECORD, hours="9"))
    old = tasks.git("rev-parse", "main").strip()
    tasks.git("merge", "-q", "side")
    tasks.git("switch", "-q", "side")
    tasks.git("merge", "-q", "--no-ff", "-m", "Across", old)
    tasks.write({A: edited(RECORD, title="Here", hours="9", status="done")}, "There again")
    tasks.git("switch", "-q", "main")
    tasks.write({A: edited(RECORD, title="Here again", hours="9")}, "Here again")
    assert tasks.raw("merge", "side").returncode == 0
    assert tasks.read(A) == edited(RECORD, title="Here again", hours="9", status="done")


def test_no_rule_decides_while_git_merges_common_ancestors(tasks: Branches) -> None:
    """Either branch merged the other and kept its own: both are decisions of people."""
    both(tasks, edited(RECORD, owner="here", hours="9"), edited(RECORD, owner="there"))
    (tasks.root / ".gitattributes").write_text(
        "state/records/** merge=notion-gitops conflict-marker-size=12\n"
    )
    for branch, other, owner in (("main", "side", "here"), ("side", "main@{1}", "there")):
        tasks.git("switch", "-q", branch)
        tasks.raw("merge", "-q", "--no-commit", other)
        tasks.write({A: edited(RECORD, owner=owner, hours="9")}, "Kept", at="01-03T09:00:00")
    tasks.git("switch", "-q", "main")
    done = tasks.raw("merge", "--no-edit", "side")
    assert done.returncode == 1
    marked = f"{'<' * 12} HEAD\nowner: here\n{'=' * 12}\nowner: there\n{'>' * 12} side\n"
    assert tasks.read(A) == edited(RECORD, hours="9").replace("owner: ann\n", marked)
    assert "later edit" not in done.stderr
    assert "left to you: owner" not in done.stderr


# --- what cannot be merged by its fields ----------------------------------------------------


def by_git_alone(world: Branches) -> tuple[int, str]:
    """What the merge would be without our driver."""
    done = world.raw("-c", "merge.notion-gitops.driver=git merge-file -L HEAD -L base -L side "
                     "%A %O %B", "merge", "side")  # fmt: skip
    text = world.read(A)
    world.git("merge", "--abort") if done.returncode else world.git("reset", "-q", "--hard", "@{1}")
    return done.returncode, text


@pytest.mark.parametrize(
    ("there", "why"),
    [
        ("title: [Dig\n", f"{A}:1:8: the list that begins here is not closed"),
        (edited(RECORD, due="soon"), f"{A}:3:6: due: "),
        ("", "the file is empty"),
    ],
)
def test_a_version_that_cannot_be_read_leaves_it_to_git(
    tasks: Branches, there: str, why: str
) -> None:
    both(tasks, edited(RECORD, title="Here"), there or "\n")
    expected = by_git_alone(tasks)
    done = tasks.raw("merge", "side")
    assert (done.returncode, tasks.read(A)) == expected
    (said,) = [line for line in done.stderr.splitlines() if "notion-gitops" in line]
    assert said.startswith(f"notion-gitops: {A}: merged as text: ")
    assert why in said


def test_without_its_mapping_a_file_is_text(tasks: Branches) -> None:
    both(tasks, edited(RECORD, title="Here"), edited(RECORD, title="There"))
    for text, why in (
        (TASKS["tasks"].replace("records/tasks", "records/jobs"), f"no mapping has {A}"),
        ("version: [\n", "mappings/tasks.yaml:2:1: not YAML"),
    ):
        tasks.write({"mappings/tasks.yaml": text}, "Another mapping")
        expected = by_git_alone(tasks)
        done = tasks.raw("merge", "side")
        assert (done.returncode, tasks.read(A)) == expected
        assert why in done.stderr
        tasks.git("merge", "--abort")


def test_what_is_no_text_is_left_as_git_leaves_it(tasks: Branches) -> None:
    tasks.git("switch", "-q", "side")
    tasks.write({A: b"\x00there"}, "There")
    tasks.git("switch", "-q", "main")
    tasks.write({A: b"\x00here"}, "Here")
    done = tasks.raw("merge", "side")
    assert done.returncode == 1
    assert tasks.read(A) == "\x00here"
    assert "could not be merged by its fields: it is a binary file, and git merges" in done.stderr
    assert "fsck" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_binary_file_ends_the_driver_as_a_conflict_does(tasks: Branches) -> None:
    """By more than 128 newer versions of git would take the whole merge for failed."""
    for name in ("base", "ours", "theirs"):
        (tasks.root / name).write_bytes(f"\0{name}".encode())
    driver = tasks.git("config", "merge.notion-gitops.driver").strip()
    for mark, value in {"%O": "base", "%A": "ours", "%B": "theirs", "%P": A, "%L": "7"}.items():
        driver = driver.replace(mark, value)
    for path in (None, "/usr/bin:/bin"):  # with our program, and without it
        told = tasks.tool._told({} if path is None else {"PATH": path})
        done = subprocess.run(
            ["sh", "-c", driver], cwd=tasks.root, env=told, capture_output=True, check=False
        )
        assert done.returncode == 1
        assert (tasks.root / "ours").read_bytes() == b"\0ours"


def test_where_the_program_is_missing_git_merges_the_text(tasks: Branches) -> None:
    both(tasks, edited(RECORD, title="Here"), edited(RECORD, title="There"))
    done = tasks.raw("merge", "side", PATH="/usr/bin:/bin")
    assert done.returncode == 1
    assert "<<<<<<< HEAD\ntitle: Here\n=======\ntitle: There\n>>>>>>> " in tasks.read(A)


def test_a_clone_that_was_not_told_of_the_driver_merges_the_text(tasks: Branches) -> None:
    both(tasks, edited(RECORD, title="Here"), edited(RECORD, status="done"))
    tasks.git("config", "--unset", "merge.notion-gitops.driver")
    assert tasks.raw("merge", "side").returncode == 1
    assert "<<<<<<< HEAD\n" in tasks.read(A)


def test_comments_and_further_keys_that_collide_are_marked(tasks: Branches) -> None:
    both(
        tasks,
        edited(RECORD, hours="9") + "own: 1 # here\n",
        edited(RECORD, title="Dig it") + "own: 2 # there\n",
    )
    done = tasks.raw("merge", "side")
    assert done.returncode == 1
    assert f"{A}: left to you: what no field covers" in done.stderr
    marked = "<<<<<<< HEAD\nown: 1 # here\n=======\nown: 2 # there\n>>>>>>> side\n"
    assert tasks.read(A) == edited(RECORD, hours="9", title="Dig it") + marked


def test_a_record_deleted_here_and_edited_there_is_asked_about(tmp_path: Path) -> None:
    path = "state/records/tasks.csv"
    world = two_branches(tmp_path, {"tasks": mapping_of("tasks", path, "csv")})
    world.write({path: f"{CSV}dig,Dig,todo,,8,\nlay,Lay,todo,,4,\n"}, "Base")
    world.git("switch", "-q", "-c", "side")
    world.write({path: f"{CSV}dig,Dig,todo,,9,\nlay,Lay it,todo,,4,\n"}, "There")
    world.git("switch", "-q", "main")
    world.write({path: f"{CSV}lay,Lay,done,,4,\n"}, "Here")
    done = world.raw("merge", "side")
    assert done.returncode == 1
    marked = "<<<<<<< HEAD\n=======\ndig,Dig,todo,,9,\n>>>>>>> side\n"
    assert world.read(path) == f"{CSV}{marked}lay,Lay it,done,,4,\n"
    assert "dig: left to you: deleted on one branch" in done.stderr


def test_both_branches_added_the_same_file(tasks: Branches) -> None:
    path = "state/records/tasks/b.yaml"
    tasks.git("switch", "-q", "side")
    tasks.write({path: "title: New\nhours: 3\n"}, "There")
    tasks.git("switch", "-q", "main")
    tasks.write({path: "# mine\ntitle: New\nstatus: todo\n"}, "Here")
    assert tasks.raw("merge", "side").returncode == 0
    assert tasks.read(path) == "# mine\ntitle: New\nstatus: todo\nhours: 3\n"


def test_installing_twice_changes_nothing_and_a_persons_lines_stay(tmp_path: Path) -> None:
    world = two_branches(tmp_path, {"tasks": mapping_of("tasks", "data/tasks")})
    attributes = world.read(".gitattributes")
    assert "data/tasks/** merge=notion-gitops\n" in attributes
    told = world.tool.run("merge-file", "--install").expect(0).stderr
    assert told == "Git uses it already; nothing was changed.\n"
    (world.root / ".gitattributes").write_text("state/records/** -merge\n*.md text")
    world.git("config", "merge.notion-gitops.driver", "mine %A")
    world.tool.run("merge-file", "--install").expect(0)
    assert world.read(".gitattributes").startswith("state/records/** -merge\n*.md text\n# ")
    assert world.read(".gitattributes").count("state/records/**") == 1
    assert world.git("config", "merge.notion-gitops.driver") == "mine %A\n"


def test_bad_words_are_told(tasks: Branches) -> None:
    assert "Git gives BASE OURS THEIRS PATH" in tasks.tool.run("merge-file").expect(64).stderr
    assert "does not exist" in tasks.tool.run("merge-file", "x", "y", "z", "p").expect(64).stderr


def test_paths_with_blanks_and_brackets_are_said_once(tmp_path: Path) -> None:
    paths = {"blank": "my data", "bracket": "data[1]", "sign": "!new data", "file": "a b.csv"}
    world = two_branches(
        tmp_path,
        {n: mapping_of(n, f'"{p}"', "csv" if "." in p else "yaml") for n, p in paths.items()},
    )
    told = world.tool.run("merge-file", "--install").expect(0).stderr
    assert told == "Git uses it already; nothing was changed.\n"
    files = [p if "." in p else f"{p}/a.yaml" for p in paths.values()]
    for file in files:
        assert world.git("check-attr", "merge", file).endswith(": merge: notion-gitops\n")
    assert world.git("check-attr", "merge", "data1/a.yaml").endswith(": unspecified\n")
