// Verifies an exported audit trail from the text of docs/decisions/0003-audit-chain.md alone, with Node's own cryptography.
//
//   node verify-audit.mjs EXPORT.jsonl [PUBLIC-KEY.pem…]
//
// Without a key it takes those in the file: that proves the file to be consistent, not whose it is.
// Prints one JSON object; exits with 0 when all is well, 1 when the trail is not as it was sealed.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [file, ...pems] = process.argv.slice(2);
const trusted = new Map();
for (const pem of pems) trust(readFileSync(pem, 'utf8'));

let seq = 0, hash = '0'.repeat(64), signed = 0, events = 0, checkpoints = 0, unsealed = 0, bad = null;
for await (const text of createInterface({ input: createReadStream(file) })) {
  const line = JSON.parse(text);
  if (line.type === 'public_key' && pems.length === 0) trust(line.pem);
  if (line.type === 'event') event(line);
  if (line.type === 'checkpoint') checkpoint(line);
  if (line.type === 'unsealed') unsealed++;
}
if (!bad && seq > signed) fail(signed + 1, 'unsigned');
console.log(JSON.stringify({ valid: !bad, verified_seq: signed, events, checkpoints, unsealed, ...bad }));
process.exitCode = bad ? 1 : 0;

function event(e) {
  events++;
  if (bad?.reason === 'truncated') bad.reason = 'missing';
  if (bad) return;
  if (e.seq !== seq + 1) return fail(seq + 1, 'missing');
  const own = createHash('sha256').update(fields([
    'behalf/audit/event/v1', hash, e.project_id, e.seq, e.id, e.at, e.action, e.outcome, e.actor_kind, e.actor_id, e.agent,
    e.user_id, e.auth_config_id, e.connected_account_id, e.toolkit_slug, e.tool_slug, e.session_id, e.request_id, e.status,
    e.duration_ms, e.detail,
  ])).digest('hex');
  if (own !== e.hash) return fail(e.seq, 'not what was sealed');
  seq = e.seq;
  hash = own;
}

function checkpoint(c) {
  checkpoints++;
  if (bad) return;
  const key = trusted.get(c.kid);
  if (!key) return fail(c.seq, 'unknown_key');
  const message = fields(['behalf/audit/checkpoint/v1', c.project_id, c.seq, c.hash, c.at]);
  const signature = Buffer.from(c.signature, 'base64');
  if (!verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature)) return fail(c.seq, 'bad_signature');
  if (events === 0 && seq === 0) [seq, hash] = [c.seq, c.hash]; // a part of a trail begins behind a checkpoint
  if (c.seq > seq) return fail(seq + 1, 'truncated');
  if (c.hash !== hash) return fail(c.seq, 'rewritten');
  signed = c.seq;
}

function fields(values) {
  return Buffer.concat(values.flatMap(value => {
    if (value === null) return [Buffer.from('ffffffff', 'hex')];
    const bytes = Buffer.from(String(value), 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  }));
}

function trust(pem) {
  const key = createPublicKey(pem);
  const kid = createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('hex').slice(0, 32);
  trusted.set(kid, key);
}

function fail(at, reason) {
  bad = { seq: at, reason };
}
