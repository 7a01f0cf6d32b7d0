"""Git in this process, for the commands that an apply asks: a process for each takes 2 to 5 ms.

It works on the same files as git itself, so what it does not know is asked of git. That both
answer alike is a test of its own (test_machine_git.py).
"""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from notion_gitops.repository import calls
from notion_gitops.repository.calls import Answer, Call
from tests.machine.machine_git_text import (
    NO_TREE,
    NOTHING,
    command,
    date,
    fits,
    no_tree,
    private,
    push_lines,
    raw_lines,
    status_line,
    under,
    work_tree,
)
from tests.machine.machine_objects import (
    Entries,
    Objects,
    read_index,
    ref_of,
    refs_of,
    set_ref,
    write_index,
)

_HEADS = "refs/heads/"

Command = Callable[["Clone", list[str], Call], "Answer | None"]


def told(out: bytes | str = b"", status: int = 0, err: str = "") -> Answer:
    return Answer(status, out.encode() if isinstance(out, str) else out, err)


NO = told(status=1)
_MEMORY: dict[tuple[object, ...], Answer] = {}  # what the configuration alone answers


@dataclass
class Clone:
    """A repository: one with a work tree, or a bare one."""

    root: Path
    bare: bool = False
    objects: Objects = field(init=False)
    indexes: dict[str, Entries] = field(default_factory=dict)  # private ones, by path

    def __post_init__(self) -> None:
        self.git = self.root if self.bare else self.root / ".git"
        self.objects = Objects(self.git / "objects")

    def head_ref(self) -> str:
        return (self.git / "HEAD").read_text().strip().removeprefix("ref: ")

    def head(self) -> str:
        return self.resolve("HEAD")

    def resolve(self, name: str) -> str:
        """The commit of a ref or an id; "" if it is not here."""
        ref = self.head_ref() if name == "HEAD" else name
        found = ref_of(self.git, ref) if ref.startswith("refs/") else ref
        return found if self.objects.commit(found) else ""

    def index(self) -> Entries:
        return read_index(self.git / "index")

    def remotes(self) -> dict[str, str]:
        """The addresses of the remotes, by name."""
        found, name = {}, ""
        for line in (self.git / "config").read_text().splitlines():
            if line.startswith("["):
                name = line.split('"')[1] if line.startswith('[remote "') else ""
            elif name and line.split("=")[0].strip() == "url":
                found[name] = line.split("=", 1)[1].strip()
        return found


@dataclass
class QuickGit:
    """Answers what it can, and asks git itself for the rest."""

    real: Callable[[Path, Sequence[str], Call], Answer]
    asked_git: Counter[str] = field(default_factory=Counter)  # by command: a process each
    answered: Counter[str] = field(default_factory=Counter)
    clones: dict[Path, Clone] = field(default_factory=dict)

    def clone(self, root: Path) -> Clone:
        if root not in self.clones:
            self.clones[root] = Clone(root, bare=not (root / ".git").is_dir())
        return self.clones[root]

    def run(self, folder: Path, arguments: Sequence[str], call: Call | None = None) -> Answer:
        """As `calls.run`."""
        given = call or Call()
        name, options = command(arguments)
        known = _COMMANDS.get(name)
        if known is not None and (folder / ".git").is_dir():
            answer = known(self, self.clone(folder), options, given)
            if answer is not None:
                self.answered[name] += 1
                return answer
        self.asked_git[name] += 1
        return self.real(folder, arguments, given)

    def remembered(self, clone: Clone, options: list[str], call: Call) -> Answer:
        """What depends on the configuration alone is asked once."""
        key = ((clone.git / "config").read_bytes(), *options, os.environ.get("HOME"))
        if key not in _MEMORY:
            _MEMORY[key] = self.real(clone.root, options, call)
        return _MEMORY[key]

    # --- refs and history ---

    def rev_parse(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        match options:
            case ["--show-toplevel"]:
                return told(f"{clone.root}\n")
            case ["--absolute-git-dir"]:
                return told(f"{clone.git}\n")
            case ["--is-shallow-repository"]:
                return told("true\n" if (clone.git / "shallow").exists() else "false\n")
            case ["--verify", "-q", "--end-of-options", what] if what.endswith("^{commit}"):
                found = clone.resolve(what.removesuffix("^{commit}"))
                return told(f"{found}\n") if found else NO
        return None

    def symbolic_ref(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        ref = clone.head_ref()
        if options != ["-q", "--short", "HEAD"]:
            return None
        return told(ref.removeprefix(_HEADS) + "\n") if ref.startswith("refs/") else NO

    def for_each_ref(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        layout, *patterns = options
        if layout != "--format=%(refname) %(objectname)":
            return None
        refs = sorted(refs_of(clone.git).items())
        lines = [f"{r} {c}\n" for r, c in refs if any(fits(r, p) for p in patterns)]
        return told("".join(lines))

    def merge_base(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        match options:
            case ["--is-ancestor", one, other]:
                if not (clone.resolve(one) and clone.resolve(other)):
                    return told(status=128, err=f"fatal: Not a valid commit name {one}\n")
                return told() if one in clone.objects.ancestors(other) else NO
        return None

    def update_ref(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        match options:
            case ["--create-reflog", "-m", _, "--end-of-options", ref, new, expected]:
                pass
            case ["-d", "--end-of-options", ref, expected]:
                new = ""
            case _:
                return None
        now = ref_of(clone.git, ref)
        if now != expected.replace(NOTHING, ""):
            return told(status=128, err=f"fatal: {ref}: is at {now} but expected {expected}")
        set_ref(clone.git, ref, new)
        return told()

    # --- trees and blobs ---

    def ls_tree(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        match options:
            case ["-r", "-z", "--full-tree", "--end-of-options", commit, *paths]:
                entries = clone.objects.tree_of(commit)
                picked = (
                    f"{mode} blob {oid}\t{path}\0"
                    for path, (mode, oid) in sorted(entries.items())
                    if not paths or under(path, paths)
                )
                return told("".join(picked))
        return None

    def diff_tree(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        if options[:3] != ["-r", "-z", "--raw"]:
            return None
        at = options.index("--end-of-options")
        one, other, _, *paths = options[at + 1 :]
        before, after = (
            {p: e for p, e in clone.objects.tree_of(no_tree(tree)).items() if under(p, paths)}
            for tree in (one, other)
        )
        return told("".join(raw_lines(before, after)))

    def cat_file(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        if options != ["--batch"]:
            return None
        out = []
        for name in call.stdin.decode().splitlines():
            found = clone.objects.read(name)
            if found is None:
                out.append(f"{name} missing\n".encode())
            else:
                out += [f"{name} {found[0]} {len(found[1])}\n".encode(), found[1], b"\n"]
        return told(b"".join(out))

    def hash_object(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        return told(f"{NO_TREE}\n") if options == ["-t", "tree", "--stdin"] else None

    def check_attr(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        places = (clone.root / ".gitattributes", clone.git / "info" / "attributes")
        if options[:2] != ["-z", "--stdin"] or any(p.exists() for p in places):
            return None
        paths = [p for p in call.stdin.decode().split("\0") if p]
        lines = (f"{p}\0{name}\0unspecified\0" for p in paths for name in options[2:])
        return told("".join(lines))

    def fast_import(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        """Blobs alone: `blob`, `mark :N`, `data SIZE`, the bytes, `get-mark :N`."""
        rest, out = call.stdin.removeprefix(b"feature done\n"), []
        while rest.startswith(b"blob\n"):
            _, _, data, rest = rest.split(b"\n", 3)
            size = int(data.removeprefix(b"data "))
            out.append(clone.objects.write("blob", rest[:size]) + "\n")
            _, _, rest = rest[size:].removeprefix(b"\n").partition(b"\n")
        return told("".join(out)) if rest == b"done\n" else None

    # --- indexes ---

    def read_tree(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        match options:
            case ["--end-of-options", tree]:
                clone.indexes[private(call)] = clone.objects.tree_of(tree)
                return told()
        return None

    def update_index(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        if options == ["-q", "--refresh"]:
            return told()
        if options != ["-z", "--replace", "--index-info"]:
            return None
        index = private(call)
        entries = clone.indexes.get(index, {}) if index else clone.index()
        for line in call.stdin.decode().split("\0"):
            about, _, path = line.partition("\t")
            mode, _, oid = about.partition(" ")
            if mode == "0":
                entries.pop(path, None)
            elif path:
                entries[path] = (mode, oid)
        if index:
            clone.indexes[index] = entries
        else:
            write_index(clone.git / "index", entries)
        return told()

    def write_tree(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        index = private(call)
        if options or not index:
            return None
        return told(clone.objects.write_tree(clone.indexes.pop(index)) + "\n")

    def commit_tree(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        match options:
            case ["-p", parent, "-F", "-", tree]:
                parents = [parent]
            case ["-F", "-", tree]:
                parents = []
            case _:
                return None
        lines = [f"tree {tree}", *(f"parent {p}" for p in parents)]
        for role in ("author", "committer"):
            name = self._name(clone, role.upper(), call)
            lines.append(f"{role} {name} {date(role)} +0000")
        body = "\n".join(lines).encode() + b"\n\n" + call.stdin.rstrip(b"\n") + b"\n"
        return told(clone.objects.write("commit", body) + "\n")

    def _name(self, clone: Clone, role: str, call: Call) -> str:
        given = call.env or {}
        if f"GIT_{role}_NAME" in given:
            return f"{given[f'GIT_{role}_NAME']} <{given[f'GIT_{role}_EMAIL']}>"
        answer = self.remembered(clone, ["var", f"GIT_{role}_IDENT"], Call())
        return answer.line.rpartition(">")[0] + ">"

    def status(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        paths = options[options.index("--") + 1 :]
        head, index = clone.objects.tree_of(clone.head()), clone.index()
        work = work_tree(clone.root, paths)
        lines, untracked = [], []
        for path in sorted({*head, *index, *work}):
            if not under(path, paths):
                continue
            states = [each.get(path) for each in (head, index, work)]
            if states[0] == states[1] == states[2]:
                continue
            lines += status_line(path, *states)
            if states[1] is None and states[2] is not None:
                untracked.append(f"? {path}\0")
        return told("".join([*lines, *untracked]))

    # --- remotes ---

    def _hub(self, clone: Clone, name: str) -> Clone:
        return self.clone((clone.root / clone.remotes()[name]).resolve())

    def remote(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        return None if options else told("".join(f"{n}\n" for n in sorted(clone.remotes())))

    def ls_remote(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        match options:
            case ["--refs", "-q", "--end-of-options", name, *wanted]:
                refs = sorted(refs_of(self._hub(clone, name).git).items())
                return told("".join(f"{c}\t{r}\n" for r, c in refs if not wanted or r in wanted))
        return None

    def fetch(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        at = options.index("--end-of-options")
        if any(option.startswith(("--depth", "--deepen", "--unshallow")) for option in options):
            return None
        hub = self._hub(clone, options[at + 1])
        for spec in options[at + 2 :]:
            source, _, target = spec.removeprefix("+").partition(":")
            commit = ref_of(hub.git, source) if source.startswith("refs/") else source
            if not commit:
                return told(status=128, err=f"fatal: couldn't find remote ref {source}")
            clone.objects.take(hub.objects, commit)
            if target:
                set_ref(clone.git, target, commit)
        return told()

    def push(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        at = options.index("--end-of-options")
        leases = dict(
            option.removeprefix("--force-with-lease=").split(":", 1)
            for option in options[:at]
            if option.startswith("--force-with-lease=")
        )
        hub, specs = self._hub(clone, options[at + 1]), options[at + 2 :]
        moves = {target: commit for commit, _, target in (s.partition(":") for s in specs)}
        if set(leases) != set(moves):
            return None
        stale = {ref for ref in moves if ref_of(hub.git, ref) != leases[ref]}
        for commit in moves.values():
            if commit and not stale:
                hub.objects.take(clone.objects, commit)
        for ref, commit in moves.items():
            if not stale:
                set_ref(hub.git, ref, commit)
                self._follow(clone, options[at + 1], ref, commit)
        return told("".join(push_lines(moves, stale)), status=1 if stale else 0)

    def _follow(self, clone: Clone, remote: str, ref: str, commit: str) -> None:
        """Move the remote-tracking ref of a branch, as a push does."""
        if ref.startswith(_HEADS):
            set_ref(clone.git, f"refs/remotes/{remote}/{ref.removeprefix(_HEADS)}", commit)

    def var(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        return self.remembered(clone, ["-c", "user.useConfigOnly=true", "var", *options], call)

    def config(self, clone: Clone, options: list[str], call: Call) -> Answer | None:
        return self.remembered(clone, ["config", *options], call) if "--get" in options else None


_COMMANDS: Mapping[str, Callable[[QuickGit, Clone, list[str], Call], Answer | None]] = {
    "cat-file": QuickGit.cat_file,
    "check-attr": QuickGit.check_attr,
    "commit-tree": QuickGit.commit_tree,
    "config": QuickGit.config,
    "diff-tree": QuickGit.diff_tree,
    "fast-import": QuickGit.fast_import,
    "fetch": QuickGit.fetch,
    "for-each-ref": QuickGit.for_each_ref,
    "hash-object": QuickGit.hash_object,
    "ls-remote": QuickGit.ls_remote,
    "ls-tree": QuickGit.ls_tree,
    "merge-base": QuickGit.merge_base,
    "push": QuickGit.push,
    "read-tree": QuickGit.read_tree,
    "remote": QuickGit.remote,
    "rev-parse": QuickGit.rev_parse,
    "status": QuickGit.status,
    "symbolic-ref": QuickGit.symbolic_ref,
    "update-index": QuickGit.update_index,
    "update-ref": QuickGit.update_ref,
    "var": QuickGit.var,
    "write-tree": QuickGit.write_tree,
}


def real_git() -> Callable[[Path, Sequence[str], Call], Answer]:
    """Git itself, whatever stands in for it at the moment."""
    return _REAL


_REAL = calls.run
