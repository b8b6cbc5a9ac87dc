// The outermost points of a model: by these the renderer fits it into the picture.

const COUNT = 122; // directions, with the axes 128: a ball is found 2 % too small at most, and what has corners exactly
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** Directions all around, as x, y, z, x, ...: evenly spread ones, and those of the axes. */
const DIRECTIONS = Float64Array.from([
  ...Array.from({ length: COUNT }, (_, index) => {
    const y = 1 - (2 * index + 1) / COUNT;
    const level = Math.sqrt(1 - y * y);
    return [level * Math.cos(index * GOLDEN_ANGLE), y, level * Math.sin(index * GOLDEN_ANGLE)];
  }).flat(),
  1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1,
]);

/** Takes points one by one, and keeps the one that lies furthest in each direction. */
export class Outermost {
  private readonly reach = new Float64Array(DIRECTIONS.length / 3).fill(-Infinity);
  private readonly found = new Float64Array(DIRECTIONS.length);

  add(x: number, y: number, z: number): void {
    const { reach, found } = this;
    for (let index = 0, at = 0; index < reach.length; index += 1, at += 3) {
      const far = x * (DIRECTIONS[at] as number) + y * (DIRECTIONS[at + 1] as number) + z * (DIRECTIONS[at + 2] as number);
      if (far > (reach[index] as number)) {
        reach[index] = far;
        found[at] = x;
        found[at + 1] = y;
        found[at + 2] = z;
      }
    }
  }

  /** Each once; none of a model that has none. */
  points(): number[][] {
    if (this.reach[0] === -Infinity) return [];
    const all = Array.from(this.reach, (_, index) => Array.from(this.found.subarray(3 * index, 3 * index + 3)));
    return [...new Map(all.map((point) => [point.join(), point])).values()];
  }
}
