// A webhook subscription as an application sets it up, at every start anew; where the SDK has more calls for it, those too.
// config: { webhookUrl }
import { config, done, openSdk, step } from './sdk.mjs';

const { triggers, webhooks } = await openSdk();
const subscriptions = webhooks?.subscriptions;
const set = (params) => (subscriptions ? subscriptions.set(params) : triggers.setWebhookSubscription(params));

const made = await step('set', () => set({ webhookUrl: config.webhookUrl }));
await step('set again', () => set({
  webhookUrl: config.webhookUrl, enabledEvents: ['composio.trigger.message', 'composio.connected_account.expired'],
}));
if (subscriptions) {
  await step('list', () => subscriptions.list());
  await step('get', () => subscriptions.get(made.id));
  await step('event types', () => subscriptions.listEventTypes());
  await step('update', () => subscriptions.update(made.id, { version: 'V2' }));
  await step('rotate', () => subscriptions.rotateSecret(made.id));
  await step('delete', () => subscriptions.delete(made.id));
}

done();
