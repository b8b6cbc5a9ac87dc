// The renderer's camera along its path, as the server tells it, and turned away from it by a person.
import type { CameraPath } from "../api/own";
import { clamp, type Orbit, STRAIGHT } from "./orbit";

/** Where a camera stands: degrees to the right of the front and above the horizon, and a factor of the distance. */
export interface Stand {
  azimuth: number;
  elevation: number;
  zoom: number;
}

/** The camera at a moment between two of the frames that are told. */
export function frameAt(path: CameraPath, moment: number): number[] | null {
  const place = Math.min(moment * path.frames.length, path.frames.length - 1);
  const before = path.frames[Math.floor(place)] ?? null;
  const after = path.frames[Math.floor(place) + 1];
  if (!before || !after) return before;
  const share = place - Math.floor(place);
  return before.map((value, index) => value + ((after[index] ?? value) - value) * share);
}

/** The camera's angle around the model at a moment, in degrees. */
export function angleAt(path: CameraPath, moment: number): number {
  const place = Math.min(moment * path.angles.length, path.angles.length - 1);
  const before = path.angles[Math.floor(place)] ?? 0;
  const after = path.angles[Math.ceil(place)] ?? before;
  return before + (after - before) * (place % 1);
}

const DEGREE = Math.PI / 180;
type Nine = [number, number, number, number, number, number, number, number, number];

export function elevationOf([ex = 0, ey = 0, ez = 0, tx = 0, ty = 0, tz = 0]: number[]): number {
  return Math.asin(clamp((ey - ty) / Math.hypot(ex - tx, ey - ty, ez - tz), -1, 1)) / DEGREE;
}

/** A frame's eye, target and up as they are once somebody has turned the camera about its target. `angle` in degrees. */
export function turned(frame: number[], angle: number, orbit: Orbit): Nine {
  const [ex = 0, ey = 0, ez = 0, tx = 0, ty = 0, tz = 0, ux = 0, uy = 1, uz = 0] = frame;
  if (orbit === STRAIGHT) return [ex, ey, ez, tx, ty, tz, ux, uy, uz];
  const distance = Math.hypot(ex - tx, ey - ty, ez - tz) * orbit.zoom;
  const azimuth = (angle + orbit.around) * DEGREE;
  const elevation = clamp(elevationOf(frame) + orbit.up, -90, 90) * DEGREE;
  const level = [Math.sin(azimuth), Math.cos(azimuth)] as const;
  const [cos, sin] = [Math.cos(elevation), Math.sin(elevation)];
  return [
    tx + distance * cos * level[0], ty + distance * sin, tz + distance * cos * level[1], tx, ty, tz,
    -sin * level[0], cos, -sin * level[1],
  ];
}
