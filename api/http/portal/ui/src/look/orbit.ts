// Turning and nearing what is shown in a canvas: by dragging, by the wheel, and by keys.

/** Degrees around and up, and a factor of the distance, beside the camera that is there without. */
export interface Orbit {
  around: number;
  up: number;
  zoom: number;
}

/** How it is turned afterwards, by how it was before: the next key may come before the page is drawn. */
export type Turn = (before: Orbit) => Orbit;

export const STRAIGHT: Orbit = { around: 0, up: 0, zoom: 1 };

const DEGREES_A_PIXEL = 0.4;
const DEGREES_A_KEY = 5;
const FACTOR_A_KEY = 1.1;
const MOST_ZOOM = 4;

const KEYS: Record<string, Turn> = {
  ArrowLeft: (orbit) => ({ ...orbit, around: orbit.around - DEGREES_A_KEY }),
  ArrowRight: (orbit) => ({ ...orbit, around: orbit.around + DEGREES_A_KEY }),
  ArrowUp: (orbit) => ({ ...orbit, up: orbit.up + DEGREES_A_KEY }),
  ArrowDown: (orbit) => ({ ...orbit, up: orbit.up - DEGREES_A_KEY }),
  "+": (orbit) => ({ ...orbit, zoom: orbit.zoom / FACTOR_A_KEY }),
  "-": (orbit) => ({ ...orbit, zoom: orbit.zoom * FACTOR_A_KEY }),
};

export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** Degrees between -180 and 180. */
export function wrapped(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}

/** Listens on the element until the function that it returns is called. */
export function listen(element: HTMLElement, tell: (turn: Turn) => void): () => void {
  const say = (turn: Turn) =>
    tell((before) => {
      const { around, up, zoom } = turn(before);
      return { around, up: clamp(up, -180, 180), zoom: clamp(zoom, 1 / MOST_ZOOM, MOST_ZOOM) };
    });
  let last: [number, number] | undefined;
  const down = (event: PointerEvent) => {
    last = [event.clientX, event.clientY];
    element.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    if (!last) return;
    const [right, down] = [event.clientX - last[0], event.clientY - last[1]];
    last = [event.clientX, event.clientY];
    say((before) => ({
      ...before,
      around: before.around - right * DEGREES_A_PIXEL,
      up: before.up + down * DEGREES_A_PIXEL,
    }));
  };
  const up = () => {
    last = undefined;
  };
  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    say((before) => ({ ...before, zoom: before.zoom * Math.exp(clamp(event.deltaY, -200, 200) / 800) }));
  };
  const press = (event: KeyboardEvent) => {
    const turn = KEYS[event.key === "=" ? "+" : event.key];
    if (!turn || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    say(turn);
  };
  element.addEventListener("pointerdown", down);
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", up);
  element.addEventListener("pointercancel", up);
  element.addEventListener("wheel", wheel, { passive: false });
  element.addEventListener("keydown", press);
  return () => {
    element.removeEventListener("pointerdown", down);
    element.removeEventListener("pointermove", move);
    element.removeEventListener("pointerup", up);
    element.removeEventListener("pointercancel", up);
    element.removeEventListener("wheel", wheel);
    element.removeEventListener("keydown", press);
  };
}
