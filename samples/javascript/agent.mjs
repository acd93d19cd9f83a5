// Asks the user to connect before the agent starts, so that it does not fail halfway. node agent.mjs USER APP TOOL
import { statusByApp, toolsOf } from './behalf.mjs';

const [user, app, tool] = process.argv.slice(2);

async function run() {
  const name = app[0].toUpperCase() + app.slice(1);
  const connections = await statusByApp(user);
  if (!connections.has(app)) return `Please connect your ${name} account first in Settings > Integrations.`;
  if (connections.get(app) !== 'ACTIVE') return `Your ${name} connection has expired. Please reconnect in Settings > Integrations.`;

  // Where a model would choose among toolsOf(user).getTools({ apps: [app] }), this one has made up its mind.
  const answer = await toolsOf(user).executeAction({ action: tool, params: {}, entityId: user });
  return JSON.stringify(answer.data);
}

console.log(await run());
process.exit(0);
