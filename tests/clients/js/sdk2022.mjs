// A round of the SDK's last release for version 2022-06-28, in which a database is a table.
import sdk from "notion-client-of-2022"
import { baseUrl, refused, rootPage, same, so, token } from "./told.mjs"

const { Client, APIErrorCode, isFullDatabase, isFullPage, iteratePaginatedAPI } = sdk
const notion = new Client({ auth: token, baseUrl })
const text = (content) => [{ text: { content } }]

const database = await notion.databases.create({
  parent: { type: "page_id", page_id: rootPage }, title: text("Old orders"),
  properties: { Name: { title: {} }, Price: { number: {} }, Kind: { select: { options: [{ name: "Book", color: "red" }] } } },
})
so("a database is whole, with its properties", isFullDatabase(database) && database.properties.Kind.select.options[0].color === "red")
so("nothing is said of data sources", !("data_sources" in database))
const page = await notion.pages.create({ parent: { database_id: database.id }, properties: { Name: { title: text("First") }, Price: { number: 1 } } })
so("a page is whole", isFullPage(page))
same("a row's parent is the database", page.parent, { type: "database_id", database_id: database.id })
for (const n of [2, 3]) await notion.pages.create({ parent: { database_id: database.id }, properties: { Name: { title: text(`Row ${n}`) }, Price: { number: n } } })
const rows = []
for await (const row of iteratePaginatedAPI(notion.databases.query, { database_id: database.id, page_size: 2, sorts: [{ property: "Price", direction: "descending" }] })) rows.push(row)
same("a database is queried", rows.map((row) => row.properties.Price.number), [3, 2, 1])
const changed = await notion.databases.update({ database_id: database.id, properties: { Note: { rich_text: {} }, Kind: null } })
same("properties are added and removed on the database", Object.keys(changed.properties).sort(), ["Name", "Note", "Price"])
const related = await notion.databases.update({ database_id: database.id, properties: { Parent: { relation: { database_id: database.id, single_property: {} } } } })
same("a relation names a database", related.properties.Parent.relation.database_id, database.id)
const archived = await notion.pages.update({ page_id: page.id, archived: true })
same("a page is archived", [archived.archived, archived.in_trash], [true, true])
const found = await notion.search({ query: "Old orders", filter: { property: "object", value: "database" } })
same("search finds databases", found.results.map((one) => [one.object, one.id]), [["database", database.id]])
await refused("a database that is not there is not found", notion.databases.query({ database_id: "11111111-1111-4111-8111-111111111111" }),
  404, APIErrorCode.ObjectNotFound, /^Could not find database with ID/)
