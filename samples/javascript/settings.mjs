// The data of a settings page: what has this user connected? node settings.mjs USER
import { client } from './behalf.mjs';

const connections = await client.getEntity(process.argv[2]).getConnections();
console.log(JSON.stringify(connections.map((connection) => ({
  app: connection.appName,
  status: connection.status,
  connected_at: connection.createdAt,
  account_id: connection.id,
})), null, 2));
process.exit(0);
