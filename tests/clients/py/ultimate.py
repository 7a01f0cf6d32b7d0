"""A round of ultimate-notion, whose strict models parse every answer."""

import datetime as dt
import io

import ultimate_notion as uno
from told import ROOT_PAGE, URL, same, so
from ultimate_notion import schema
from ultimate_notion.blocks import BulletedItem, Heading2, Paragraph, ToDoItem


class Buyers(uno.Schema, db_title="Buyers"):
    """The one side of a two-way relation."""

    name = schema.Title("Name")
    orders = schema.Relation("Orders")


class Orders(uno.Schema, db_title="Orders"):
    """A column of every common type."""

    name = schema.Title("Name")
    note = schema.Text("Note")
    price = schema.Number("Price", format=uno.NumberFormat.EURO)
    kind = schema.Select("Kind", options=[uno.Option("Book", color="blue"), uno.Option("Pen")])
    tags = schema.MultiSelect("Tags", options=[uno.Option("x"), uno.Option("y")])
    due = schema.Date("Due")
    paid = schema.Checkbox("Paid")
    site = schema.URL("Site")
    mail = schema.Email("Mail")
    phone = schema.Phone("Phone")
    made = schema.CreatedTime("Made")
    changer = schema.LastEditedBy("Changer")
    number = schema.ID("Number")
    buyer = schema.Relation("Buyer", schema=Buyers, two_way_prop=Buyers.orders)


def round_of_databases(notion: uno.Session, root: uno.Page) -> None:
    """Schemas, rows, relations, queries."""
    buyers = notion.create_ds(parent=root, schema=Buyers)
    orders = notion.create_ds(parent=root, schema=Orders)
    same("the schema comes back as it was declared", orders.schema.to_dict().keys(), {
        "Name", "Note", "Price", "Kind", "Tags", "Due", "Paid", "Site", "Mail", "Phone", "Made",
        "Changer", "Number", "Buyer",
    })  # fmt: skip
    ann = buyers.create_page(name="Ann")
    rows = [
        orders.create_page(
            name=f"Order {n}", note="some *text*", price=n * 1.5, kind="Book", tags=["x", "y"],
            due=dt.date(2026, 6, n), paid=n % 2 == 0, site="https://acme.example",
            mail="a@acme.example", phone="+49 30 1", buyer=[ann],
        )
        for n in range(1, 5)
    ]  # fmt: skip
    first = rows[0].reload()
    same(
        "a row's values come back",
        [first.props.name, first.props.price, first.props.kind.name],
        ["Order 1", 1.5, "Book"],
    )
    same("rows are numbered", [row.props.number[-1] for row in rows], ["1", "2", "3", "4"])
    same(
        "both sides of a relation agree",
        {page.title for page in ann.reload().props.orders},
        {row.title for row in rows},
    )
    dear = orders.query.filter(uno.prop("Price") > 2).sort(uno.prop("Price").desc()).execute()
    same(
        "a query filters and sorts",
        [page.title for page in dear],
        ["Order 4", "Order 3", "Order 2"],
    )
    paid = orders.query.filter(uno.prop("Paid") == True).execute()  # noqa: E712  a condition
    same("a condition on a checkbox holds", len(paid), 2)
    rows[0].props.price = 100
    rows[0].props.tags = []
    again = rows[0].reload()
    same("changed values come back", [again.props.price, list(again.props.tags or [])], [100, []])
    rows[3].delete()
    same("a trashed row is not listed", len(orders.get_all_pages()), 3)
    rows[3].restore()
    same("a restored row is listed", len(orders.get_all_pages()), 4)


def round_of_pages(notion: uno.Session, root: uno.Page) -> None:
    """Blocks, comments, uploads, search."""
    page = notion.create_page(parent=root, title="Notes")
    page.append([
        Heading2("Plan"), Paragraph("Body"), BulletedItem("one"), ToDoItem("do it", checked=True),
    ])  # fmt: skip
    blocks = page.reload().children
    same(
        "blocks come back in their order",
        [type(block).__name__ for block in blocks],
        ["Heading2", "Paragraph", "BulletedItem", "ToDoItem"],
    )
    page.append([Paragraph("between")], after=blocks[0])
    same("a block goes between others", len(page.reload().children), 5)
    blocks[1].delete()
    so("the page reads as Markdown", "## Plan" in page.to_markdown())
    page.comments.append("Looks good")
    same("comments are listed", [str(one.text) for one in page.reload().comments], ["Looks good"])
    upload = notion.upload(io.BytesIO(b"hello"), file_name="hello.txt", mime_type="text/plain")
    same("a file is uploaded", upload.status.value, "uploaded")
    found = notion.search_page("Notes")
    same("search finds the page", [one.id for one in found], [page.id])


def main() -> None:
    """Run it all."""
    with uno.Session(base_url=URL) as notion:
        so("the connection is a bot", notion.whoami().is_bot)
        so("the users are listed", len(notion.all_users()) > 1)
        root = notion.get_page(ROOT_PAGE)
        round_of_databases(notion, root)
        round_of_pages(notion, root)


main()
