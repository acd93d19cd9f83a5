// Seals and opens Behalf's boxes from the text of docs/decisions/0002-credential-format.md alone, with cryptography that
// shares no line with the server's. Reads a JSON array of jobs on stdin, writes the array of answers on stdout:
//   { "op": "seal", "purpose": 1, "key": hex, "context": {…}, "nonce": hex, "plaintext": hex }  ->  { "box": hex }
//   { "op": "open", "purpose": 1, "key": hex, "context": {…}, "box": hex }                      ->  { "plaintext": hex } or { "fault": "…" }
import { gcm } from '@noble/ciphers/aes.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, equalBytes, hexToBytes, utf8ToBytes } from '@noble/ciphers/utils.js';

const COMMIT = 16, NONCE = 12, TAG = 16;

function number(value, length) {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  if (length === 2) view.setUint16(0, value);
  if (length === 4) view.setUint32(0, value);
  if (length === 8) view.setBigUint64(0, BigInt(value));
  return bytes;
}

const fieldsOf = {
  1: c => [...owner(c), number(c.kind, 2), number(c.version, 8), number(c.dataKeyVersion, 2)],
  2: c => [...owner(c), number(c.dataKeyVersion, 2), number(c.generation, 4)],
  3: c => [utf8ToBytes(c.use), hexToBytes(c.deployment), hexToBytes(c.project), number(c.generation, 4), utf8ToBytes(c.keyId)],
};

const keyNumberOf = {
  1: c => number(c.dataKeyVersion, 2),
  2: c => number(c.generation, 4),
  3: () => new Uint8Array(),
};

function owner(c) {
  return [hexToBytes(c.deployment), hexToBytes(c.project), hexToBytes(c.user), hexToBytes(c.owner),
    utf8ToBytes(c.toolkit.toLowerCase())];
}

function contextOf(job) {
  return concatBytes(...fieldsOf[job.purpose](job.context).flatMap(field => [number(field.length, 2), field]));
}

function headerOf(job) {
  return concatBytes(utf8ToBytes('BHF1'), Uint8Array.of(1, job.purpose), keyNumberOf[job.purpose](job.context));
}

function derive(key, label, length) {
  return hkdf(sha256, key, undefined, utf8ToBytes(label), length);
}

function seal(job) {
  const key = hexToBytes(job.key);
  const nonce = hexToBytes(job.nonce);
  const head = concatBytes(headerOf(job), derive(key, 'behalf/commit/v1', COMMIT), nonce);
  const cipher = gcm(derive(key, 'behalf/enc/v1', 32), nonce, concatBytes(head, contextOf(job)));
  return { box: bytesToHex(concatBytes(head, cipher.encrypt(hexToBytes(job.plaintext)))) };
}

function open(job) {
  const key = hexToBytes(job.key);
  const box = hexToBytes(job.box);
  const header = headerOf(job);
  const body = header.length + COMMIT + NONCE;
  if (box.length < body + TAG || !equalBytes(box.subarray(0, header.length), header)) return { fault: 'shape' };
  if (!equalBytes(box.subarray(header.length, header.length + COMMIT), derive(key, 'behalf/commit/v1', COMMIT))) return { fault: 'key' };
  const nonce = box.subarray(body - NONCE, body);
  const cipher = gcm(derive(key, 'behalf/enc/v1', 32), nonce, concatBytes(box.subarray(0, body), contextOf(job)));
  try {
    return { plaintext: bytesToHex(cipher.decrypt(box.subarray(body))) };
  } catch {
    return { fault: 'content' };
  }
}

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const jobs = JSON.parse(Buffer.concat(chunks).toString('utf8'));
process.stdout.write(JSON.stringify(jobs.map(job => (job.op === 'seal' ? seal(job) : open(job)))));
