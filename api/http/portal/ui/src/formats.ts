// Numbers, sizes and times, as English has them.

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

const RULES = new Intl.PluralRules("en", { type: "ordinal" });
const ENDINGS: Partial<Record<Intl.LDMLPluralRule, string>> = { one: "st", two: "nd", few: "rd" };

/** 1st, 2nd, 3rd, ... */
export function ordinal(place: number): string {
  return `${place}${ENDINGS[RULES.select(place)] ?? "th"}`;
}

/** A time span in words. */
export function duration(seconds: number): string {
  if (seconds < 90) return plural(Math.max(1, Math.round(seconds)), "second");
  if (seconds < 5400) return plural(Math.round(seconds / 60), "minute");
  return plural(Math.round(seconds / 3600), "hour");
}

const SIZES = ["B", "KB", "MB", "GB"];

export function bytes(count: number): string {
  const step = Math.min(SIZES.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  const value = count / 1024 ** step;
  return `${value < 10 && step ? value.toFixed(1) : Math.round(value)} ${SIZES[step]}`;
}

const DAY = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const MOMENT = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

export function day(iso: string): string {
  return DAY.format(new Date(iso));
}

export function moment(iso: string): string {
  return MOMENT.format(new Date(iso));
}

export function ago(iso: string): string {
  const minutes = (Date.parse(iso) - Date.now()) / 60_000;
  if (minutes > -60) return AGO.format(Math.round(minutes), "minute");
  if (minutes > -60 * 24) return AGO.format(Math.round(minutes / 60), "hour");
  return minutes > -60 * 24 * 30 ? AGO.format(Math.round(minutes / 60 / 24), "day") : day(iso);
}
