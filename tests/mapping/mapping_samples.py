"""Four mappings that say nearly everything a mapping can say, and how they are loaded."""

import pytest

from notion_gitops.mapping import load_mappings
from notion_gitops.model.errors import InvalidInput
from notion_gitops.model.mapping import (
    DatabaseMapping,
)

PROJECTS = """\
version: 1
name: projects
notion: {database: https://www.notion.so/acme/Projects-0f2e3d4c5b6a79881f2e3d4c5b6a7988?v=1}
git: {path: state/records/projects.csv, format: csv}
key: {field: id, property: Project ID}
fields:
  title: {property: Name, type: title}
  status: {property: Status, type: status}
  budget: {property: Budget, type: number, sensitive: true}
"""
TASKS = """\
# yaml-language-server: $schema=mapping.schema.json
version: 1
name: tasks
notion:
  database: ${NOTION_TASKS_DATABASE}
  filter: {property: Archived, checkbox: {equals: false}}
git:
  path: state/records/tasks/
  format: markdown
  folder: "due[:4] | default('undated')"
mode: two-way
key: {field: id, property: Task ID, write_back: all}
fields:
  title:    {property: Name, type: title, required: true}
  status:   {property: Status, type: status, values: {todo: Not started, doing: Doing, done: Done}}
  project:  {property: Project, type: relation, to: projects, required: true}
  assignee: {property: Assignee, type: people, group: metadata}
  start:    {property: Start, type: date}
  due:      {property: Due, type: date, group: metadata}
  hours:    {property: Hours, type: number, to_notion: value * 60, to_git: "{{ value / 60 }}"}
  tags:     {property: Tags, type: multi_select, new_options: allow}
  progress: {property: Progress, type: rollup}
  pushed:   {property: Pushed, type: rich_text, direction: push, to_notion: value | upper}
conflicts:
  rules:
    - {name: active work is ours, when: "git.status == 'doing'", fields: [due, hours], take: git}
    - {name: metadata is Notion's, group: metadata, fields: [tags], take: notion}
    - {name: status follows the last edit, fields: [status], take: latest}
    - name: people rest at the weekend
      when: >-
        edited.notion.by is not empty
      take: manual
  otherwise: latest
deletes: {when_deleted_in_git: keep, when_trashed_in_notion: ask}
body: none
checks:
  - {unique: [title]}
  - {required: [due, hours], severity: error}
  - {orphans: project}
  - {order: [start, due]}
  - contradicts: {relation: project, when: "status != 'done' and due < today",
                  related: "status == 'done'", message: is open}
safety: {deletes: "10%", updates: {share: "50%", count: 300}}
initial: notion
timezone: Europe/Paris
"""
RESOURCES = """\
version: 1
name: resources
notion: {database: "${RESOURCES}"}
git: {path: state/records/resources}
fields:
  name: {property: Name, type: title}
  capacity: {property: Capacity, type: number}
  busy: {property: Tasks, type: relation, to: bookings}
checks:
  - capacity: {from: bookings, relation: who, amount: hours, limit: capacity,
               start: first, while: "hours > 0"}
  - {documented: {by: bookings, relation: who, max_age_days: 30, date: first}}
"""
BOOKINGS = """\
version: 1
name: bookings
notion: {database: "${BOOKINGS}"}
git: {path: state/records/bookings.yaml}
mode: mirror
fields:
  title: {property: Name, type: title}
  who: {property: Who, type: relation, to: resources}
  hours: {property: Hours, type: number}
  first: {property: From, type: date}
"""


def load(**texts: str) -> dict[str, DatabaseMapping]:
    files = {f"mappings/{name}.yaml": text.encode() for name, text in texts.items()}
    return {mapping.name: mapping for mapping in load_mappings(files)}


def refused(**texts: str) -> list[tuple[str, str, str | None]]:
    with pytest.raises(InvalidInput) as raised:
        load(**texts)
    found = raised.value.diagnostics
    return [(str(d.place), d.summary, str(d.also) if d.also else None) for d in found]
