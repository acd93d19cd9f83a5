// Verifies deliveries as receivers do: with the reference library of Standard Webhooks, and with the official SDK.
// Reads one {secret, headers, body} per line, answers one {standard, sdk, event} per line: what each of the two read, or
// the message of its refusal, and whether the SDK's own schema of the event takes it (null: it has none for that type).
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { Webhook } from 'standardwebhooks';

const { resolve } = createRequire(new URL('./sdk-0.21/package.json', import.meta.url));
const { Composio, ConnectionExpiredEventSchema } = await import(pathToFileURL(resolve('@composio/core')));
const { triggers } = new Composio({ apiKey: 'ak_none', allowTracking: false, disableVersionCheck: true });

async function outcome(verify) {
  try {
    return { ok: true, result: await verify() };
  } catch (error) {
    return { ok: false, result: error.message };
  }
}

function fits(body) {
  const event = JSON.parse(body);
  return event.type === 'composio.connected_account.expired' && event.id
    ? ConnectionExpiredEventSchema.safeParse(event).success
    : null;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body } = JSON.parse(line);
  const answer = {
    standard: await outcome(() => new Webhook(secret).verify(body, headers).type ?? 'verified'),
    sdk: await outcome(async () => (await triggers.verifyWebhook({
      id: headers['webhook-id'], timestamp: headers['webhook-timestamp'], signature: headers['webhook-signature'], payload: body, secret,
    })).version),
    event: fits(body),
  };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
