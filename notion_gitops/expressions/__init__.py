"""Conditions and transforms of mappings: Jinja2 expressions over plain data, and no more.

An expression is parsed, held against an allow-list, and only then compiled, so that what
is not listed is never run. `compiler` is the way in; `grammar` is the list.
"""

from notion_gitops.expressions.compiler import compile_expression

__all__ = ["compile_expression"]
