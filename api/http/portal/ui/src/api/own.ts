// What the portal's own routes answer: see api/http/portal.

export interface Me {
  id: string;
  email: string;
  isAdmin: boolean;
  runsFarm: boolean;
  account: string;
  credits: number;
  maxUploadMb: number;
  /** Files that have more go in parts. */
  inPartsMb: number;
  /** Whether what is deleted can be had back for a while. */
  keepsDeleted: boolean;
}

export interface LinkDetail {
  purpose: "first" | "invite" | "reset";
  email: string | null;
  expiresAt: string;
}

export interface LinkCreated {
  path: string;
  expiresAt: string;
  mailed: boolean;
}

/** The ways in besides a password: what the provider of single sign-on is called, and whether links are mailed. */
export interface Ways {
  sso: string | null;
  mail: boolean;
}

export interface Person {
  id: string;
  email: string;
  isAdmin: boolean;
  createdAt: string;
}

export interface Key {
  id: string;
  dialect: string;
  name: string;
  hint: string;
  scopes: string[];
  creditsCap: number | null;
  creditsSpent: number;
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsedAt: string | null;
  createdAt: string;
}

export interface Account {
  id: string;
  email: string;
  credits: number;
  suspended: boolean;
}

/** `own` is what was set for the account alone; 0 means no limit. */
export interface Allowance {
  class: "preferred" | "standard" | "economy";
  quotas: Record<string, { own: number | null; limit: number; used: number }>;
}

/** A row of the server's table of render settings. */
export interface Setting {
  name: string;
  kind: "string" | "color" | "id" | "number" | "integer" | "boolean" | "size" | "list";
  default: unknown;
  description: string;
  choices: string[];
  minimum: number | null;
  maximum: number | null;
  outputs: string[];
  effects: string[];
  defaults: Record<string, number>;
}

/** Where the renderer's camera stands: eye, target and up of each frame, in metres. */
export interface CameraPath {
  width: number;
  height: number;
  fovY: number;
  seconds: number;
  placement: number[];
  frames: (number[] | null)[];
  angles: number[];
}

export interface LiveRender {
  id: string;
  modelId: string;
  status: string;
  isPreview: boolean;
  stage: string;
  framesDone: number;
  framesTotal: number;
  secondsLeft: number | null;
  errorMessage: string | null;
}

/** A look that the account has named. */
export interface Preset {
  id: string;
  name: string;
  settings: Record<string, unknown>;
}

export interface Worker {
  name: string;
  device: string;
  software: boolean;
  working: boolean;
  resting: boolean;
  unfitReason: string | null;
  seenAt: string;
  startedAt: string;
  lastError: string | null;
  lastErrorAt: string | null;
}

/** One of the last day that is not up any more. */
export interface GoneWorker {
  name: string;
  lastLogAt: string;
  lastError: string | null;
  lastErrorAt: string | null;
}

export interface WorkerLog {
  name: string;
  lines: string[];
}

export interface Fleet {
  data: Worker[];
  gone: GoneWorker[];
  silent: number;
  oldestPendingSeconds: number | null;
}
