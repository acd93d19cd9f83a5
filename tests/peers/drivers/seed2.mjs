// Per-user OAuth as the SDK's documentation shows it: link each user, wait, then the same agent code for both.
// config: { authConfigId, users, callbackUrl, toolkits, tool, arguments }
import { config, done, openSdk, step, visit } from './sdk.mjs';

const composio = await openSdk();

for (const user of config.users) {
  const request = await step(`link ${user}`, () =>
    composio.connectedAccounts.link(user, config.authConfigId, { callbackUrl: config.callbackUrl }));
  await visit(`visit ${user}`, request?.redirectUrl);
  await step(`wait ${user}`, () => request.waitForConnection());
}

for (const user of config.users) {
  await step(`list ${user}`, () => composio.connectedAccounts.list({ userIds: [user] }));
}

for (const user of config.users) {
  await step(`tools ${user}`, () => composio.tools.get(user, { toolkits: config.toolkits }),
    (tools) => tools.map((tool) => tool.function.name));
  await step(`execute ${user}`, () => composio.tools.execute(config.tool, {
    userId: user, arguments: config.arguments, dangerouslySkipVersionCheck: true,
  }));
  // What a model answers with, handed to the SDK as it stands.
  await step(`agent ${user}`, () => composio.provider.executeToolCall(user, {
    id: 'call_1', type: 'function', function: { name: config.tool, arguments: JSON.stringify(config.arguments) },
  }));
}

done();
