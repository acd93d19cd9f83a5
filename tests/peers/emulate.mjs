// GitHub, Google, Slack and Linear as `emulate` plays them, each on a port of its own, with two users, Alice and Bob.
// Configured by PEER_CONFIG, see EmulatePeer.cs; announces itself in one JSON line on standard output.
import { createEmulator } from 'emulate';
import './lifeline.mjs';

// Without ports it plays all four, each on a port of its own choice; with them, those that have one.
const { redirectUris: redirect_uris, ports } = JSON.parse(process.env.PEER_CONFIG);

// The emulator takes any bearer token that it does not know for its FIRST seeded user. So the first is nobody: a wrong
// or revoked token then shows up as this user, not as Alice.
const nobody = { name: 'nobody', email: 'nobody@nowhere.test' };
const people = ['alice', 'bob'].map((name) => ({ name, email: `${name}@example.test` }));
const everyone = [nobody, ...people];

const slackScopes = [
  'chat:write', 'channels:read', 'channels:history', 'channels:join', 'channels:manage', 'channels:write',
  'groups:read', 'groups:history', 'groups:write', 'im:read', 'im:history', 'im:write', 'mpim:read', 'mpim:history',
  'mpim:write', 'users:read', 'users:read.email', 'users.profile:read', 'users.profile:write', 'users:write',
  'files:read', 'files:write', 'pins:read', 'pins:write', 'reactions:read', 'reactions:write', 'team:read',
];

const seeds = {
  github: {
    users: everyone.map(({ name, email }) => ({ login: name, name, email })),
    repos: people.map(({ name }) => ({ owner: name, name: `${name}-notes`, private: true, auto_init: true })),
    oauth_apps: [{ client_id: 'github-client', client_secret: 'github-secret', name: 'Behalf', redirect_uris }],
  },
  google: {
    users: everyone,
    oauth_clients: [{ client_id: 'google-client', client_secret: 'google-secret', name: 'Behalf', redirect_uris }],
    messages: people.map(({ name, email }) => ({
      id: `welcome_${name}`, user_email: email, from: 'post@example.test', to: email,
      subject: `Welcome, ${name}`, body_text: `This is ${name}'s mail.`, label_ids: ['INBOX', 'UNREAD'],
    })),
    calendars: people.map(({ email }) => ({
      id: 'primary', user_email: email, summary: email, primary: true, selected: true, time_zone: 'UTC',
    })),
  },
  slack: {
    team: { name: 'Acme', domain: 'acme' },
    users: everyone.map(({ name, email }) => ({ name, real_name: name, email })),
    channels: [{ name: 'general' }, { name: 'random' }],
    bots: [{ name: 'behalf' }],
    oauth_apps: [{
      client_id: 'slack-client', client_secret: 'slack-secret', app_id: 'A000000001', name: 'Behalf', redirect_uris,
      scopes: slackScopes, user_scopes: slackScopes, bot_name: 'behalf',
    }],
    strict_scopes: true,
  },
  linear: {
    organization: { name: 'Acme', url_key: 'acme' },
    users: everyone,
    teams: [{ key: 'ENG', name: 'Engineering', states: [{ name: 'Todo', type: 'unstarted' }] }],
    oauth_apps: [{
      client_id: 'linear-client', client_secret: 'linear-secret', name: 'Behalf', redirect_uris,
      scopes: ['read', 'write', 'issues:create', 'comments:create'], actor: 'user',
    }],
    strict_scopes: true,
  },
};

const urls = {};
for (const [service, port] of Object.entries(ports ?? { github: 0, google: 0, slack: 0, linear: 0 })) {
  const seed = seeds[service];
  // No tokens are seeded: every one that works was granted in a consent screen.
  const { url } = await createEmulator({ service, port, seed: { tokens: {}, [service]: seed } });
  urls[service] = `http://127.0.0.1:${new URL(url).port}`;
}
console.log(JSON.stringify({ ready: true, ...urls }));
