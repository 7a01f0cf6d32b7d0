"""What a mapping needs and Notion does not have yet: the nouns of `schema plan` and `apply`."""

from dataclasses import dataclass, field
from enum import StrEnum

from notion_gitops.model.diagnostics import Diagnostic
from notion_gitops.model.errors import ExitCode
from notion_gitops.model.mapping import PropertyType
from notion_gitops.model.outcomes import Status
from notion_gitops.model.plan import ReadCost


class SchemaStepKind(StrEnum):
    """What one request of `schema apply` adds. Nothing is ever removed, renamed or retyped."""

    DATABASE = "database"  # a new one, with the properties that need no other database
    PROPERTIES = "properties"  # to a database that is there
    RELATION = "relation"  # one; once all databases are there
    OPTIONS = "options"  # to a property that is there


@dataclass(frozen=True, slots=True)
class WantedProperty:
    """A property as a mapping needs it."""

    name: str  # in Notion
    type: PropertyType
    options: tuple[str, ...] = ()  # select, multi_select, status: of a step, those to be added
    to: str = ""  # relation: the mapping whose pages it links
    face: str = ""  # two-way relation: the property's name in that other database
    id: str = ""  # of the property that is there, decoded, if the step is about one


@dataclass(frozen=True, slots=True)
class SchemaStep:
    """One request: all of it is done, or nothing."""

    mapping: str
    kind: SchemaStepKind
    properties: tuple[WantedProperty, ...]
    title: str = ""  # of a new database
    notes: tuple[str, ...] = ()  # what is worth a look before saying yes


@dataclass(frozen=True, slots=True)
class SchemaDatabase:
    """One mapping's database as it was found."""

    mapping: str
    title: str
    variable: str = ""  # of the environment, that should hold its id; "" if the mapping has the id
    there: bool = True  # False: it is to be created
    properties: int = 0  # in Notion
    extra: tuple[str, ...] = ()  # names in Notion that no field maps; they are left alone


@dataclass(frozen=True, slots=True)
class SchemaPlan:
    """What is missing in Notion, in the order in which it is added."""

    databases: tuple[SchemaDatabase, ...]
    steps: tuple[SchemaStep, ...]
    problems: tuple[Diagnostic, ...] = ()  # any of them keeps all of it from being applied
    by_hand: tuple[Diagnostic, ...] = ()  # what only a person can do, in Notion
    hints: tuple[Diagnostic, ...] = ()  # what was renamed in Notion and is followed
    parent: str = ""  # id of the page that new databases go to; "" if none was named
    cost: ReadCost = field(default_factory=ReadCost)
    sandbox: bool = False


@dataclass(frozen=True, slots=True)
class SchemaOutcome:
    """What became of one step."""

    step: SchemaStep
    status: Status
    detail: str = ""  # why, when it was not applied


@dataclass(frozen=True, slots=True)
class NewDatabase:
    """A database that was created, and how it is found from now on."""

    mapping: str
    title: str
    id: str
    url: str
    variable: str  # of the environment, that must hold the id


@dataclass(frozen=True, slots=True)
class SchemaResult:
    """One `schema apply`, whole."""

    plan: SchemaPlan
    outcomes: tuple[SchemaOutcome, ...]
    created: tuple[NewDatabase, ...]
    requests: int

    @property
    def exit_code(self) -> ExitCode:
        """By the contract: never 0 if anything was left out."""
        done = [o.status is Status.APPLIED for o in self.outcomes]
        if not all(done):
            begun = any(done) or bool(self.created)
            return ExitCode.PARTLY_APPLIED if begun else ExitCode.FAILED
        return ExitCode.DECISIONS_REMAIN if self.plan.by_hand else ExitCode.DONE
