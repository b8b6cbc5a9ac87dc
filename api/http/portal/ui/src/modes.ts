// Modes: what a person works on decides what they are shown. The table is dx.gl's; `Generate` and `Projects` are ours.
import type { Settings } from "./api/client";
import type { Setting } from "./api/own";

export const PAGES = ["upload", "generate", "library", "look", "queue", "videos", "datasets", "projects", "account"] as const;
export type Page = (typeof PAGES)[number];
export type Mode = "social" | "pro" | "studio" | "data" | "full";

interface Offer {
  hidden: Page[];
  /** Choices of these settings; of the others, all. */
  choices: Record<string, string[]>;
  /** Settings that are not shown. */
  without: (name: string) => boolean;
  /** What is ordered where a person chooses nothing else. */
  usual: Settings;
}

const STILLS_AND_VIDEOS = ["video", "image"];
const SIMPLE = ["output", "quality", "aspect", "length", "effect", "zoom", "rotateY", "camera", "lighting", "bgColor",
  "transparent", "materialVariant", "azimuth", "elevation"];
const OF_SETS = ["output", "datasetQuality", "coverage", "datasetFormat", "datasetDepth", "materialVariant", "aspect"];
const isOfSets = (name: string) => name.startsWith("dataset") || name === "coverage";

export const MODES: Record<Mode, Offer> = {
  social: {
    hidden: ["generate", "datasets", "projects"],
    choices: { output: STILLS_AND_VIDEOS, quality: ["share"] },
    without: (name) => !SIMPLE.includes(name),
    usual: {},
  },
  pro: {
    hidden: ["generate", "datasets"],
    choices: { output: STILLS_AND_VIDEOS, quality: ["share", "standard"] },
    without: isOfSets,
    usual: { quality: "standard" },
  },
  studio: { hidden: ["datasets"], choices: { output: STILLS_AND_VIDEOS }, without: isOfSets, usual: {} },
  data: {
    hidden: ["generate", "projects"],
    choices: { output: ["dataset"] },
    without: (name) => !OF_SETS.includes(name),
    usual: { output: "dataset" },
  },
  full: { hidden: [], choices: {}, without: () => false, usual: {} },
};

/** The server's table of settings, as far as the mode shows it. */
export function offeredIn(mode: Mode, table: Setting[]): Setting[] {
  const { choices, without } = MODES[mode];
  return table
    .filter((row) => !without(row.name))
    .map((row) => ({ ...row, choices: row.choices.filter((each) => choices[row.name]?.includes(each) ?? true) }));
}

/** The settings as an order has them: with what is usual in the mode, without what it doesn't offer. */
export function heldTo(mode: Mode, settings: Settings): Settings {
  const { choices, without, usual } = MODES[mode];
  const chosen = Object.entries(settings).filter(
    ([name, value]) => !without(name) && (choices[name]?.includes(String(value)) ?? true),
  );
  return { ...usual, ...Object.fromEntries(chosen) };
}
