// What the portal's own routes answer about projects, webhooks, galleries, training sets and what is generated.
import type { components } from "./schema";

export type Template = components["schemas"]["Template"];
export type TemplateDetail = components["schemas"]["TemplateDetail"];

export interface Output {
  renderId: string;
  name: string;
  fileType: "PNG" | "MP4" | "PRORES";
  status: string;
}

export interface Job {
  id: string;
  status: string;
  errorMessage: string | null;
  createdAt: string;
  done: number;
  outputs: Output[];
}

export interface Project {
  id: string;
  name: string;
  status: string;
  models: number;
  templateId: string;
  template: string;
  createdAt: string;
}

export interface ListedProject extends Project {
  job: Job | null;
}

export interface ProjectDetail extends Project {
  jobs: Job[];
}

/** An order of a program's, from files to pictures. */
export interface Workflow {
  id: string;
  status: string;
  error: string | null;
  createdAt: string;
  batch: string | null;
  steps: { name: string; done: number; total: number }[];
  results: { model: string; project: string | null }[];
}

export interface Target {
  id: string;
  dialect: string;
  url: string;
  description: string | null;
  events: string[];
  paused: boolean;
  disabledReason: string | null;
  createdAt: string;
}

export interface Delivery {
  id: string;
  dialect: string;
  url: string;
  event: string;
  subjectId: string;
  state: string;
  attempts: number;
  answerStatus: number | null;
  answerBody: string | null;
  problem: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface Gallery {
  id: string;
  title: string;
  text: string;
  isPublic: boolean;
  renderIds: string[];
  /** Pictures of the first of them. */
  covers: string[];
  createdAt: string;
}

/** A model that is made of a sentence, a picture, or a heavier model. */
export interface Generation {
  id: string;
  kind: "prompt" | "picture" | "model";
  prompt: string;
  modelId: string | null;
  state: string;
  stage: string | null;
  progress: number;
  errorMessage: string | null;
  isReady: boolean;
  outputId: string | null;
  size: number | null;
  createdAt: string;
}

export interface Generations {
  data: Generation[];
  prices: Record<Generation["kind"], number>;
  examples: { id: string; name: string; description: string }[];
}

/** transforms.json of a training set: camera-to-world matrices, row by row, of a right-handed world with Y up. */
export interface Transforms {
  w: number;
  h: number;
  camera_angle_x: number;
  frames: { file_path: string; transform_matrix: number[][] }[];
}
