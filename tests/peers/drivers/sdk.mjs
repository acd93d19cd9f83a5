// What every driver shares: the official SDK of the wanted version, and one line of JSON per step on standard output.
// DRIVER_CONFIG: { sdk: folder under tests/peers, baseURL, apiKey, recorder?: address of stub.mjs, … its own }.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

export const config = JSON.parse(process.env.DRIVER_CONFIG);

/** As an application makes it; only the calls to other hosts (usage figures, newer versions) are turned off. */
export async function openSdk() {
  const { Composio } = await importFrom('@composio/core');
  return new Composio({
    apiKey: config.apiKey, baseURL: config.baseURL, allowTracking: false, disableVersionCheck: true,
  });
}

/** Imports a package of the chosen SDK's own folder, since several versions of it live side by side. */
export function importFrom(name) {
  const { resolve } = createRequire(new URL(`../${config.sdk}/package.json`, import.meta.url));
  return import(pathToFileURL(resolve(name)));
}

/** Runs one step and prints how it went. A failure is a result like any other: the next step still runs. */
export async function step(name, run, show = (result) => result) {
  let result;
  let line;
  try {
    result = await run();
    line = { step: name, ok: true, result: show(result) };
  } catch (error) {
    line = { step: name, ok: false, error: describe(error) };
  }
  if (config.recorder) line.requests = await (await fetch(`${config.recorder}/recorded`)).json();
  print(line);
  return result;
}

/** Shows an address to whoever runs the driver, and goes on when they send a line: they have been there. */
export async function visit(name, url) {
  if (!url) return print({ step: name, ok: false, error: describe(new Error('there is no address to visit')) });
  print({ step: name, ok: true, visit: url });
  input ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  if ((await input.next()).done) throw new Error('nobody is there to visit the address');
}

/** The SDK keeps timers of its own; a driver ends when its steps have. */
export function done() {
  process.exit(0);
}

let input;

function print(line) {
  console.log(JSON.stringify(line));
}

/** The SDK wraps errors: its own class and message first, and the HTTP status wherever in the chain it stands. */
function describe(error) {
  const chain = [];
  for (let link = error; link && chain.length < 5; link = link.cause) chain.push(link);
  const first = (pick) => chain.map(pick).find((value) => value !== undefined) ?? null;
  return {
    name: error.constructor.name,
    message: error.message,
    status: first((link) => link.status ?? link.statusCode ?? link.metadata?.statusCode),
    code: first((link) => link.error?.error?.code ?? link.code),
    causes: chain.slice(1).map((link) => link.constructor.name),
  };
}
