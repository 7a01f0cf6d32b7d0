"""The face of the sandbox: its databases as tables in a browser, for a person to edit.

Whoever uses it plays a colleague in Notion. Pages are rendered here, from templates; edits go
through `notion_gitops.sandbox.edits`, as those of `sandbox edit` do. The script in `static/` saves
a person some page loads; everything works without it too.
"""

from notion_gitops.sandbox.face.face import Face

__all__ = ["Face"]
