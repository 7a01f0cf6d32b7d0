"""Relations in record files held against the keys of the records that are there: offline."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from notion_gitops.model.diagnostics import Diagnostic, Severity
from notion_gitops.model.mapping import DatabaseMapping, Field
from notion_gitops.model.records import Record
from notion_gitops.records.places import Words
from notion_gitops.records.reading import Reading
from notion_gitops.workflow.reading.refused_values import is_written, lost_keys, name_another

Keys = Mapping[str, Collection[str]]
"""Mapping's name -> the keys of its records, where all of them are known."""


def keys_of(readings: Mapping[str, Reading]) -> Keys:
    """The keys that a relation can name: of records that cannot be read as well.

    Of a mapping that holds nothing yet they are not known, nor where the key of a record cannot
    be told: Notion may have them.
    """
    return {
        name: frozenset({*reading.records, *reading.lost})
        for name, reading in readings.items()
        if not reading.unknown_files and (reading.records or reading.lost)
    }


def dangling(words: Words, records: Iterable[Record], keys: Keys) -> Iterator[Diagnostic]:
    """Warnings about relations that lead nowhere; somebody may have added the page in Notion."""
    fields = [f for f in words.mapping.properties if _is_held(words.mapping, f, keys)]
    for record in records if fields else ():
        for spec in fields:
            there = keys[spec.to or ""]
            for key in lost_keys(record.value(spec.name), there):
                at = words.find(record, spec.name, key)
                yield Diagnostic(
                    f"{spec.name}: there is no {key} in {spec.to}",
                    at.place,
                    fix=name_another(key, spec, there),
                    source_line=at.source_line,
                    severity=Severity.WARNING,
                )


def _is_held(mapping: DatabaseMapping, spec: Field, keys: Keys) -> bool:
    return spec.to in keys and is_written(spec, mapping.mode)
