// A key bound to one user, used with another user's id and another user's account: every step must be refused.
// config: { apiKey: a user key, ownUser, foreignUser, foreignAccountId, authConfigId, callbackUrl, tool, arguments }
import { config, done, openSdk, step } from './sdk.mjs';

const composio = await openSdk();
const { foreignUser, foreignAccountId, tool } = config;
const call = { arguments: config.arguments, dangerouslySkipVersionCheck: true };

await step('execute own', () => composio.tools.execute(tool, { ...call, userId: config.ownUser }));
await step('execute foreign user', () => composio.tools.execute(tool, { ...call, userId: foreignUser }));
await step('execute foreign account', () =>
  composio.tools.execute(tool, { ...call, userId: config.ownUser, connectedAccountId: foreignAccountId }));
await step('proxy foreign account', () =>
  composio.tools.proxyExecute({ endpoint: '/', method: 'GET', connectedAccountId: foreignAccountId }));
await step('get foreign account', () => composio.connectedAccounts.get(foreignAccountId));
await step('delete foreign account', () => composio.connectedAccounts.delete(foreignAccountId));
await step('list foreign user', () => composio.connectedAccounts.list({ userIds: [foreignUser] }));
await step('link foreign user', () =>
  composio.connectedAccounts.link(foreignUser, config.authConfigId, { callbackUrl: config.callbackUrl }));

done();
