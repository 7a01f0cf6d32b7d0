// A round of the official JavaScript SDK through everything that a sync and its tools need.
import {
  APIErrorCode, Client, collectAllDataSourceRows, collectPaginatedAPI, isFullBlock, isFullComment,
  isFullDataSource, isFullDatabase, isFullPage, isFullUser, isNotionClientError,
} from "@notionhq/client"
import { baseUrl, refused, rootPage, same, so, token } from "./told.mjs"

const version = process.argv[2]
const newest = version === "2026-03-11"
const notion = new Client({ auth: token, baseUrl, notionVersion: version, retry: false })
const text = (content) => [{ type: "text", text: { content } }]
const plain = (items) => items.map((item) => item.plain_text).join("")

// Users
const me = await notion.users.me({})
same("users.me is a bot of the workspace", [me.object, me.type, me.bot.owner.type], ["user", "bot", "workspace"])
const people = (await collectPaginatedAPI(notion.users.list, {})).filter((u) => u.type === "person")
so("users.list holds people with e-mails", people.every((u) => isFullUser(u) && u.person.email))
same("users.retrieve gives the same user", (await notion.users.retrieve({ user_id: people[0].id })).name, people[0].name)
await refused("an unknown user is not found", notion.users.retrieve({ user_id: "11111111-1111-4111-8111-111111111111" }),
  404, APIErrorCode.ObjectNotFound, /^Could not find user with ID/)

// Databases and data sources
const database = await notion.databases.create({
  parent: { type: "page_id", page_id: rootPage }, title: text("Orders"), description: text("What was ordered"),
  initial_data_source: { properties: {
    Name: { title: {} }, Note: { rich_text: {} }, Price: { number: { format: "euro" } },
    Kind: { select: { options: [{ name: "Book", color: "blue" }, { name: "Pen" }] } },
    Tags: { multi_select: { options: [{ name: "x" }] } }, State: { status: {} }, Due: { date: {} },
    Who: { people: {} }, Papers: { files: {} }, Paid: { checkbox: {} }, Site: { url: {} },
    Mail: { email: {} }, Phone: { phone_number: {} }, Number: { unique_id: { prefix: "ORD" } },
    Double: { formula: { expression: 'prop("Price") * 2' } }, Made: { created_time: {} },
    Maker: { created_by: {} }, Changed: { last_edited_time: {} }, Changer: { last_edited_by: {} },
  } },
})
so("a database is whole, and holds one data source", isFullDatabase(database) && database.data_sources.length === 1)
so("a database's times have milliseconds and a zone", /\.\d{3}\+00:00$/.test(database.created_time))
const source = await notion.dataSources.retrieve({ data_source_id: database.data_sources[0].id })
so("a data source is whole", isFullDataSource(source))
so("a data source's times are floored to the minute", /:00\.000Z$/.test(source.created_time))
same("the archived key is there on older versions only", "archived" in source, !newest)
same("a select keeps the colours it was given", source.properties.Kind.select.options[0].color, "blue")
same("a status starts with three options", source.properties.State.status.options.map((o) => o.name),
  ["Not started", "In progress", "Done"])
same("the title has the id title", source.properties.Name.id, "title")

// Pages
const sent = {
  Name: { title: text("First") }, Note: { rich_text: [{ type: "text", text: { content: "bold" }, annotations: { bold: true } }] },
  Price: { number: 12.5 }, Kind: { select: { name: "Map" } }, Tags: { multi_select: [{ name: "x" }, { name: "new" }] },
  State: { status: { name: "In progress" } }, Due: { date: { start: "2026-07-25T16:57:28.513237Z", time_zone: "UTC" } },
  Who: { people: [{ id: people[0].id }] }, Paid: { checkbox: true }, Site: { url: "https://acme.example" },
  Papers: { files: [{ name: "plan", type: "external", external: { url: "https://acme.example/plan.pdf" } }] },
  Mail: { email: "a@acme.example" }, Phone: { phone_number: "+49 30 1" },
}
const parent = { type: "data_source_id", data_source_id: source.id }
const page = await notion.pages.create({ parent, properties: sent })
so("a page is whole", isFullPage(page))
const got = page.properties
same("a row's parent names both its source and its database", page.parent,
  { type: "data_source_id", data_source_id: source.id, database_id: database.id })
same("an unknown option is made", got.Kind.select.name, "Map")
same("options keep the order they were written in", got.Tags.multi_select.map((o) => o.name), ["x", "new"])
same("seconds of a date are cut and its zone is gone", got.Due.date, { start: "2026-07-25T16:57:00.000+00:00", end: null, time_zone: null })
same("a person comes back with a name", got.Who.people[0].name, people[0].name)
same("text gets its annotations", got.Note.rich_text[0].annotations,
  { bold: true, italic: false, strikethrough: false, underline: false, code: false, color: "default" })
same("a formula is worked out in the answer", got.Double.formula, { type: "number", number: 25 })
same("rows are numbered", got.Number.unique_id, { prefix: "ORD", number: 1 })
await refused("an unknown status is refused", notion.pages.update({ page_id: page.id, properties: { State: { status: { name: "Nope" } } } }),
  400, APIErrorCode.ValidationError, /Invalid status option\. Status option "Nope" does not exist/)
await refused("an unknown property is refused", notion.pages.update({ page_id: page.id, properties: { Nope: { number: 1 } } }),
  400, APIErrorCode.ValidationError, /Nope is not a property that exists\./)
const cleared = await notion.pages.update({ page_id: page.id, properties: { State: { status: null }, Price: { number: null }, Tags: { multi_select: [] } } })
same("an emptied status takes the default", cleared.properties.State.status.name, "Not started")
same("other values are emptied", [cleared.properties.Price.number, cleared.properties.Tags.multi_select], [null, []])
const item = await notion.pages.properties.retrieve({ page_id: page.id, property_id: got.Name.id })
same("the title is read as a list of items", [item.object, item.results[0].title.plain_text], ["list", "First"])

// Relations, rollups, cut values
const other = await notion.dataSources.create({ parent: { type: "database_id", database_id: database.id }, title: text("Buyers"),
  properties: { Name: { title: {} } } })
await notion.dataSources.update({ data_source_id: source.id, properties: {
  Buyer: { relation: { data_source_id: other.id, type: "dual_property", dual_property: {} } } } })
const back = Object.values((await notion.dataSources.retrieve({ data_source_id: other.id })).properties).find((p) => p.type === "relation")
so("the other side gets a column of its own", back.name.startsWith("Related to "))
const buyer = await notion.pages.create({ parent: { type: "data_source_id", data_source_id: other.id }, properties: { Name: { title: text("Ann") } } })
for (let n = 0; n < 27; n++) {
  await notion.pages.create({ parent, properties: { Name: { title: text(`Row ${n}`) }, Price: { number: n }, Buyer: { relation: [{ id: buyer.id }] } } })
}
const linked = (await notion.pages.retrieve({ page_id: buyer.id })).properties[back.name]
same("writing one side shows on the other, cut at 25", [linked.relation.length, linked.has_more], [25, true])
const links = await collectPaginatedAPI(notion.pages.properties.retrieve, { page_id: buyer.id, property_id: linked.id, page_size: 10 })
same("the property endpoint gives them all", links.length, 27)

// Queries
const query = (rest) => notion.dataSources.query({ data_source_id: source.id, ...rest })
const first = await query({ page_size: 10 })
same("a query is paged", [first.results.length, first.has_more, first.type], [10, true, "page_or_data_source"])
same("the newest row comes first", plain(first.results[0].properties.Name.title), "Row 26")
const dear = await query({ filter: { and: [{ property: "Price", number: { greater_than: 20 } }, { property: "Name", title: { contains: "Row" } }] },
  sorts: [{ property: "Price", direction: "ascending" }] })
same("filters and sorts hold", dear.results.map((r) => r.properties.Price.number), [21, 22, 23, 24, 25, 26])
const only = await query({ filter_properties: ["Name"], page_size: 1 })
same("filter_properties leaves the others out", Object.keys(only.results[0].properties), ["Name"])
const rows = await collectAllDataSourceRows(notion, { data_source_id: source.id })
same("the SDK's own walk finds every row once", new Set(rows.map((r) => r.id)).size, 28)
await refused("a filter of the wrong type is refused", query({ filter: { property: "Price", checkbox: { equals: true } } }),
  400, APIErrorCode.ValidationError, /./)

// Blocks and Markdown
const doc = await notion.pages.create({ parent: { type: "page_id", page_id: rootPage }, properties: { title: { title: text("Notes") } } })
const added = await notion.blocks.children.append({ block_id: doc.id, children: [
  { heading_2: { rich_text: text("Plan") } },
  { paragraph: { rich_text: text("Body") } },
  { to_do: { rich_text: text("Do it"), checked: true, children: [{ paragraph: { rich_text: text("inside") } }] } },
] })
so("appended blocks are whole", added.results.every((b) => isFullBlock(b)))
so("a block says that it has children", added.results[2].has_children)
const inside = await notion.blocks.children.list({ block_id: added.results[2].id })
same("children are listed level by level", plain(inside.results[0].paragraph.rich_text), "inside")
const place = newest ? { position: { type: "after_block", after_block: { id: added.results[0].id } } } : { after: added.results[0].id }
const between = await notion.blocks.children.append({ block_id: doc.id, children: [{ divider: {} }], ...place })
same("blocks appended after another come with those that follow", between.results.map((b) => b.type), ["divider", "paragraph", "to_do"])
const changed = await notion.blocks.update({ block_id: added.results[1].id, paragraph: { rich_text: text("New body") } })
same("a block is changed in place", plain(changed.paragraph.rich_text), "New body")
await notion.blocks.delete({ block_id: between.results[0].id })
const markdown = await notion.pages.retrieveMarkdown({ page_id: doc.id })
same("the body reads as Markdown", [markdown.object, markdown.markdown.split("\n").slice(0, 2), markdown.truncated],
  ["page_markdown", ["## Plan", "New body"], false])
const edited = await notion.pages.updateMarkdown({ page_id: doc.id, type: "update_content",
  update_content: { content_updates: [{ old_str: "New body", new_str: "Newer **body**" }] } })
so("Markdown is edited in place", edited.markdown.includes("Newer **body**"))
await refused("a text that is not there cannot be replaced", notion.pages.updateMarkdown({ page_id: doc.id, type: "update_content",
  update_content: { content_updates: [{ old_str: "missing", new_str: "x" }] } }), 400, APIErrorCode.ValidationError, /./)

// Comments
const comment = await notion.comments.create({ parent: { page_id: doc.id }, rich_text: text("Looks good") })
so("a comment is whole", isFullComment(comment))
const comments = await notion.comments.list({ block_id: doc.id })
same("comments are listed by page", comments.results.map((c) => plain(c.rich_text)), ["Looks good"])

// Files
const upload = await notion.fileUploads.create({ filename: "hello.txt", content_type: "text/plain" })
same("an upload waits for its bytes", upload.status, "pending")
const uploaded = await notion.fileUploads.send({ file_upload_id: upload.id, file: { filename: "hello.txt", data: new Blob(["hello"], { type: "text/plain" }) } })
same("an upload has its bytes", [uploaded.status, uploaded.content_length], ["uploaded", 5])
const withFile = await notion.pages.update({ page_id: page.id, properties: { Papers: { files: [{ type: "file_upload", file_upload: { id: upload.id }, name: "hello.txt" }] } } })
const hosted = withFile.properties.Papers.files[0]
same("an uploaded file is hosted", [hosted.type, hosted.name], ["file", "hello.txt"])
same("its signed address gives the bytes back", await (await fetch(hosted.file.url)).text(), "hello")

// Moving, the trash, search
const moved = await notion.pages.move({ page_id: doc.id, parent: { type: "page_id", page_id: page.id } })
same("a page moves", moved.parent, { type: "page_id", page_id: page.id })
const trashed = await notion.pages.update({ page_id: page.id, ...(newest ? { in_trash: true } : { archived: true }) })
same("a page goes to the trash", trashed.in_trash, true)
same("and is gone from queries", (await query({ filter: { property: "Name", title: { equals: "First" } } })).results.length, 0)
same("but can still be read, and restored", (await notion.pages.update({ page_id: page.id, in_trash: false })).in_trash, false)
const found = await notion.search({ query: "Orders", filter: { property: "object", value: "data_source" } })
same("search finds data sources by title", found.results.map((r) => r.id), [source.id])

// Errors
try {
  await new Client({ auth: "wrong", baseUrl, retry: false }).users.me({})
  so("a wrong token is refused", false)
} catch (error) {
  so("a wrong token is the SDK's own error", isNotionClientError(error) && error.code === APIErrorCode.Unauthorized && error.message === "API token is invalid.")
}
await refused("an unshared or unknown page is not found", notion.pages.retrieve({ page_id: "11111111-1111-4111-8111-111111111111" }),
  404, APIErrorCode.ObjectNotFound, /^Could not find page with ID: .* Make sure the relevant pages and databases are shared/)
await refused("an unknown path is no request URL", notion.request({ path: "nothing/here", method: "get" }),
  400, APIErrorCode.InvalidRequestURL, /Invalid request URL\./)
