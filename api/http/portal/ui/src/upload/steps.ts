// The two slow steps of an upload: the hash of the file, and its way to the server.
import { errorOf, unreachable } from "../api/client";

export type Told = (done: number) => void;

/** The file's SHA-256 in hex digits. */
export function sha256Of(file: File, told: Told): Promise<string> {
  const worker = new Worker(new URL("./hash.worker.ts", import.meta.url), { type: "module" });
  return new Promise<string>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ done?: number; sha256?: string; error?: string }>) => {
      if (data.done !== undefined) told(data.done);
      if (data.sha256 !== undefined) resolve(data.sha256);
      if (data.error !== undefined) reject(new Error(data.error));
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(file);
  }).finally(() => worker.terminate());
}

export interface Sent {
  modelId: string;
  renderId: string;
}

/** Sends the file with the settings of its first render. Throws ApiError. */
export function send(file: File, settings: object, told: Told, stop: AbortSignal): Promise<Sent> {
  const form = new FormData();
  form.append("renderSettings", JSON.stringify(settings));
  form.append("file", file);
  const request = new XMLHttpRequest(); // fetch tells nothing of how far an upload is
  return new Promise((resolve, reject) => {
    stop.addEventListener("abort", () => request.abort());
    request.upload.onprogress = (event) => told(Math.min(file.size, event.loaded));
    request.onload = () => {
      const body: unknown = JSON.parse(request.responseText || "null");
      if (request.status < 300) resolve((body as { data: Sent }).data);
      else reject(errorOf(request.status, body));
    };
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    request.open("POST", "/v1/models");
    request.send(form);
  });
}
