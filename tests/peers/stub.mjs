// Answers the SDK with the least it accepts, and remembers what it asked: shows which requests a driver really sends.
// PEER_CONFIG: { refuse?: [{ path: part of a path, status }] } makes it answer an error there.
import { createServer } from 'node:http';
import './lifeline.mjs';

const { refuse = [] } = JSON.parse(process.env.PEER_CONFIG);

const account = {
  id: 'ca_1', user_id: 'user_1', status: 'ACTIVE', status_reason: null, is_disabled: false, alias: null,
  created_at: '2026-01-01T00:00:00.000Z', updated_at: '2026-01-01T00:00:00.000Z', test_request_endpoint: '',
  toolkit: { slug: 'github' },
  auth_config: { id: 'ac_1', auth_scheme: 'OAUTH2', is_composio_managed: false, is_disabled: false },
  data: {}, params: {}, state: { authScheme: 'OAUTH2', val: { status: 'ACTIVE', access_token: 'REDACTED' } },
};
const authConfig = {
  id: 'ac_1', uuid: 'u', name: 'own', type: 'custom', status: 'ENABLED', auth_scheme: 'OAUTH2',
  is_composio_managed: false, no_of_connections: 0, credentials: {}, expected_input_fields: [],
  toolkit: { slug: 'github', logo: 'l' }, tool_access_config: {},
};
const tool = {
  slug: 'GITHUB_GET_A_REPOSITORY', name: 'Get a repository', description: 'd', version: '20260101_00',
  available_versions: ['20260101_00'], toolkit: { slug: 'github', name: 'GitHub', logo: 'l' },
  tags: [], scopes: [], no_auth: false,
  input_parameters: { type: 'object', properties: {} }, output_parameters: { type: 'object', properties: {} },
};
const toolkit = {
  slug: 'github', name: 'GitHub', enabled: true, is_local_toolkit: false, no_auth: false, auth_schemes: ['OAUTH2'],
  meta: {
    categories: [], created_at: 'x', updated_at: 'x', description: 'd', logo: 'l', tools_count: 1, triggers_count: 0,
  },
  auth_config_details: [{
    mode: 'OAUTH2', name: 'oauth2',
    fields: {
      auth_config_creation: { required: [], optional: [] },
      connected_account_initiation: { required: [], optional: [] },
    },
  }],
};
const page = (...items) => ({ items, next_cursor: null, total_pages: 1, current_page: 1, total_items: items.length });

/** The first row whose method and path fit answers. */
const answers = [
  ['POST', /\/auth_configs$/, () => ({
    toolkit: { slug: 'github' }, auth_config: { id: 'ac_1', auth_scheme: 'OAUTH2', is_composio_managed: false },
  })],
  ['GET', /\/auth_configs$/, () => page(authConfig)],
  ['GET', /\/auth_configs\/\w+$/, () => authConfig],
  ['POST', /\/connected_accounts\/link$/, () => ({
    link_token: 'ln_1', redirect_url: 'http://127.0.0.1/link', connected_account_id: 'ca_1', expires_at: 'x',
  })],
  ['POST', /\/connected_accounts$/, () => ({
    id: 'ca_2', status: 'INITIATED', redirect_url: 'http://127.0.0.1/link', deprecated: {},
    connectionData: { authScheme: 'OAUTH2', val: { status: 'INITIATED', redirectUrl: 'http://127.0.0.1/link' } },
  })],
  ['POST', /\/connected_accounts\/\w+\/refresh$/, () => ({ id: 'ca_1', status: 'ACTIVE', redirect_url: null })],
  ['POST', /\/connected_accounts\/\w+\/revoke$/, () => ({
    revoked_tokens: [], connected_account: { id: 'ca_1', status: 'REVOKED' },
  })],
  // Nobody has an ACTIVE account yet: the SDK looks before it links.
  ['GET', /\/connected_accounts$/, (url) => (url.searchParams.get('statuses') === 'ACTIVE' ? page() : page(account))],
  ['GET', /\/connected_accounts\/\w+$/, () => account],
  ['GET', /\/toolkits\/categories$/, () => page({ id: 'c', name: 'C' })],
  ['GET', /\/toolkits\/changelog$/, () => ({ items: [] })],
  ['GET', /\/toolkits$/, () => page(toolkit)],
  ['GET', /\/toolkits\/\w+$/, () => toolkit],
  ['GET', /\/tools$/, () => page(tool)],
  ['GET', /\/tools\/\w+$/, () => tool],
  ['POST', /\/tools\/execute\/proxy$/, () => ({ status: 200, data: {}, headers: {} })],
  ['POST', /\/tools\/execute\/\w+\/input$/, () => ({ arguments: {} })],
  ['POST', /\/tools\/execute\/\w+$/, () => ({ data: {}, error: null, successful: true, log_id: 'log_1' })],
];

let recorded = [];
const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://stub');
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  response.setHeader('content-type', 'application/json');
  if (url.pathname === '/recorded') {
    response.end(JSON.stringify(recorded));
    recorded = [];
    return;
  }
  recorded.push(`${request.method} ${decodeURIComponent(request.url)}`);
  const refusal = refuse.find(({ path }) => url.pathname.includes(path));
  if (refusal) {
    response.statusCode = refusal.status;
    response.end(JSON.stringify({ error: { message: 'refused', code: 1, slug: 'Refused', status: refusal.status } }));
    return;
  }
  const answer = answers.find(([method, path]) => method === request.method && path.test(url.pathname));
  response.end(JSON.stringify(answer ? answer[2](url) : { success: true }));
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ ready: true, url: `http://127.0.0.1:${server.address().port}` }));
});
