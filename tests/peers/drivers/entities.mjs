// The multi-tenant pattern as articles on the entity-style SDK teach it: each user is an entity; connect, list, act.
// config: { app, users, redirectUri, tool, actions, arguments }
import { config, done, step, visit } from './sdk.mjs';
import { openClient, openToolSet } from './entity.mjs';

const client = openClient();

for (const user of config.users) {
  const entity = client.getEntity(user);
  const request = await step(`initiate ${user}`, () =>
    entity.initiateConnection({ appName: config.app, redirectUri: `${config.redirectUri}?userId=${user}` }),
  ({ connectionStatus, connectedAccountId, redirectUrl }) => ({ connectionStatus, connectedAccountId, redirectUrl }));
  await visit(`visit ${user}`, request?.redirectUrl);
  await step(`wait ${user}`, () => request.waitUntilActive(30));
}

for (const user of config.users) {
  await step(`connections ${user}`, () => client.getEntity(user).getConnections());
  await step(`connection ${user}`, () => client.getEntity(user).getConnection({ appName: config.app.toUpperCase() }));
  await step(`execute ${user}`, () => client.getEntity(user).execute({ actionName: config.tool, params: config.arguments }));

  // One tool set for each user, as the framework packages have it.
  const openai = openToolSet('OpenAIToolSet', user);
  await step(`tools ${user}`, () => openai.getTools({ actions: config.actions }), (tools) => tools.map((tool) => tool.function.name));
  await step(`agent ${user}`, () => openai.executeToolCall({
    id: 'call_1', type: 'function', function: { name: config.tool, arguments: JSON.stringify(config.arguments) },
  }));
  const langchain = openToolSet('LangchainToolSet', user);
  await step(`langchain ${user}`, async () => {
    const tools = await langchain.getTools({ apps: [config.app] });
    return tools.find((tool) => tool.name === config.tool).invoke(config.arguments);
  });
}

done();
