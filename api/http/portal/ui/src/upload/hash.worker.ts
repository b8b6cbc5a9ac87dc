// Works out a file's SHA-256 piece by piece, off the page's own thread. Browsers' own crypto.subtle takes whole files
// only, and is missing on plain http.
import { createSHA256 } from "hash-wasm";

const PIECE = 4 * 1024 * 1024;

onmessage = async (event: MessageEvent<File>) => {
  const file = event.data;
  try {
    const hash = await createSHA256();
    for (let start = 0; start < file.size; start += PIECE) {
      hash.update(new Uint8Array(await file.slice(start, start + PIECE).arrayBuffer()));
      postMessage({ done: Math.min(file.size, start + PIECE) });
    }
    postMessage({ sha256: hash.digest("hex") });
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
