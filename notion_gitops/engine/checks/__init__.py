"""The consistency checks that mappings declare: records in, findings out."""

from notion_gitops.engine.checks.run import run_checks

__all__ = ["run_checks"]
