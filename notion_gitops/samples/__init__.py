"""The sample workspace of a small building-and-IT firm: four databases, and how they are mapped.

The files beside this one are data, shipped with the package so that trying things out needs
nothing else: `seed.yaml` describes the sandbox's Notion, `mappings/` and `people.yaml` are a
workspace's own. The same mappings, with the records in git, are at the root of this project's
repository.
"""

from importlib.resources import files

_HERE = files(__name__)
MAPPINGS = ("_defaults.yaml", "projects.yaml", "tasks.yaml", "resources.yaml", "notes.yaml")


def seed_text() -> str:
    """The description of the sandbox's workspace: users, databases and pages, as YAML."""
    return (_HERE / "seed.yaml").read_text(encoding="utf-8")


def workspace_files() -> dict[str, str]:
    """The files of the sample workspace but for its records: path from the root -> text."""
    mappings = {f"mappings/{name}": _HERE / "mappings" / name for name in MAPPINGS}
    found = {**mappings, "state/people.yaml": _HERE / "people.yaml"}
    return {path: file.read_text(encoding="utf-8") for path, file in found.items()}
