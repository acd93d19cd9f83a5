// Every call of the entity-style SDK that reaches the server, once.
// config: { app, user, account, integration, tool, proxyEndpoint, secrets }
import { config, done, step } from './sdk.mjs';
import { openClient } from './entity.mjs';

const client = openClient();
const keys = (object) => Object.keys(object).sort();
const named = (items, key) => items.map((item) => item[key]);
const { app, account: connectedAccountId } = config;

await step('client id', () => client.backendClient.getClientId());
await step('apps.list', () => client.apps.list(), (apps) => named(apps, 'key'));
await step('apps.get', () => client.apps.get({ appKey: app.toUpperCase() }), keys);
await step('apps.getRequiredParams', () => client.apps.getRequiredParams(app));
await step('expected params', () => client.getExpectedParamsForUser({ app }), keys);

await step('actions.list', () => client.actions.list({ apps: app }), (page) => named(page.items, 'name'));
await step('actions.list important', () => client.actions.list({ apps: app, filterImportantActions: true }), (page) => page.items.length);
await step('actions.list available', () => client.actions.list({ useCase: 'send a mail', usecaseLimit: 1, apps: app }), (page) => named(page.items, 'name'));
await step('actions.get', () => client.actions.get({ actionName: config.tool }), keys);
await step('actions.find', () => client.actions.findActionEnumsByUseCase({ apps: [app], useCase: 'create an issue', limit: 3 }));
await step('actions.execute', () => client.actions.execute({ actionName: config.tool, requestBody: { connectedAccountId, input: {}, text: '' } }));
await step('actions.executeRequest', () => client.actions.executeRequest({
  connectedAccountId, endpoint: config.proxyEndpoint, method: 'GET',
  parameters: [{ name: 'a', in: 'query', value: '1' }, { name: 'Prefer', in: 'header', value: 'b' }],
}));
await step('actions.get unknown', () => client.actions.get({ actionName: 'SANDBOX_NO_SUCH_TOOL' }));

await step('integrations.list', () => client.integrations.list({ appName: app }), (page) => named(page.items, 'id'));
await step('integrations.get', () => client.integrations.get({ integrationId: config.integration }), keys);
await step('integrations.getRequiredParams', () => client.integrations.getRequiredParams({ integrationId: config.integration }));
await step('integrations.getOrCreateIntegration', () => client.integrations.getOrCreateIntegration({
  name: 'again', appUniqueKey: app, useComposioAuth: true,
}), (integration) => integration.id);
const made = await step('integrations.create', () => client.integrations.create({
  name: 'own', appUniqueKey: app, authScheme: 'OAUTH2', useComposioAuth: false, authConfig: config.secrets,
}), ({ name, authScheme, appName }) => ({ name, authScheme, appName }));
await step('integrations.delete', () => client.integrations.delete({ integrationId: made.id }));

await step('connectedAccounts.list', () => client.connectedAccounts.list({ user_uuid: config.user, showActiveOnly: true }), (page) => named(page.items, 'id'));
await step('connectedAccounts.list all', () => client.connectedAccounts.list({ page: 1, pageSize: 1 }), ({ page, totalPages, items }) => [page, totalPages, items.length]);
await step('connectedAccounts.get', () => client.connectedAccounts.get({ connectedAccountId }));
await step('connectedAccounts.disable', () => client.connectedAccounts.disable({ connectedAccountId }));
await step('connectedAccounts.enable', () => client.connectedAccounts.enable({ connectedAccountId }));
await step('connectedAccounts.reinitiate', () => client.connectedAccounts.reinitiateConnection({ connectedAccountId, data: {} }),
  ({ connectionStatus, connectedAccountId: id }) => ({ connectionStatus, id }));

await step('initiate unconfigured', () => client.getEntity(config.user).initiateConnection({ appName: 'slack' }));

await step('triggers.list', () => client.triggers.list());
await step('triggers.get', () => client.triggers.get({ triggerName: 'SANDBOX_NEW_MAIL' }));
await step('activeTriggers.list', () => client.activeTriggers.list());
await step('entity.getActiveTriggers', () => client.getEntity(config.user).getActiveTriggers());

await step('connectedAccounts.delete', () => client.connectedAccounts.delete({ connectedAccountId }));
await step('connectedAccounts.get deleted', () => client.connectedAccounts.get({ connectedAccountId }));

done();
