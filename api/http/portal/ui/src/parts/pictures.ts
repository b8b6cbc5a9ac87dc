// Where a small picture of a render is.
import type { Render } from "../api/client";

/** A still of a project has no poster, but every still has a small copy. */
export function pictureOf(render: Pick<Render, "id" | "renderSettings">): string {
  return `/v1/renders/${render.id}/${render.renderSettings.output === "image" ? "thumb" : "poster"}`;
}
