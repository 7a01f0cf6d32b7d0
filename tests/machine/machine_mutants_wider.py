"""Bugs planted beyond the fields of one page: in its text, and in what it hangs together with."""

import pytest

from notion_gitops.cli.commands import apply as apply_command
from notion_gitops.engine import fields, planner
from notion_gitops.model.operations import Cause, Operation
from notion_gitops.notion import bodies
from notion_gitops.notion.schema import PropertySchema
from notion_gitops.workflow.reading import state_branch, text_merges
from notion_gitops.workflow.writing.write_bodies import BodyWriter, Reading


def whole_texts(patch: pytest.MonkeyPatch) -> None:
    """The text of a page is written as a whole, not in the pieces that changed."""
    patch.setattr(bodies, "hunks_of", lambda *_: ())


def text_not_read_again(patch: pytest.MonkeyPatch) -> None:
    """The text of a page is written on what the plan read, however it is by now."""

    def require(self: BodyWriter, operation: Operation) -> Reading:
        return Reading(self._planned(operation), self.run.connection.gateway.moment() + 60)

    patch.setattr(BodyWriter, "require_unmoved", require)


def text_of_git_wins(patch: pytest.MonkeyPatch) -> None:
    """Of two edits of a text git's is taken for what both together come to."""
    patch.setattr(text_merges, "merged_text", lambda _, three, **__: three.git)


def referenced_deletes(patch: pytest.MonkeyPatch) -> None:
    """A record is deleted, whoever points to it."""
    patch.setattr(planner, "hold_referenced", lambda _, operations, *__: operations)


def set_of_git_wins(patch: pytest.MonkeyPatch) -> None:
    """Of two edits of a relation git's is taken for what both together come to."""

    def merged(at: fields.Readings) -> fields.FieldMerge:
        return fields.FieldMerge(at.git, to_notion=Cause.MERGED)

    patch.setattr(fields, "_merged_set", merged)


def saved_plan_of_another_commit(patch: pytest.MonkeyPatch) -> None:
    """A saved plan is applied whatever it was made from."""
    patch.setattr(apply_command, "require_same_origin", lambda *_: None)


def saved_plan_grown(patch: pytest.MonkeyPatch) -> None:
    """A saved plan made anew is applied as it is then."""
    patch.setattr(apply_command, "stale_operations", lambda *_: {})


def set_back_unseen(patch: pytest.MonkeyPatch) -> None:
    """A state branch that was set back is taken for the newest one."""
    patch.setattr(state_branch, "require_not_set_back", lambda *_: False)


def options_by_name(patch: pytest.MonkeyPatch) -> None:
    """An option is what it is called now, and not the one that it was."""
    patch.setattr(PropertySchema, "option_name", lambda _, __, name: name)
