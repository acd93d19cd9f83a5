// Connections without OAuth, as an application makes them: the credential handed over with the SDK's helpers, or typed
// by the user on the page behind a link; then a tool is run with it.
// config: { toolkit, tool, openTool: that needs no credential, keys: { [scheme]: what its helper takes }, linked: [schemes], callbackUrl }
import { config, done, importFrom, openSdk, step, visit } from './sdk.mjs';

const { authConfigs, connectedAccounts, tools } = await openSdk();
const { AuthScheme } = await importFrom('@composio/core');
const helpers = {
  API_KEY: AuthScheme.APIKey, BEARER_TOKEN: AuthScheme.BearerToken, BASIC: AuthScheme.Basic, NO_AUTH: AuthScheme.NoAuth,
};
const made = {};
const execute = (user, scheme) => tools.execute(scheme === 'NO_AUTH' ? config.openTool : config.tool, {
  userId: user, arguments: {}, dangerouslySkipVersionCheck: true,
});

for (const [scheme, key] of Object.entries(config.keys)) {
  const user = `keyed ${scheme}`;
  made[scheme] = await step(`create ${scheme}`, () => authConfigs.create(config.toolkit, {
    type: 'use_custom_auth', name: scheme, authScheme: scheme, credentials: {},
  }));
  const request = await step(`initiate ${scheme}`, () =>
    connectedAccounts.initiate(user, made[scheme].id, { config: helpers[scheme](key) }));
  await step(`wait ${scheme}`, () => request.waitForConnection());
  await step(`execute ${scheme}`, () => execute(user, scheme));
}

for (const scheme of config.linked) {
  const user = `typed ${scheme}`;
  const request = await step(`link ${scheme}`, () =>
    connectedAccounts.link(user, made[scheme].id, { callbackUrl: config.callbackUrl }));
  await visit(`visit ${scheme}`, request?.redirectUrl);
  await step(`wait for link ${scheme}`, () => request.waitForConnection());
  await step(`execute typed ${scheme}`, () => execute(user, scheme));
}

done();
