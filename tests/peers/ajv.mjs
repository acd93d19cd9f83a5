// The verdicts of ajv, formats asserted: reads one {draft, schema, instances} per line, answers one array of booleans per
// line, or {error} where ajv does not take the schema.
import { createInterface } from 'node:readline';
import Ajv7 from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const validators = {
  draft7: new Ajv7.default({ strict: false, logger: false }),
  'draft2020-12': new Ajv2020.default({ strict: false, logger: false }),
};
Object.values(validators).forEach((ajv) => addFormats.default(ajv));

function judge({ draft, schema, instances }) {
  try {
    const validate = validators[draft].compile(schema);
    return instances.map((instance) => validate(instance));
  } catch (error) {
    return { error: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(judge(JSON.parse(line)))}\n`);
}
