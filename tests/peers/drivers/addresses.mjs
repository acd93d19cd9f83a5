// Where each class of an SDK sends what it sends, when only the environment names the server.
// config: { classes: [name, …] }
import { config, done, importFrom, step } from './sdk.mjs';

process.env.COMPOSIO_BASE_URL = config.baseURL;
process.env.TELEMETRY_DISABLED = 'true';
process.env.HTTPS_PROXY = 'http://127.0.0.1:9';
process.env.COMPOSIO_LOGGING_LEVEL = 'error';

const sdk = await importFrom(config.sdk === 'sdk-entity' ? 'composio-core' : '@composio/core');
for (const name of config.classes) {
  await step(name, () => {
    const made = new (sdk[name] ?? sdk.default[name])({ apiKey: config.apiKey, allowTracking: false, disableVersionCheck: true });
    return (made.backendClient ?? made.client.backendClient)?.baseUrl ?? made.client.baseURL;
  });
}

done();
