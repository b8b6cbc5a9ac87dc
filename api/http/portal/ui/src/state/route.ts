// Which page is shown: the path below /portal/, and the query.
import { signal } from "@preact/signals";

const BASE = "/portal/";

function here(): { page: string; query: URLSearchParams } {
  return { page: location.pathname.slice(BASE.length).split("/")[0] ?? "", query: new URLSearchParams(location.search) };
}

export const route = signal(here());

export function go(page: string, query: Record<string, string> = {}, replace = false): void {
  const search = new URLSearchParams(query).toString();
  history[replace ? "replaceState" : "pushState"](null, "", `${BASE}${page}${search ? `?${search}` : ""}`);
  route.value = here();
  if (!replace) scrollTo(0, 0);
}

export function hrefOf(page: string): string {
  return BASE + page;
}

addEventListener("popstate", () => {
  route.value = here();
});
