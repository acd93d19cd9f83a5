// Makes wire-fields.json: which parameters, body fields and required answer fields the published document of the wire
// names, and their types. Facts only; its texts stay where they are. Run again when a newer document is published:
//
//   node make-wire-fields.mjs published.json > wire-fields.json
import { readFileSync } from 'node:fs';

const covered = [
  '/auth_configs', '/connected_accounts', '/toolkits', '/tools', '/org/owner/project', '/org/project', '/logs/tool_execution',
  '/webhook_subscriptions',
];
const document = JSON.parse(readFileSync(process.argv[2], 'utf8'));

const resolve = (node) => node?.$ref
  ? resolve(node.$ref.slice(2).split('/').reduce((at, name) => at[name], document))
  : node;

const alternatives = (schema) => schema.anyOf ?? schema.oneOf;

/** string, number|null, array, object; an object that takes any name is object{}, a schema that says nothing is any. */
function typeOf(schema) {
  const types = (alternatives(schema) ?? schema.allOf)?.flatMap((one) => typeOf(resolve(one)).split('|'))
    ?? [isOpen(schema) ? 'object{}' : schema.type === 'integer' ? 'number' : schema.type ?? 'any'];
  return [...new Set([...types, ...(schema.nullable ? ['null'] : [])])].sort().join('|');
}

const isOpen = (schema) => schema.type === 'object' && !schema.properties && !alternatives(schema) && !schema.allOf;

/** Every field below a schema by its path. In answers a step that may be missing ends with a question mark. */
function fieldsOf(schema, path, answer) {
  schema = resolve(schema);
  const found = new Map();
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const required = !answer || schema.required?.includes(name);
    // What a connection is made of is named per scheme and freely: the toolkit says which names it wants.
    if (!required && path.endsWith('.val')) continue;
    const at = (path ? `${path}.${name}` : name) + (required ? '' : '?');
    const value = resolve(property);
    const free = !answer && (name === 'val' || name === 'connection_data');
    found.set(at, free ? 'object{}' : typeOf(value));
    if (!free) merge(found, fieldsOf(value, at, answer));
  }
  if (schema.items) merge(found, fieldsOf(schema.items, `${path}[]`, answer));
  for (const part of schema.allOf ?? []) merge(found, fieldsOf(part, path, answer));
  const options = (alternatives(schema) ?? []).map(resolve)
    .filter((one) => one.properties || one.items || alternatives(one))
    .map((one) => fieldsOf(one, path, answer));
  for (const option of options) {
    // What only some alternatives of an answer require cannot be asked of all of them.
    merge(found, answer ? new Map([...option].filter(([at]) => options.every((other) => other.has(at)))) : option);
  }
  return found;
}

function merge(into, from) {
  for (const [at, type] of from) {
    into.set(at, [...new Set([...(into.get(at)?.split('|') ?? []), ...type.split('|')])].sort().join('|'));
  }
}

const json = (part) => resolve(part)?.content?.['application/json']?.schema;
const sorted = (fields) => Object.fromEntries([...fields].sort(([a], [b]) => (a < b ? -1 : 1)));

// Called by the SDKs and described in the vendor's pages, but missing in the document.
const routes = {
  'POST /connected_accounts/complete_auth': {
    query: {},
    body: { session_uri: 'string', user_id: 'string' },
    status: 200,
    answer: { connected_account_id: 'string', toolkit_slug: 'string' },
  },
  'POST /connected_accounts/{}/revoke': {
    query: {},
    body: {},
    status: 200,
    answer: {
      connected_account: 'object', 'connected_account.id': 'string', 'connected_account.status': 'string',
      revoked_tokens: 'array',
    },
  },
};
for (const [path, methods] of Object.entries(document.paths)) {
  const route = path.replace('/api/v3.1', '');
  if (!covered.some((prefix) => route === prefix || route.startsWith(prefix + '/'))) continue;
  for (const [method, operation] of Object.entries(methods)) {
    const parameters = (operation.parameters ?? []).map(resolve).filter((parameter) => parameter.in === 'query');
    const answer = Object.entries(operation.responses).find(([status]) => status.startsWith('2'));
    routes[`${method.toUpperCase()} ${route.replaceAll(/\{[^}]*\}/g, '{}')}`] = {
      query: sorted(parameters.map(({ name, schema }) => [name, typeOf(resolve(schema))])),
      body: sorted(json(operation.requestBody) ? fieldsOf(json(operation.requestBody), '', false) : []),
      status: Number(answer[0]),
      answer: sorted(json(answer[1]) ? fieldsOf(json(answer[1]), '', true) : []),
    };
  }
}

const partsOf = (parts) => Object.entries(parts)
  .map(([part, value]) => `    ${JSON.stringify(part)}: ${JSON.stringify(value)}`).join(',\n');
const lines = Object.entries(routes).map(([route, parts]) => `  ${JSON.stringify(route)}: {\n${partsOf(parts)}\n  }`);
process.stdout.write(`{\n${lines.join(',\n')}\n}\n`);
