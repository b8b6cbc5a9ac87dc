import { readdirSync, readFileSync } from "node:fs";
import preact from "@preact/preset-vite";
import { defineConfig, type Plugin } from "vite";

const LIBRARIES = "node_modules/three/examples/jsm/libs";
// Fetched by three.js under these very names when a model is compressed.
const DECODERS = [
  "draco/gltf/draco_wasm_wrapper.js",
  "draco/gltf/draco_decoder.wasm",
  "basis/basis_transcoder.js",
  "basis/basis_transcoder.wasm",
];

function decoders(): Plugin {
  return {
    name: "decoders",
    generateBundle() {
      for (const path of DECODERS) {
        const fileName = `files/${path.split("/").at(-1)}`;
        this.emitFile({ type: "asset", fileName, source: readFileSync(`${LIBRARIES}/${path}`) });
      }
    },
  };
}

// Packages whose files browsers get, with the licences that have to go along with them. The decoders of three.js are
// Draco and Basis Universal, both under the Apache License 2.0.
const SHIPPED = ["@fontsource-variable/inter", "@preact/signals", "@preact/signals-core", "hash-wasm", "openapi-fetch",
  "preact", "three", "uqr"];

function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_, bundle) {
      const used = new Set(
        Object.values(bundle)
          .flatMap((each) => (each.type === "chunk" ? each.moduleIds : []))
          .map((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1])
          .filter((name) => name !== undefined),
      );
      const unknown = [...used].filter((name) => !SHIPPED.includes(name));
      if (unknown.length) this.error(`The licences of these packages are not passed on: ${unknown.join(", ")}`);
      this.emitFile({ type: "asset", fileName: "files/licences.txt", source: SHIPPED.map(licenceOf).join("\n\n\n") });
    },
  };
}

function licenceOf(name: string): string {
  const folder = `node_modules/${name}`;
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((each) => /^licen[sc]e/i.test(each));
  const text = file ? readFileSync(`${folder}/${file}`, "utf8").trim() : "";
  return `${name} ${version} (${license})\n\n${text}`;
}

export default defineConfig({
  base: "/portal/",
  plugins: [preact(), decoders(), licences()],
  build: {
    outDir: "../static",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the pages' policy allows no data: scripts or styles
    chunkSizeWarningLimit: 900, // three.js, which is loaded with the first preview
    modulePreload: { polyfill: false },
  },
});
