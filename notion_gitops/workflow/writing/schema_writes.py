"""Adding databases, properties and options to Notion, one request a step, never twice."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from notion_gitops.model.mapping import PropertyType
from notion_gitops.model.outcomes import Status
from notion_gitops.model.schema_plan import (
    NewDatabase,
    SchemaOutcome,
    SchemaPlan,
    SchemaStep,
    SchemaStepKind,
    WantedProperty,
)
from notion_gitops.notion.failures import AmbiguousCreate, AmbiguousWrite, RejectedRequest
from notion_gitops.notion.gateway import Gateway
from notion_gitops.notion.property_configs import configs
from notion_gitops.notion.schema import PropertySchema, Schema, parse_schema
from notion_gitops.workflow.reading.schema_plan import title_of
from notion_gitops.workflow.writing.asking import NotWritten, asked, looked_for

Json = dict[str, Any]

_TRIES = 3  # of an addition that was read back and had not happened
_NO_DATABASE = "its database was not created"


@dataclass
class SchemaWriter:
    """Carries out the steps of one plan and remembers what was created."""

    gateway: Gateway
    plan: SchemaPlan
    sources: dict[str, str]  # mapping's name -> id of its data source; grows
    variables: Mapping[str, str]  # mapping's name -> the variable that says which database it is
    pause: Callable[[float], None] = time.sleep
    created: list[NewDatabase] = field(default_factory=list)

    def write(self, step: SchemaStep) -> SchemaOutcome:
        """Do one step; what becomes of it.

        Raises:
            TokenRefused: no other step has a chance.
        """
        lacking = sorted({p.to for p in step.properties if p.to} - self.sources.keys())
        if step.kind is not SchemaStepKind.DATABASE and step.mapping not in self.sources:
            return SchemaOutcome(step, Status.SKIPPED, _NO_DATABASE)
        if lacking:
            why = f"the database of {lacking[0]}, where it leads to, was not created"
            return SchemaOutcome(step, Status.SKIPPED, why)
        try:
            if step.kind is SchemaStepKind.DATABASE:
                self._create(step)
                return SchemaOutcome(step, Status.APPLIED)
            self._add(step)
        except NotWritten as failed:
            return SchemaOutcome(step, failed.status, failed.why)
        return SchemaOutcome(step, Status.APPLIED)

    def _schema(self, source: str) -> Schema:
        return asked(lambda: parse_schema(self.gateway.data_source(source)))

    # --- a new database ---

    def _create(self, step: SchemaStep) -> None:
        before = self._on_the_page()
        if step.title in before.values():
            why = f'a database "{step.title}" appeared on that page meanwhile'
            raise NotWritten(Status.STALE, why)
        body = configs(step.properties, self.sources)
        parent = self.plan.parent
        try:
            database = asked(lambda: self.gateway.create_database(parent, step.title, body))
        except AmbiguousCreate as unclear:
            database = self._find_created(step, before, unclear)
        source = str(database["data_sources"][0]["id"])
        self.sources[step.mapping] = source
        self.created.append(
            NewDatabase(
                step.mapping,
                step.title,
                str(database["id"]),
                str(database.get("url") or ""),
                self.variables.get(step.mapping, ""),
            )
        )
        _require_there(step, self._schema(source))

    def _find_created(
        self, step: SchemaStep, before: Mapping[str, str], unclear: AmbiguousCreate
    ) -> Json:
        """The database whose creation nobody answered; it is never sent a second time."""
        if unclear.committed_id:
            committed = unclear.committed_id
            return asked(lambda: self.gateway.database(committed))

        def look() -> str | None:
            on_the_page = self._on_the_page().items()
            new = (i for i, title in on_the_page if i not in before and title == step.title)
            return next(new, None)

        created = looked_for(look, self.pause)
        if created is not None:
            return asked(lambda: self.gateway.database(created))
        why = (
            "Notion's answer was lost, and the database is not to be seen on the page. "
            "Look there, then run schema plan again: one that is there is never made twice"
        )
        raise NotWritten(Status.PENDING, why, unreachable=True)

    def _on_the_page(self) -> dict[str, str]:
        """The databases that stand on the page: id -> title."""
        blocks = asked(lambda: self.gateway.child_databases(self.plan.parent))
        return {str(block["id"]): title_of(block) for block in blocks}

    # --- what is added to a database ---

    def _add(self, step: SchemaStep) -> None:
        """Read the data source, send what is still lacking, and look whether it is there.

        The reading comes first each time, so an answer that was lost costs one request and is
        never followed by a second addition.
        """
        source = self.sources[step.mapping]
        for _ in range(_TRIES):
            raw = asked(partial(self.gateway.data_source, source))
            before = parse_schema(raw)
            body = self._body(step, raw, before)
            if not body:
                break
            try:
                answer = asked(partial(self.gateway.change_properties, source, body))
            except AmbiguousWrite:
                continue
            after = parse_schema(answer)
            _require_kept(before, after)
            _require_there(step, after)
            break
        else:
            why = f"Notion gave no answer {_TRIES} times, and it is not there"
            raise NotWritten(Status.PENDING, why, unreachable=True)
        self._name_faces(step)

    def _body(self, step: SchemaStep, raw: Json, before: Schema) -> Json:
        """What is still lacking, as a request says it; empty if somebody added it meanwhile."""
        if step.kind is SchemaStepKind.OPTIONS:
            return _all_options(step.properties[0], raw, before)
        lacking = [p for p in step.properties if p.name not in before.properties]
        for prop in step.properties:
            there = before.properties.get(prop.name)
            if there is not None and there.type != prop.type.value:
                why = f'somebody added "{prop.name}" meanwhile, as a {there.type}'
                raise NotWritten(Status.STALE, why)
        return configs(lacking, self.sources)

    def _name_faces(self, step: SchemaStep) -> None:
        """Give the other side of a two-way relation its name.

        Notion calls a new one "Related to Tasks (Project)" (recorded answers). Only a side that
        belongs to the relation of this very step, and bears such a name, is given another.
        """
        for prop in step.properties:
            if prop.type is not PropertyType.RELATION or not prop.face:
                continue
            own = self._schema(self.sources[step.mapping])
            made = own.properties.get(prop.name)
            identity = made.relation_property_id if made else None
            target = self.sources[prop.to]
            face = self._schema(target).by_id(identity) if identity else None
            if face is None:
                why = f'it was made, but not two-way: name its other side "{prop.face}" in Notion'
                raise NotWritten(Status.FAILED, why)
            if face.name != prop.face:
                self._rename(target, face, prop.face)

    def _rename(self, source: str, face: PropertySchema, name: str) -> None:
        told = f'it was made; name its other side "{name}" in Notion ("{face.name}" now)'
        if not face.name.startswith("Related to "):
            raise NotWritten(Status.FAILED, told)
        try:
            self.gateway.change_properties(source, {face.encoded_id: {"name": name}})
        except (AmbiguousWrite, RejectedRequest) as error:
            raise NotWritten(Status.FAILED, told) from error


def _all_options(prop: WantedProperty, raw: Json, before: Schema) -> Json:
    """The whole list of options as it is now, by id, with the new ones at its end.

    A list replaces what is there: whatever it left out would be deleted in every page, and so would
    all of another property that has the name by then. {} if none is lacking.
    """
    found = before.by_id(prop.id)
    config = raw["properties"][found.name].get(prop.type.value) if found else None
    if found is None or config is None:
        why = f'"{prop.name}" is no {prop.type.value} any more'
        raise NotWritten(Status.STALE, why)
    there = config.get("options") or []
    names = {str(option["name"]).casefold() for option in there}
    new = [{"name": name} for name in prop.options if name.casefold() not in names]
    kept = [{k: o[k] for k in ("id", "name", "color") if k in o} for o in there]
    return {before.key_of(found): {prop.type.value: {"options": [*kept, *new]}}} if new else {}


def _require_there(step: SchemaStep, after: Schema) -> None:
    """Hold the answer against what was meant."""
    for prop in step.properties:
        there = after.by_id(prop.id) if prop.id else after.properties.get(prop.name)
        if there is None or there.type != prop.type.value:
            why = f'Notion took it, but its answer does not show "{prop.name}" as it was meant'
            raise NotWritten(Status.FAILED, why)
        lacking = [o for o in prop.options if there.option_id(o) is None]
        if lacking:
            why = f'Notion took it, but "{prop.name}" has no option "{lacking[0]}"'
            raise NotWritten(Status.FAILED, why)


def _require_kept(before: Schema, after: Schema) -> None:
    """Nothing that was there may be gone: neither a property nor an option, by their ids."""
    for prop in before.properties.values():
        still = after.by_id(prop.id)
        if still is None:
            raise NotWritten(Status.FAILED, f'"{prop.name}" is gone from Notion\'s answer')
        gone = set(prop.options.values()) - set(still.options.values())
        if gone:
            names = ", ".join(name for name, i in prop.options.items() if i in gone)
            why = f'the options {names} of "{prop.name}" are gone from Notion\'s answer'
            raise NotWritten(Status.FAILED, why)
