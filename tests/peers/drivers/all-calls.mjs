// Every call of the SDK about auth configs, connected accounts, toolkits and tools, in an order that a real server
// can follow: what one step makes, the next one uses.
// config: { toolkit, credentials, scopes, user, otherUser, newUser: nobody has heard of them, callbackUrl,
//           tools: [two slugs], tool, arguments, proxyEndpoint }
import { config, done, openSdk, step, visit } from './sdk.mjs';

const { authConfigs, connectedAccounts, toolkits, tools } = await openSdk();
const { toolkit, user, otherUser, newUser, callbackUrl, tool } = config;
const names = (list) => list.map((item) => item.function.name);
const pinned = { arguments: config.arguments, dangerouslySkipVersionCheck: true };

// Auth configs
await step('authConfigs.create managed', () => authConfigs.create(toolkit, {
  type: 'use_composio_managed_auth', name: 'managed', credentials: { scopes: config.scopes },
}));
const own = await step('authConfigs.create custom', () => authConfigs.create(toolkit, {
  type: 'use_custom_auth', name: 'own', authScheme: 'OAUTH2', credentials: config.credentials,
}));
const spare = await step('authConfigs.create spare', () => authConfigs.create(toolkit, {
  type: 'use_custom_auth', name: 'spare', authScheme: 'OAUTH2', credentials: config.credentials,
}));
await step('authConfigs.list', () => authConfigs.list({ toolkit, limit: 5 }));
await step('authConfigs.get', () => authConfigs.get(spare.id));
await step('authConfigs.update', () => authConfigs.update(spare.id, {
  type: 'custom', credentials: { scopes: config.scopes.join(' ') },
}));
await step('authConfigs.disable', () => authConfigs.disable(spare.id));
await step('authConfigs.enable', () => authConfigs.enable(spare.id));
await step('authConfigs.delete', () => authConfigs.delete(spare.id));

// Connected accounts
const request = await step('connectedAccounts.link', () => connectedAccounts.link(user, own.id, { callbackUrl }));
await visit('visit link', request?.redirectUrl);
await step('request.waitForConnection', () => request.waitForConnection());
await step('connectedAccounts.waitForConnection', () => connectedAccounts.waitForConnection(request.id));
await step('connectedAccounts.list', () => connectedAccounts.list({
  userIds: [user, otherUser], statuses: ['ACTIVE', 'EXPIRED'], toolkitSlugs: [toolkit], limit: 10,
}));
await step('connectedAccounts.get', () => connectedAccounts.get(request.id));
await step('connectedAccounts.disable', () => connectedAccounts.disable(request.id));
await step('connectedAccounts.enable', () => connectedAccounts.enable(request.id));
await step('connectedAccounts.link again', () => connectedAccounts.link(user, own.id, { callbackUrl }));
const second = await step('connectedAccounts.initiate', () =>
  connectedAccounts.initiate(otherUser, own.id, { callbackUrl }));
await visit('visit initiate', second?.redirectUrl);
await step('second.waitForConnection', () => second.waitForConnection());
const authorized = await step('toolkits.authorize', () => toolkits.authorize(newUser, toolkit));
await step('connectedAccounts.delete authorized', () => connectedAccounts.delete(authorized.id));

// Toolkits
await step('toolkits.get list', () => toolkits.get({ limit: 5 }), (list) => list.map((item) => item.slug));
await step('toolkits.get slug', () => toolkits.get(toolkit));
await step('toolkits.getAuthConfigCreationFields', () => toolkits.getAuthConfigCreationFields(toolkit, 'OAUTH2'));
await step('toolkits.getConnectedAccountInitiationFields', () =>
  toolkits.getConnectedAccountInitiationFields(toolkit, 'OAUTH2'));
await step('toolkits.listCategories', () => toolkits.listCategories());
if (toolkits.changelog) {
  await step('toolkits.changelog', () => toolkits.changelog());
}

// Tools
await step('tools.get toolkits', () => tools.get(user, { toolkits: [toolkit] }), names);
await step('tools.get tools', () => tools.get(user, { tools: config.tools }), names);
await step('tools.get search', () => tools.get(user, { search: 'issue' }), names);
await step('tools.get slug', () => tools.get(user, tool), names);
await step('tools.getRawComposioToolBySlug', () => tools.getRawComposioToolBySlug(tool));
await step('tools.getInput', () => tools.getInput(tool, { text: 'say hello' }));
await step('tools.execute by user', () => tools.execute(tool, { ...pinned, userId: user }));
await step('tools.execute by account', () =>
  tools.execute(tool, { ...pinned, userId: otherUser, connectedAccountId: second.id }));
await step('tools.proxyExecute', () => tools.proxyExecute({
  endpoint: config.proxyEndpoint,
  method: 'GET',
  connectedAccountId: request.id,
  parameters: [{ in: 'query', name: 'a', value: '1' }, { in: 'header', name: 'Prefer', value: 'b' }],
}));

// Endings
await step('connectedAccounts.refresh', () => connectedAccounts.refresh(request.id, { redirectUrl: callbackUrl }));
if (connectedAccounts.revoke) {
  await step('connectedAccounts.revoke', () => connectedAccounts.revoke(second.id));
}
await step('connectedAccounts.delete', () => connectedAccounts.delete(request.id));
await step('connectedAccounts.get deleted', () => connectedAccounts.get(request.id));

done();
