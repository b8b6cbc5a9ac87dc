// The exact picture: the renderer draws the frame under the playhead, for free, while the person waits.
import { errorOf, own, type Settings, unreachable } from "../api/client";

const PATH = "/pictures";
const PAUSE_MS = 1000; // after an answer that it takes longer: the server has held the question for many seconds

/** Asks for the frame at `moment`, 0 to 1, of what is ordered with these settings; returns the picture's id. */
export async function askForPicture(modelId: string, renderSettings: Settings, moment: number): Promise<string> {
  return (await own<{ id: string }>("POST", PATH, { modelId, renderSettings, moment })).id;
}

export const urlOf = (id: string) => `/portal/api${PATH}/${id}`;

/** Waits until the picture is drawn, or nobody wants it any more. Throws ApiError. */
export async function drawn(id: string, isWanted: () => boolean): Promise<void> {
  while (isWanted()) {
    const answer = await fetch(urlOf(id)).catch(() => {
      throw unreachable();
    });
    if (answer.ok) {
      await answer.blob(); // whole, so that the browser has it when it shows it
      return;
    }
    const body: unknown = await answer.json().catch(() => undefined);
    if (answer.status !== 503) throw errorOf(answer.status, body);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
