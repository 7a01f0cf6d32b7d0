"""The consistency checks that mappings declare: records in, findings out."""

from notion_gitops.engine.checks.run import run_checks
from notion_gitops.engine.checks.scope import Facts

__all__ = ["Facts", "run_checks"]
