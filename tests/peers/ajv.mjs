// The verdicts of ajv: reads one {draft, formats, schema, instances} per line, answers one array of booleans per line,
// or {error} where ajv does not take the schema.
import { createInterface } from 'node:readline';
import Ajv7 from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const dialects = { draft7: Ajv7.default, 'draft2020-12': Ajv2020.default };

function judge({ draft, formats, schema, instances }) {
  try {
    const ajv = new dialects[draft]({ strict: false, validateFormats: formats, logger: false });
    if (formats) addFormats.default(ajv);
    const validate = ajv.compile(schema);
    return instances.map((instance) => validate(instance));
  } catch (error) {
    return { error: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(judge(JSON.parse(line)))}\n`);
}
