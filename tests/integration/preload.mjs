// What Node 18 to 22 lack to run the documented example: see test_documented.py. Loaded before it with --import.
import { File } from 'node:buffer';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

globalThis.require = createRequire(path.join(process.cwd(), 'example.mjs'));

const setTimeoutAsIs = globalThis.setTimeout;
globalThis.setTimeout = (act, ms, ...rest) => setTimeoutAsIs(act, ms === 5000 ? 200 : ms, ...rest);

if (!process.env.STREAMS_AS_TEXT) {
  const append = FormData.prototype.append;
  FormData.prototype.append = function (name, value, ...rest) {
    const isStream = value instanceof fs.ReadStream;
    append.call(this, name, isStream ? new File([fs.readFileSync(value.path)], path.basename(value.path)) : value, ...rest);
  };
}
