"""Mapping files and the directory of people: from YAML to nouns, with the place of every value."""

from notion_gitops.mapping.database import resolve_database
from notion_gitops.mapping.fingerprints import fingerprint
from notion_gitops.mapping.loading import load_alone, load_folder, load_mappings
from notion_gitops.mapping.people import load_people

__all__ = [
    "fingerprint",
    "load_alone",
    "load_folder",
    "load_mappings",
    "load_people",
    "resolve_database",
]
