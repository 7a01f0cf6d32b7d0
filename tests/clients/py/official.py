"""A round of notion-client, also as the asynchronous client, on the newest version."""

import asyncio

from notion_client import APIErrorCode, APIResponseError, AsyncClient, Client
from notion_client.helpers import collect_paginated_api, is_full_page
from told import ROOT_PAGE, TOKEN, URL, same, so

VERSION = "2026-03-11"


def text(content: str) -> list[dict[str, object]]:
    """One run of text."""
    return [{"text": {"content": content}}]


def synchronous() -> str:
    """Schema, rows, errors; the id of the data source."""
    notion = Client(auth=TOKEN, base_url=URL, notion_version=VERSION, retry=False)
    database = notion.databases.create(
        parent={"type": "page_id", "page_id": ROOT_PAGE},
        title=text("Official"),
        initial_data_source={"properties": {"Name": {"title": {}}, "Price": {"number": {}}}},
    )
    source = database["data_sources"][0]["id"]
    page = notion.pages.create(
        parent={"data_source_id": source},
        properties={"Name": {"title": text("First")}, "Price": {"number": 1}},
        markdown="# Heading\n\nBody",
    )
    so("a page is whole", is_full_page(page))
    markdown = notion.pages.retrieve_markdown(page["id"])["markdown"]
    same("a page is made with its body", markdown, "# Heading\nBody")
    notion.data_sources.update(source, properties={"Price": {"name": "Cost"}})
    same(
        "a renamed property keeps its id",
        notion.pages.retrieve(page["id"])["properties"]["Cost"]["id"],
        page["properties"]["Price"]["id"],
    )
    try:
        notion.pages.update(page["id"], properties={"Cost": {"number": "seven"}})
    except APIResponseError as error:
        same("a wrong value is a validation error", error.code, APIErrorCode.ValidationError)
    else:
        so("a wrong value is refused", condition=False)
    found = notion.search(query="Official", filter={"property": "object", "value": "data_source"})
    same("search finds it", [one["id"] for one in found["results"]], [source])
    return str(source)


async def asynchronous(source: str) -> None:
    """Many requests at once."""
    async with AsyncClient(auth=TOKEN, base_url=URL, notion_version=VERSION) as notion:
        await asyncio.gather(*(
            notion.pages.create(
                parent={"data_source_id": source}, properties={"Name": {"title": text(f"P{n}")}}
            )
            for n in range(20)
        ))  # fmt: skip
    rows = collect_paginated_api(
        Client(auth=TOKEN, base_url=URL, notion_version=VERSION).data_sources.query,
        data_source_id=source, page_size=7,
    )  # fmt: skip
    same("twenty creates at once are twenty pages", len({row["id"] for row in rows}), 21)


asyncio.run(asynchronous(synchronous()))
