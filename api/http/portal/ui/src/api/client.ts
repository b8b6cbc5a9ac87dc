// How pages ask the server: dx.gl's API by the types of openapi.json, the portal's own routes by the types in own.ts.
import createClient from "openapi-fetch";
import { signal } from "@preact/signals";
import type { components, paths } from "./schema";

export type Model = components["schemas"]["ModelSummary"];
export type ModelDetail = components["schemas"]["ModelDetail"];
export type Render = components["schemas"]["RenderDetail"];
export type Share = components["schemas"]["ShareState"];
export type LedgerLine = components["schemas"]["LedgerLine"];
export type Overlay = components["schemas"]["OverlayDetail"];
export type Deleted = components["schemas"]["DeletedDetail"];
export type Resumable = components["schemas"]["ResumableDetail"];
export type Settings = Record<string, unknown>;

/** Counts the answers that said that nobody is signed in. */
export const turnedAway = signal(0);

export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly param?: string,
  ) {
    super(message);
  }
}

export const v1 = createClient<paths>({ baseUrl: "" });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What a request to dx.gl's API answers. Throws ApiError, also where no answer came. */
export async function got<T>(asked: Promise<Answer<T>>): Promise<T> {
  const answer = await asked.catch(() => {
    throw unreachable();
  });
  if (!answer.response.ok) throw errorOf(answer.response.status, answer.error);
  return answer.data as T;
}

/** Asks one of the portal's own routes. Throws ApiError. */
export async function own<T>(method: string, path: string, body?: unknown): Promise<T> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  const response = await fetch(`/portal/api${path}`, init).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw errorOf(response.status, await response.json().catch(() => undefined));
  return (response.status === 204 ? undefined : await response.json()) as T;
}

interface Told {
  code?: string;
  message?: string;
  param?: string;
}

export function errorOf(status: number, body: unknown): ApiError {
  const said = body as { error?: Told | string; code?: string } | undefined;
  // Glossi's API tells of an error by its message alone.
  const told: Told | undefined = typeof said?.error === "string" ? { code: said.code, message: said.error } : said?.error;
  if (status === 401) turnedAway.value += 1;
  return new ApiError(told?.code ?? "internal", told?.message ?? `The server answered ${status}`, status, told?.param);
}

export function unreachable(): ApiError {
  return new ApiError("unreachable", "The farm can't be reached. Is the connection up?", 0);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
