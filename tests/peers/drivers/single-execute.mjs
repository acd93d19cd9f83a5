// One execute, however it ends: the other side counts how often it was sent.
// config: { user, tool, arguments }
import { config, done, openSdk, step } from './sdk.mjs';

const composio = await openSdk();
await step('execute', () => composio.tools.execute(config.tool, {
  userId: config.user, arguments: config.arguments, dangerouslySkipVersionCheck: true,
}));

done();
