// What does the official client in TypeScript get from postdex? Everything that it is offered is asked for once, over
// HTTP (the one argument is an address) or stdio (a program with its arguments); what came is printed as JSON.
// The client holds each answer to the `outputSchema` of its tool, and throws where it does not fit.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [first, ...rest] = process.argv.slice(2);
const transport = first.startsWith("http")
  ? new StreamableHTTPClientTransport(new URL(first))
  : new StdioClientTransport({ command: first, args: rest, env: process.env });
const client = new Client({ name: "test", version: "1" });
await client.connect(transport);

const call = (name, args, options) => client.callTool({ name, arguments: args }, undefined, options);

async function refused(work) {
  try {
    await work();
  } catch (error) {
    return String(error.message);
  }
  return "";
}

const { tools } = await client.listTools();
const found = await call("search", { query: "SMC fallback", facets: ["tags"], max_chars: 2000 });
const { id } = found.structuredContent.results[0];
const { resources } = await client.listResources();
const { resourceTemplates } = await client.listResourceTemplates();
const { prompts } = await client.listPrompts();
const taken = new AbortController();
const takenBack = refused(() => call("search", { query: "linux" }, { signal: taken.signal }));
taken.abort("never mind");

console.log(
  JSON.stringify({
    server: client.getServerVersion().name,
    instructions: client.getInstructions(),
    tools: tools.map((tool) => [tool.name, tool.title, tool.annotations]),
    found: found.structuredContent,
    text: JSON.parse(found.content[0].text),
    fetched: (await call("fetch", { id })).structuredContent,
    several: (await call("fetch", { ids: resources.slice(0, 3).map((one) => one.uri) })).structuredContent,
    related: (await call("related", { id })).structuredContent,
    status: (await call("status", {})).structuredContent,
    error: await call("fetch", { id: "nowhere.md" }),
    takenBack: await takenBack,
    resources,
    read: (await client.readResource({ uri: resources[0].uri })).contents[0],
    unread: await refused(() => client.readResource({ uri: "postdex://nowhere.md" })),
    completed: (
      await client.complete({
        ref: { type: "ref/resource", uri: resourceTemplates[0].uriTemplate },
        argument: { name: "path", value: "2022/ref" },
      })
    ).completion.values,
    prompt: (await client.getPrompt({ name: prompts[0].name, arguments: { question: "Who counts?" } })).messages[0],
  }),
);
await client.close();
