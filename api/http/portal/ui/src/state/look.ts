// The look that this browser has chosen last: a page without one begins with it.
import type { Settings } from "../api/client";
import { go } from "./route";

const NAME = "look";

export function keptLook(): Settings {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) ?? "{}") as Settings;
  } catch {
    return {};
  }
}

export function keepLook(settings: Settings): void {
  sessionStorage.setItem(NAME, JSON.stringify(settings));
}

/** Opens the page Look for one model, with these settings. */
export function lookWith(settings: Settings, modelId: string): void {
  keepLook(settings);
  go("look", { models: modelId });
}
