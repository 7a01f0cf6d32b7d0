// Notion's own MCP server, told to find the API at the sandbox, asked by the MCP client as an agent would.
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { baseUrl, same, so, token } from "./told.mjs"

const server = new URL("./node_modules/@notionhq/notion-mcp-server/bin/cli.mjs", import.meta.url).pathname
const client = new Client({ name: "tests", version: "1" })
await client.connect(new StdioClientTransport({
  command: process.execPath, args: [server], stderr: "ignore",
  env: { ...process.env, BASE_URL: baseUrl, NOTION_TOKEN: token },
}))
const call = async (name, args) => {
  const answer = await client.callTool({ name, arguments: args })
  return JSON.parse(answer.content[0].text)
}
const tools = (await client.listTools()).tools.map((tool) => tool.name)
so("the server offers its tools", tools.includes("API-get-self") && tools.includes("API-query-data-source"))
same("the connection is a bot", (await call("API-get-self", {})).type, "bot")
const found = await call("API-post-search", { query: "Tasks", filter: { property: "object", value: "data_source" } })
same("search finds the data source", found.results.map((r) => r.title[0].plain_text), ["Tasks"])
const rows = await call("API-query-data-source", { data_source_id: found.results[0].id, filter: { property: "Hours", number: { greater_than: 3.8 } } })
same("a query is answered", rows.results.map((r) => r.properties.Name.title[0].plain_text), ["Pour"])
const page = await call("API-retrieve-a-page", { page_id: rows.results[0].id })
same("a page is read", page.properties.Hours.number, 4)
const changed = await call("API-patch-page", { page_id: page.id, properties: { Hours: { number: 6 } } })
same("a page is changed", changed.properties.Hours.number, 6)
const missing = await call("API-retrieve-a-page", { page_id: "11111111-1111-4111-8111-111111111111" })
same("an error comes through", missing.code, "object_not_found")
await client.close()
