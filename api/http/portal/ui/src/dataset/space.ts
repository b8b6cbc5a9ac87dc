// The points and the cameras of a training set, drawn by three.js in the set's own world: Y up, the model in the middle.
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  LineBasicMaterial,
  LineSegments,
  Matrix4,
  PerspectiveCamera,
  Points,
  PointsMaterial,
  Scene,
  Vector3,
  WebGLRenderer,
} from "three";
import { PLYLoader } from "three/examples/jsm/loaders/PLYLoader.js";
import type { Transforms } from "../api/studio";
import { clamp, type Orbit, STRAIGHT } from "../look/orbit";

const DEGREE = Math.PI / 180;
const PYRAMID = 0.28; // how deep a camera's pyramid is drawn, in the set's units: the model is 2 wide
const AROUND = 35;
const ABOVE = 20;
const FOV = 40;
const POINT_PX = 2.5;
/** An eye, four corners: the edges of a camera's pyramid, and a tick on its upper side. */
const EDGES = [0, 1, 0, 2, 0, 3, 0, 4, 1, 2, 2, 3, 3, 4, 4, 1, 1, 5, 5, 2];

export class Space {
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera();
  private readonly matrices: Matrix4[];
  private readonly centre = new Vector3();
  private readonly chosen: LineSegments<BufferGeometry, LineBasicMaterial>;
  private readonly reach: number;
  private readonly corners: Vector3[];
  private through = false;
  private view = 0;
  orbit: Orbit = STRAIGHT;

  /** Throws where the browser has no WebGL. */
  constructor(canvas: HTMLCanvasElement, private readonly poses: Transforms) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, preserveDrawingBuffer: true });
    this.matrices = poses.frames.map(({ transform_matrix: rows }) => new Matrix4().fromArray(rows.flat()).transpose());
    const half = Math.tan(poses.camera_angle_x / 2) * PYRAMID;
    const tall = (half * poses.h) / poses.w;
    this.corners = [
      new Vector3(), new Vector3(-half, tall, -PYRAMID), new Vector3(half, tall, -PYRAMID),
      new Vector3(half, -tall, -PYRAMID), new Vector3(-half, -tall, -PYRAMID), new Vector3(0, tall * 1.4, -PYRAMID),
    ];
    const style = getComputedStyle(canvas);
    this.scene.add(this.pyramids(this.matrices, style.getPropertyValue("--ink-soft")));
    this.chosen = this.pyramids(this.matrices.slice(0, 1), style.getPropertyValue("--accent"));
    this.scene.add(this.chosen);
    // All cameras look at the middle: where the axes of two of them meet is the model's.
    const far = this.matrices.map((each) => new Vector3().setFromMatrixPosition(each));
    const [first] = this.matrices;
    if (first && far[0]) {
      const ahead = new Vector3(0, 0, -1).transformDirection(first);
      this.centre.copy(far[0]).addScaledVector(ahead, middleOf(this.matrices));
    }
    this.reach = Math.max(1, ...far.map((each) => each.distanceTo(this.centre)));
  }

  /** Shows the points of a PLY file; returns how many there are. Throws where it can't be read. */
  async load(url: string): Promise<number> {
    const geometry = await new PLYLoader().loadAsync(url);
    const material = new PointsMaterial({ size: POINT_PX, sizeAttenuation: false, vertexColors: geometry.hasAttribute("color") });
    this.scene.add(new Points(geometry, material));
    return geometry.getAttribute("position").count;
  }

  show(view: number, through: boolean, orbit: Orbit): void {
    this.view = view;
    this.through = through;
    this.orbit = orbit;
    const matrix = this.matrices[view];
    if (matrix) {
      const { geometry } = this.chosen;
      geometry.setAttribute("position", new BufferAttribute(this.edges([matrix]), 3));
    }
    this.draw();
  }

  draw(): void {
    const canvas = this.renderer.domElement;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width || !height) return;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.renderer.setSize(width, height, false);
    const matrix = this.matrices[this.view];
    this.camera.aspect = width / height;
    this.camera.near = this.reach * 0.01;
    this.camera.far = this.reach * 20;
    this.chosen.visible = !this.through;
    if (this.through && matrix) {
      this.camera.fov = this.poses.camera_angle_x / DEGREE;
      matrix.decompose(this.camera.position, this.camera.quaternion, this.camera.scale);
    } else {
      this.camera.fov = FOV;
      const azimuth = (AROUND + this.orbit.around) * DEGREE;
      const elevation = clamp(ABOVE + this.orbit.up, -89.9, 89.9) * DEGREE;
      const distance = (this.reach * 1.12 * this.orbit.zoom) / Math.sin((FOV / 2) * DEGREE) / Math.min(1, width / height);
      const level = Math.cos(elevation);
      this.camera.position
        .set(level * Math.sin(azimuth), Math.sin(elevation), level * Math.cos(azimuth))
        .multiplyScalar(distance)
        .add(this.centre);
      this.camera.up.set(0, 1, 0);
      this.camera.lookAt(this.centre);
    }
    this.camera.updateProjectionMatrix();
    this.renderer.render(this.scene, this.camera);
  }

  dispose(): void {
    this.renderer.dispose();
  }

  private pyramids(matrices: Matrix4[], colour: string): LineSegments<BufferGeometry, LineBasicMaterial> {
    const geometry = new BufferGeometry().setAttribute("position", new BufferAttribute(this.edges(matrices), 3));
    const material = new LineBasicMaterial({ color: new Color(probe(colour)), transparent: true, opacity: 0.75 });
    const lines = new LineSegments(geometry, material);
    lines.frustumCulled = false;
    return lines;
  }

  private edges(matrices: Matrix4[]): Float32Array {
    const placed = matrices.flatMap((matrix) => {
      const corners = this.corners.map((corner) => corner.clone().applyMatrix4(matrix).toArray());
      return EDGES.flatMap((index) => corners[index] ?? []);
    });
    return new Float32Array(placed);
  }
}

/** The colour as the browser computes it: the tokens are pairs for both themes, which three.js can't read. */
function probe(colour: string): string {
  const element = document.createElement("i");
  element.style.color = colour;
  document.body.append(element);
  const computed = getComputedStyle(element).color;
  element.remove();
  return computed;
}

/** How far along the first camera's axis the axis of another one comes nearest. */
function middleOf(matrices: Matrix4[]): number {
  const [first, ...others] = matrices.map((each) => ({
    eye: new Vector3().setFromMatrixPosition(each),
    ahead: new Vector3(0, 0, -1).transformDirection(each),
  }));
  if (!first) return 0;
  // The one that looks most across is the surest.
  const [other] = others.sort((a, b) => Math.abs(a.ahead.dot(first.ahead)) - Math.abs(b.ahead.dot(first.ahead)));
  if (!other) return 0;
  const between = first.eye.clone().sub(other.eye);
  const b = first.ahead.dot(other.ahead);
  return (b * other.ahead.dot(between) - first.ahead.dot(between)) / Math.max(1e-6, 1 - b * b);
}
