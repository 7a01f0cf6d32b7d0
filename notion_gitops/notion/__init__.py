"""The Notion side: one gateway for all requests, and one small codec per property type."""
