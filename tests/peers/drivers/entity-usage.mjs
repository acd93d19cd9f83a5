// What the entity-style SDK tells its vendor unless it is told not to: caught where it starts the process that would send it.
// config: { disabled: bool }
import { createRequire } from 'node:module';
import { config, done, importFrom, step } from './sdk.mjs';

delete process.env.CI;
process.env.TELEMETRY_DISABLED = String(config.disabled);
process.env.HTTPS_PROXY = 'http://127.0.0.1:9';
process.env.COMPOSIO_LOGGING_LEVEL = 'error';
const started = [];
createRequire(import.meta.url)('child_process').spawn = (program, args) => {
  started.push(args.join(' '));
  return { unref() {} };
};

const { Composio } = (await importFrom('composio-core')).default;
const client = new Composio({ apiKey: config.apiKey, baseUrl: config.baseURL });
// It sends a hundred at once, or after a while.
for (let call = 0; call < 100; call++) client.getEntity(`user-${call}`);

await step('started', () => started.map((code) => ({
  host: /hostname: '([^']+)'/.exec(code)?.[1] ?? null, key: code.includes(config.apiKey),
})));
done();
