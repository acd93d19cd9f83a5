// BEHALF_URL and BEHALF_KEY (a project key) say which server, and as whom. The address is given in code: several of the SDK's
// classes ignore COMPOSIO_BASE_URL and would send the key to their vendor.
export const url = process.env.BEHALF_URL ?? 'http://127.0.0.1:8460';
export const key = process.env.BEHALF_KEY;

// Before the SDK is loaded: unless told not to, it sends what it did, and the API key with it, to its vendor.
process.env.TELEMETRY_DISABLED = 'true';
process.env.COMPOSIO_LOGGING_LEVEL ??= 'error';
const { Composio, OpenAIToolSet } = await import('composio-core');

export const client = new Composio({ apiKey: key, baseUrl: url });

/** One tool set for each request, made for its user: a shared one would act with somebody else's accounts. */
export const toolsOf = (user) => new OpenAIToolSet({ apiKey: key, baseUrl: url, entityId: user });

/** App to status. Where a user has several accounts of an app, one that works comes last and stays. */
export async function statusByApp(user) {
  const connections = await client.getEntity(user).getConnections();
  return new Map(connections.map(({ appName, status }) => [appName, status]));
}
