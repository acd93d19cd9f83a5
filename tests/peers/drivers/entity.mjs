// The entity-style SDK, as an application makes it. What it sends to other hosts (usage figures with the API key in them, and
// a question to the npm registry for newer versions, which cannot be turned off) is kept from leaving the machine.
import { config, importFrom } from './sdk.mjs';

process.env.TELEMETRY_DISABLED = 'true';
process.env.HTTPS_PROXY = 'http://127.0.0.1:9';
// It greets on standard output, which the driver needs for itself.
process.env.COMPOSIO_LOGGING_LEVEL = 'error';

const sdk = (await importFrom('composio-core')).default;
const options = { apiKey: config.apiKey, baseUrl: config.baseURL };

export const openClient = () => new sdk.Composio(options);
export const openToolSet = (kind, entityId) => new sdk[kind]({ ...options, entityId });
