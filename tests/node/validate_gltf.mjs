// Prints the Khronos validator's report on a binary glTF file as JSON: node validate_gltf.mjs model.glb
import { readFile } from "node:fs/promises";
import { validateBytes } from "gltf-validator";

const bytes = new Uint8Array(await readFile(process.argv[2]));
const report = await validateBytes(bytes, { maxIssues: 0, format: "glb" });
process.stdout.write(JSON.stringify(report));
