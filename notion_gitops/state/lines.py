"""What the ``.jsonl`` files of a sync share: the header, and reading them line by line."""

import json
from collections.abc import Iterable
from typing import Any

from notion_gitops.model.diagnostics import Place
from notion_gitops.state.reading import FORMAT_VERSION, check_version, damaged, fits
from notion_gitops.state.writing import json_line

HEADER = json_line({"format_version": FORMAT_VERSION})


def read_lines(text: str, path: str, kind: str) -> Iterable[dict[str, Any]]:
    """The lines behind the header, each of which fits the schema `kind`.

    Raises:
        StateUnusable: one is damaged, or a newer version wrote the file.
    """
    for number, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        place = Place(path, number)
        try:
            data = json.loads(line)
        except ValueError:
            damaged(place, "this line is not JSON")
        if number == 1:
            check_version(data.get("format_version") if isinstance(data, dict) else None, path)
        if not fits(data, kind):
            damaged(place, "this line does not have the form that it should have")
        if number > 1:
            yield data
