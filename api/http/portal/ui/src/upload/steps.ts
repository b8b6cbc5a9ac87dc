// The slow steps of an upload: the hash of the file, and its way to the server, whole or in parts.
import { errorOf, got, type Resumable, unreachable, v1 } from "../api/client";

/** Hears how many bytes are done. */
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
export async function send(file: File, settings: object, told: Told, stop: AbortSignal): Promise<Sent> {
  const form = new FormData();
  form.append("renderSettings", JSON.stringify(settings));
  form.append("file", file);
  const answer = await bring("POST", "/v1/models", form, (done) => told(Math.min(file.size, done)), stop);
  return (answer as { data: Sent }).data;
}

/** Sends the parts that aren't there yet, and makes the model of them all. Throws ApiError. */
export async function sendParts(file: File, upload: Resumable, told: Told, stop: AbortSignal): Promise<Sent> {
  const { id, partSize, partCount } = upload;
  const here = new Set(upload.parts);
  const sizeOf = (number: number) => Math.min(partSize, file.size - (number - 1) * partSize);
  let done = upload.parts.reduce((sum, number) => sum + sizeOf(number), 0);
  for (let number = 1; number <= partCount; number += 1) {
    if (here.has(number)) continue;
    const part = file.slice((number - 1) * partSize, number * partSize);
    const before = done;
    await bring("PUT", `/v1/uploads/${id}/${number}`, part, (some) => told(before + Math.min(part.size, some)), stop);
    done += part.size;
    told(done);
  }
  const path = { upload_id: id ?? "" };
  return (await got(v1.POST("/v1/uploads/{upload_id}/complete", { params: { path } }))).data;
}

/** fetch tells nothing of how far an upload is. */
function bring(method: string, path: string, body: Blob | FormData, told: Told, stop: AbortSignal): Promise<unknown> {
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    stop.throwIfAborted();
    stop.addEventListener("abort", () => request.abort());
    request.upload.onprogress = (event) => told(event.loaded);
    request.onload = () => {
      const answer: unknown = JSON.parse(request.responseText || "null");
      if (request.status < 300) resolve(answer);
      else reject(errorOf(request.status, answer));
    };
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    request.open(method, path);
    request.send(body);
  });
}
