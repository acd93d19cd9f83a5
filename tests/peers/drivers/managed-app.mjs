// The shortest way to a connection: no app of the project's own, the instance's is used for every project.
// config: { toolkit, tool, user, callbackUrl }
import { config, done, openSdk, step, visit } from './sdk.mjs';

const { authConfigs, connectedAccounts, toolkits, tools } = await openSdk();

const created = await step('create', () => authConfigs.create(config.toolkit, {
  type: 'use_composio_managed_auth', name: 'managed',
}));
const request = await step('link', () =>
  connectedAccounts.link(config.user, created.id, { callbackUrl: config.callbackUrl }));
await visit('visit', request?.redirectUrl);
await step('wait', () => request.waitForConnection());
await step('execute', () => tools.execute(config.tool, {
  userId: config.user, arguments: {}, dangerouslySkipVersionCheck: true,
}));
await step('toolkit', () => toolkits.get(config.toolkit));

done();
