"""What people do in a clone: edit, create, delete, rename, revert, decide."""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from tests.machine.machine_files import (
    BODY,
    CONFLICTS,
    FIELDS,
    FIELDS_OF,
    RECORDS,
    file_of,
    key_of,
    mapping_of,
    path_of,
    record_of,
    spelled,
    tokens_in,
    typed,
    went,
)
from tests.machine.machine_git import Clone
from tests.machine.machine_ground import ANCHORS, Ground
from tests.machine.machine_views import questions_in


@dataclass
class PeopleInGit(Ground):
    """Each edit is a commit, and is told to the oracle."""

    def write(self, name: str, key: str, fieldname: str, token: str = "") -> bool:
        """A person edits a field of a file, or empties it."""
        clone, path = self.clones[name], path_of(key)
        entry = clone.objects.tree_of(clone.head()).get(path)
        if entry is None or fieldname not in FIELDS_OF[mapping_of(key)]:
            return False
        found = clone.objects.read(entry[1])
        assert found is not None
        new = token or self.oracle.token(f"{name}:{key}.{fieldname}")
        shown = record_of(found[1])[fieldname]
        value = typed(fieldname, shown, new)
        self.oracle.replaced(went(shown, value), new)
        self.commit(name, {path: spelled(found[1], fieldname, value)})
        self.tell("edit body in git" if fieldname == BODY else "edit in git", name, key, fieldname,
                  repr(shown), "->", new)  # fmt: skip
        return True

    def create(self, name: str, key: str) -> bool:
        """A person adds a record."""
        if key in self.files(name):
            return False
        fields = {"title", "note", BODY} & {*FIELDS_OF[mapping_of(key)]}
        values = {f: f"w{self.oracle.token(f'{name}:{key}.{f}')}" for f in sorted(fields)}
        self.commit(name, {path_of(key): file_of(values)})
        self.tell("create in git", name, key, *values.values())
        return True

    def delete(self, name: str, key: str) -> bool:
        """A person deletes a record, and has seen what its file says."""
        values = self.files(name).get(key)
        if values is None or key in ANCHORS:
            return False
        self.oracle.replaced(" ".join(values.values()), "deleted")
        self.oracle.deleted.add(key)
        self.commit(name, {path_of(key): None})
        self.tell("delete in git", name, key)
        return True

    def rename(self, name: str, key: str, new: str) -> bool:
        """A person gives a record another key."""
        files = self.files(name)
        if key not in files or new in files or key in ANCHORS:
            return False
        clone = self.clones[name]
        entry = clone.objects.tree_of(clone.head())[path_of(key)]
        found = clone.objects.read(entry[1])
        assert found is not None
        changes = {path_of(key): None, path_of(new): found[1]}
        self.oracle.deleted.add(key)
        self.oracle.renamed[new] = key
        self.commit(name, changes)
        self.tell("rename in git", name, key, new)
        return True

    def revert(self, name: str, back: int) -> bool:
        """A person reverts one of the last commits, as far as nothing came after it."""
        clone = self.clones[name]
        commit = clone.head()
        for _ in range(back):
            parents = clone.objects.commit(commit)
            commit = parents.parents[0] if parents and parents.parents else ""
        found = clone.objects.commit(commit)
        if found is None or len(found.parents) != 1:
            return False
        before, after = (clone.objects.tree_of(c) for c in (found.parents[0], commit))
        now, changes = clone.objects.tree_of(clone.head()), {}
        for path in sorted({p for p in {*before, *after} if before.get(p) != after.get(p)}):
            if path.startswith(RECORDS) and now.get(path) == after.get(path):
                self._undone(clone, path, after.get(path), before.get(path))
                changes[path] = self.content(clone, before.get(path))
        if not changes:
            return False
        self.commit(name, changes)
        self.tell("revert in git", name, *changes)
        return True

    def _undone(self, clone: Clone, path: str, now: Any, then: Any) -> None:
        key = key_of(path)
        shown = record_of(self.content(clone, now) or b"")
        back = record_of(self.content(clone, then) or b"")
        for name in FIELDS:
            self.oracle.replaced(went(shown[name], back[name]), "reverted")
            self.oracle.revived(went(back[name], shown[name]))
        if then is None:
            self.oracle.deleted.add(key)

    def questions(self, name: str) -> dict[str, str]:
        """The open questions of a clone's branch, by key."""
        return questions_in(self.clones[name], self.clones[name].head())

    def answer(self, name: str, key: str, choice: str) -> bool:
        """A person decides everything that is asked about a record."""
        clone, path = self.clones[name], f"{CONFLICTS}{key}.yaml"
        text = (self.content(clone, clone.objects.tree_of(clone.head()).get(path)) or b"").decode()
        if "\nresolution:\n" not in text and "    resolution:\n" not in text:
            return False
        whole = "\nfields:" not in text  # the record is asked about, by its sides alone
        choice = "git" if whole and choice == "base" else choice
        filled = re.sub(r"^( *resolution:)$", rf"\1 {choice}", text, flags=re.MULTILINE)
        chosen = _shown(text, choice)
        for side in ("git", "notion"):
            for token in _shown(text, side) - chosen:
                self.oracle.replaced(token, f"answered {choice}")
        for line in text.splitlines():
            asked = re.fullmatch(r"  (\w+):", line)
            if asked and not whole:
                self.oracle.answered.add((key, asked[1]))
        if whole:
            self.oracle.answered.add((key, ""))
            if re.search(rf"^{choice}: +(deleted|.*trash)", text, re.MULTILINE):
                self.oracle.replaced(text, f"answered {choice}")
                self.oracle.deleted.add(key)
        self.commit(name, {path: filled.encode()})
        self.tell("answer", name, key, choice)
        return True


def _shown(text: str, side: str) -> set[str]:
    """The tokens that a conflict file shows of one side."""
    asked: Any = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506
    fields = asked.get("fields") or {}
    return {t for each in fields.values() for t in tokens_in(str(each.get(side, "")))}
