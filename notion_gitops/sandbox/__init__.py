"""The local Notion: what `--sandbox` and `sandbox serve` run against, and what tests use.

Of the rest of the product it imports only strict YAML and the diagnostics. In process:

    sandbox = Sandbox()
    load(sandbox, description)
    client = notion_client.Client(
        auth=DEFAULT_TOKEN, notion_version="2026-03-11",
        client=httpx.Client(transport=SandboxTransport(sandbox)),
    )
"""

from notion_gitops.sandbox.sandbox import DEFAULT_TOKEN, Sandbox
from notion_gitops.sandbox.transport import SandboxTransport

__all__ = ["DEFAULT_TOKEN", "Sandbox", "SandboxTransport"]
