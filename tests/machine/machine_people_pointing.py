"""What people make of relations: records that point to one another, on either side."""

from dataclasses import dataclass

from notion_gitops.sandbox import edits
from tests.machine.machine_files import RELATIONS, mapping_of, path_of, spelled
from tests.machine.machine_people_in_notion import EVA, PeopleInNotion
from tests.machine.machine_views import Page

FIELD_OF = {"tasks": "team", "teams": "first"}  # the relation of each mapping


@dataclass
class PeoplePointing(PeopleInNotion):
    """A record points to one record of the other mapping, or to none."""

    def point(self, name: str, key: str, target: str) -> bool:
        """A person edits the relation of a file; `target` "" empties it."""
        field = FIELD_OF[mapping_of(key)]
        if key not in self.files(name) or (target and target not in self.files(name)):
            return False
        if target and mapping_of(target) != RELATIONS[field]:
            return False
        clone, path = self.clones[name], path_of(key)
        text = self.content(clone, clone.objects.tree_of(clone.head())[path]) or b""
        self.commit(name, {path: spelled(text, field, target.rpartition("/")[2])})
        self.tell("point in git", name, key, "->", target)
        return True

    def point_page(self, page: Page, target: Page | None) -> bool:
        """A person edits the relation of a page; None empties it."""
        field = FIELD_OF[page.mapping]
        if page.in_trash or page.archived or page.id in self.moved:
            return False
        if target and (target.mapping != RELATIONS[field] or target.in_trash):
            return False
        if target and target.id in self.moved:
            return False
        self.oracle.edits(page.id, field)
        values = {self.title(page.mapping, field): [target.id] if target else None}
        edits.edit(self.sandbox, page.mapping, page.id, values, by=EVA)
        self.oracle.notion.note()
        self.tell("point in Notion", page.key, "->", target.key if target else "nothing")
        return True
