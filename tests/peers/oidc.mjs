// A strict OpenID provider (oidc-provider) for tests: PKCE S256 only, refresh tokens that rotate, and a whole grant
// that dies when an old one is used again. Configured by PEER_CONFIG, see OidcProviderPeer.cs; announces itself in one
// JSON line on standard output.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import './lifeline.mjs';
import Provider, { interactionPolicy } from 'oidc-provider';

const config = JSON.parse(process.env.PEER_CONFIG);
const users = new Map(config.users.map((name) => [name, { sub: name, name, email: `${name}@example.test` }]));

const server = createServer((request, response) => handle(request, response));
await new Promise((resolve) => server.listen(config.port, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: config.clients.map((client) => ({
    client_id: client.id,
    client_secret: client.secret,
    redirect_uris: client.redirectUris,
    token_endpoint_auth_method: client.authMethod,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  })),
  pkce: { required: () => true },
  rotateRefreshToken: true,
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
  ttl: {
    AccessToken: config.accessTokenSeconds,
    RefreshToken: config.refreshTokenSeconds,
    Grant: config.refreshTokenSeconds,
    IdToken: 3600,
    Interaction: 3600,
    Session: 3600,
  },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    revocation: { enabled: true },
  },
  interactions: { policy: interactionPolicy.base(), url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => users.has(id) && { accountId: id, claims: () => users.get(id) },
});

// What happened, for tests that ask: which grants died, how often each user's tokens were refreshed.
const ledger = [];
provider.on('grant.success', (ctx) => note('token', ctx.oidc, { grant: ctx.oidc.params.grant_type }));
provider.on('grant.error', (ctx, error) =>
  note('refused', ctx.oidc, { grant: ctx.oidc.params?.grant_type, error: error.error_detail ?? error.error }));
provider.on('grant.revoked', (ctx, grantId) => note('grant_revoked', ctx.oidc, { grantId }));
provider.on('revocation.success', (ctx) => note('revocation', ctx.oidc, {}));

function note(what, oidc, more) {
  ledger.push({ what, user: oidc.account?.accountId ?? null, client: oidc.client?.clientId ?? null, ...more });
}

const oidc = provider.callback();

async function handle(request, response) {
  try {
    const { pathname } = new URL(request.url, issuer);
    if (pathname.startsWith('/interaction/')) await interact(request, response);
    else if (pathname === '/api/whoami') await whoAmI(request, response);
    else if (pathname === '/ledger') json(response, 200, ledger);
    else oidc(request, response);
  } catch (error) {
    json(response, 500, { error: String(error?.stack ?? error) });
  }
}

/** One page for signing in and one for consent; both are plain forms. A known login_hint is offered alone. */
async function interact(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') return page(response, prompt.name, params);

  const form = new URLSearchParams(await body(request));
  if (form.get('answer') === 'deny') {
    const no = { error: 'access_denied', error_description: 'The user said no.' };
    return provider.interactionFinished(request, response, no);
  }
  if (prompt.name === 'login') {
    const accountId = form.get('user');
    if (!users.has(accountId)) return json(response, 400, { error: `nobody here is called ${accountId}` });
    return provider.interactionFinished(request, response, { login: { accountId } });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
}

function page(response, prompt, params) {
  const button = (name, value) => `<button name="${name}" value="${value}">${value}</button>`;
  const offered = users.has(params.login_hint) ? [params.login_hint] : [...users.keys()];
  const choices = prompt === 'login' ? offered.map((user) => button('user', user)) : [button('answer', 'allow')];
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(`<!doctype html><html lang="en"><title>${prompt}</title><h1>${prompt}</h1>
<form method="post">${choices.join(' ')} ${button('answer', 'deny')}</form></html>`);
}

/** The smallest API there is: whose token is this? */
async function whoAmI(request, response) {
  const value = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const token = value && (await provider.AccessToken.find(value));
  if (!token) {
    response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
    return json(response, 401, { error: 'invalid_token' });
  }
  json(response, 200, { user: token.accountId, client: token.clientId, scope: token.scope });
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function json(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

console.log(JSON.stringify({ ready: true, issuer }));
