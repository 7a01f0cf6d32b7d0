"""``MAPPING/files.json``: the content of the files in git that the records named, as last agreed.

A record file says which file it means; what was in that file is kept here, so that another content
under the same name is seen, and the same content is not sent again.
"""

import json
from collections.abc import Mapping

from notion_gitops.state.reading import FORMAT_VERSION, read_json

Digests = Mapping[str, Mapping[str, str]]
"""Key -> path from the repository's root -> digest of the content."""


def dump_files(digests: Digests) -> str:
    """The text of the file; records that name no file are left out."""
    files = {k: dict(sorted(digests[k].items())) for k in sorted(digests) if digests[k]}
    data = {"format_version": FORMAT_VERSION, "files": files}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def parse_files(text: str, path: str) -> Digests:
    """Read the file.

    Raises:
        StateUnusable: it is damaged, or a newer version wrote it.
    """
    files: Digests = read_json(text, path, "files")["files"]
    return files
