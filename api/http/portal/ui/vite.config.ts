import { readFileSync } from "node:fs";
import preact from "@preact/preset-vite";
import { defineConfig, type Plugin } from "vite";

const LIBRARIES = "node_modules/three/examples/jsm/libs";
// Fetched by three.js under these very names when a model is compressed.
const DECODERS = {
  draco: ["draco/gltf/draco_wasm_wrapper.js", "draco/gltf/draco_decoder.wasm"],
  basis: ["basis/basis_transcoder.js", "basis/basis_transcoder.wasm"],
};

function decoders(): Plugin {
  return {
    name: "decoders",
    generateBundle() {
      for (const path of Object.values(DECODERS).flat()) {
        const name = path.split("/").at(-1);
        this.emitFile({ type: "asset", fileName: `decoders/${name}`, source: readFileSync(`${LIBRARIES}/${path}`) });
      }
    },
  };
}

export default defineConfig({
  base: "/portal/",
  plugins: [preact(), decoders()],
  build: {
    outDir: "../static",
    emptyOutDir: true,
    assetsInlineLimit: 0, // the pages' policy allows no data: scripts or styles
    chunkSizeWarningLimit: 900, // three.js, which is loaded with the first preview
    modulePreload: { polyfill: false },
  },
});
