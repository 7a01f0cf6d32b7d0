"""A round of doughboy, which speaks plain HTTP with `requests`."""

from doughboy.api_handler import notion_api_handler
from told import ROOT_PAGE, TOKEN, URL, same, so

notion = notion_api_handler(TOKEN, base_url=f"{URL}/v1/")
same("the connection is a bot", notion.get("users/me")["type"], "bot")
found = notion.post(
    "search", {"query": "Tasks", "filter": {"property": "object", "value": "data_source"}}
)
source = found["results"][0]["id"]
rows = notion.post(f"data_sources/{source}/query", {"page_size": 2})
same("a query is paged", [len(rows["results"]), rows["has_more"]], [2, True])
page = rows["results"][0]
changed = notion.patch(f"pages/{page['id']}", {"properties": {"Hours": {"number": 7.5}}})
same("a page is changed", changed["properties"]["Hours"]["number"], 7.5)
root = notion.get(f"pages/{ROOT_PAGE}")
so("the root page is no row", root["parent"]["type"] == "workspace")
