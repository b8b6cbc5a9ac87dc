// Light or dark: the system's choice, unless this browser was told otherwise.
import { signal } from "@preact/signals";

export type Theme = "auto" | "light" | "dark";
const NAME = "theme";
const ORDER: Theme[] = ["auto", "light", "dark"];

function kept(): Theme {
  const found = localStorage.getItem(NAME);
  return found === "light" || found === "dark" ? found : "auto";
}

export const theme = signal<Theme>(kept());
theme.subscribe((value) => {
  if (value === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = value;
  localStorage.setItem(NAME, value);
});

export function nextTheme(): void {
  theme.value = ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length] ?? "auto";
}
