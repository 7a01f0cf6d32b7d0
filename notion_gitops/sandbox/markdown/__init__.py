"""The bodies of pages as Notion's Markdown, both ways."""
