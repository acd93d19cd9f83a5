// The nightly job: every user whose connection needs them, page by page, however many users there are. node expiry-audit.mjs
import { key, statusByApp, url } from './behalf.mjs';

/** Your own database knows your users; this asks Behalf for those that it has met. */
async function* allUserIds() {
  let cursor = '';
  do {
    const response = await fetch(`${url}/api/v3.1/users?limit=100&cursor=${cursor}`, { headers: { 'x-api-key': key } });
    if (!response.ok) throw new Error(`The list of users was refused with ${response.status}.`);
    const page = await response.json();
    for (const { user_id: user } of page.items) yield user;
    cursor = page.next_cursor;
  } while (cursor);
}

/** Your mail, your bell, your queue. */
function notify(user, app, status) {
  console.log(`notify ${user}: please reconnect ${app} (${status})`);
}

for await (const user of allUserIds()) {
  for (const [app, status] of await statusByApp(user)) {
    if (status === 'EXPIRED' || status === 'FAILED') notify(user, app, status);
  }
}
process.exit(0);
