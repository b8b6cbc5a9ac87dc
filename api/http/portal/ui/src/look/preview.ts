// The live preview: the model by three.js, in the renderer's light and before the renderer's camera. What it leaves out:
// the shadow on the ground, the mirroring floor, and how light is soaked up in the depth of things.
import {
  ACESFilmicToneMapping,
  AgXToneMapping,
  AnimationMixer,
  Box3,
  Color,
  DataTexture,
  EquirectangularReflectionMapping,
  Group,
  HalfFloatType,
  LinearFilter,
  LinearToneMapping,
  type Mesh,
  NeutralToneMapping,
  PerspectiveCamera,
  PMREMGenerator,
  RGBAFormat,
  Scene,
  type Texture,
  type ToneMapping,
  Vector3,
  WebGLRenderer,
} from "three";
import { DRACOLoader } from "three/examples/jsm/loaders/DRACOLoader.js";
import { type GLTF, GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";
import { KTX2Loader } from "three/examples/jsm/loaders/KTX2Loader.js";
import { MeshoptDecoder } from "three/examples/jsm/libs/meshopt_decoder.module.js";
import type { Settings } from "../api/client";
import type { CameraPath } from "../api/own";
import { clamp, type Orbit, STRAIGHT } from "./orbit";
import { Outermost } from "./outermost";
import { angleAt, elevationOf, frameAt, type Stand, turned } from "./path";

const DECODERS = "/portal/files/";
const LIGHT_SIZE: [number, number] = [256, 128];
const TONES: Record<string, ToneMapping> = {
  neutral: NeutralToneMapping,
  aces: ACESFilmicToneMapping,
  agx: AgXToneMapping,
  none: LinearToneMapping,
};

export interface Measures {
  low: number[];
  high: number[];
  radius: number;
  points: number[][];
}

export class Preview {
  private readonly renderer: WebGLRenderer;
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera();
  private readonly holder = new Group();
  private readonly filter: PMREMGenerator;
  private readonly lights = new Map<string, Promise<Texture>>();
  private mixer?: AnimationMixer;
  private gltf?: GLTF;
  private path?: CameraPath;
  private settings: Settings = {};
  private light = "";
  private moment = 0;
  private asked = 0;
  measures?: Measures;
  /** How far the person has turned the camera away from the path. */
  orbit: Orbit = STRAIGHT;

  /** Throws where the browser has no WebGL. */
  constructor(canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true, preserveDrawingBuffer: true });
    this.filter = new PMREMGenerator(this.renderer);
    this.holder.matrixAutoUpdate = false;
    this.scene.add(this.holder);
  }

  /** Shows the model at this address. Throws where it can't be read. */
  async load(url: string): Promise<void> {
    const draco = new DRACOLoader().setDecoderPath(DECODERS);
    const ktx2 = new KTX2Loader().setTranscoderPath(DECODERS).detectSupport(this.renderer);
    const loader = new GLTFLoader().setDRACOLoader(draco).setKTX2Loader(ktx2).setMeshoptDecoder(MeshoptDecoder);
    try {
      this.gltf = await loader.loadAsync(url);
    } finally {
      draco.dispose();
      ktx2.dispose();
    }
    this.holder.clear();
    this.holder.add(this.gltf.scene);
    this.gltf.scene.traverse((each) => {
      each.frustumCulled = false; // skinned meshes leave the bounds that three.js knows of
    });
    this.mixer = new AnimationMixer(this.gltf.scene);
    this.measures = this.measured();
  }

  /** The bounds over the animation that is chosen, as the renderer measures them: at 24 moments. */
  private measured(): Measures {
    const scene = (this.gltf as GLTF).scene;
    this.holder.matrix.identity();
    this.holder.updateMatrixWorld(true);
    const clip = this.clip();
    const moments = clip ? 24 : 1;
    const box = new Box3();
    for (let index = 0; index < moments; index += 1) {
      this.pose(clip ? (clip.duration * index) / moments : 0);
      box.expandByObject(scene, true);
    }
    const center = box.getCenter(new Vector3());
    const outermost = new Outermost();
    let radius = 0;
    const point = new Vector3();
    for (let index = 0; index < moments; index += 1) {
      this.pose(clip ? (clip.duration * index) / moments : 0);
      scene.traverseVisible((each) => {
        const mesh = each as Mesh;
        const positions = mesh.geometry?.getAttribute?.("position");
        if (!mesh.isMesh || !positions) return;
        for (let vertex = 0; vertex < positions.count; vertex += 1) {
          mesh.getVertexPosition(vertex, point).applyMatrix4(mesh.matrixWorld);
          radius = Math.max(radius, point.distanceTo(center));
          outermost.add(point.x, point.y, point.z);
        }
      });
    }
    return { low: box.min.toArray(), high: box.max.toArray(), radius: Math.max(radius, 1e-9), points: outermost.points() };
  }

  private clip() {
    const name = this.settings.animation;
    const clips = this.gltf?.animations ?? [];
    return name === "*" ? clips[0] : clips.find((each) => each.name === name);
  }

  private pose(seconds: number): void {
    const clip = this.clip();
    this.mixer?.stopAllAction();
    if (clip && this.mixer) {
      this.mixer.clipAction(clip).play();
      this.mixer.setTime(clip.duration ? seconds % clip.duration : 0);
    }
    this.holder.updateMatrixWorld(true);
  }

  /** Takes other settings over; returns whether the model's measures are others now. */
  async set(settings: Settings): Promise<boolean> {
    const before = this.clip();
    const variant = this.settings.materialVariant;
    this.settings = settings;
    this.renderer.toneMapping = TONES[String(settings.toneMapping)] ?? NeutralToneMapping;
    if (settings.materialVariant !== variant) await this.paint(settings.materialVariant as string | undefined);
    const moved = before !== this.clip();
    if (moved) this.measures = this.measured();
    const light = String(settings.lighting ?? "studio");
    if (light !== this.light) {
      this.light = light;
      const turn = ++this.asked;
      const made = await this.lit(light);
      if (turn === this.asked) this.scene.environment = made;
    }
    this.draw(this.moment);
    return moved;
  }

  private async paint(variant: string | undefined): Promise<void> {
    const gltf = this.gltf;
    const names: { name: string }[] = gltf?.userData.gltfExtensions?.KHR_materials_variants?.variants ?? [];
    const index = names.findIndex((each) => each.name === variant);
    const waiting: Promise<void>[] = [];
    gltf?.scene.traverse((each) => {
      const mesh = each as Mesh;
      const rows = mesh.userData.gltfExtensions?.KHR_materials_variants?.mappings;
      if (!mesh.isMesh || !rows) return;
      mesh.userData.usual ??= mesh.material;
      const row = rows.find((candidate: { variants: number[] }) => candidate.variants.includes(index));
      if (!row) mesh.material = mesh.userData.usual;
      else {
        waiting.push(
          gltf.parser.getDependency("material", row.material).then((material) => {
            mesh.material = material;
            gltf.parser.assignFinalMaterial(mesh);
          }),
        );
      }
    });
    await Promise.all(waiting);
  }

  private lit(name: string): Promise<Texture> {
    const known = this.lights.get(name);
    if (known) return known;
    const made = fetch(`/portal/api/lights/${name}`).then(async (answer) => {
      const pixels = new Uint16Array(await answer.arrayBuffer());
      const panorama = new DataTexture(pixels, ...LIGHT_SIZE, RGBAFormat, HalfFloatType);
      panorama.mapping = EquirectangularReflectionMapping;
      panorama.minFilter = panorama.magFilter = LinearFilter;
      panorama.needsUpdate = true;
      const { texture } = this.filter.fromEquirectangular(panorama);
      panorama.dispose();
      return texture;
    });
    this.lights.set(name, made);
    return made;
  }

  follow(path: CameraPath): void {
    this.path = path;
    this.holder.matrix.fromArray(path.placement);
    this.draw(this.moment);
  }

  /** Draws the moment, 0 to 1, of the path. */
  draw(moment: number): void {
    this.moment = moment;
    const { path } = this;
    if (!path || !this.gltf) return;
    const canvas = this.renderer.domElement;
    const width = canvas.clientWidth;
    const height = canvas.clientHeight;
    if (!width || !height) return;
    const ratio = Math.min(devicePixelRatio, 2);
    if (canvas.width !== Math.floor(width * ratio) || canvas.height !== Math.floor(height * ratio)) {
      this.renderer.setPixelRatio(ratio);
      this.renderer.setSize(width, height, false);
    }
    this.pose(moment * path.seconds * Number(this.settings.animationSpeed ?? 1));
    const frame = frameAt(path, moment);
    this.renderer.setClearColor(new Color(String(this.settings.bgColor ?? "#ffffff")), 1);
    this.holder.visible = frame !== null;
    if (frame) {
      const [ex, ey, ez, tx, ty, tz, ux, uy, uz] = turned(frame, angleAt(path, moment), this.orbit);
      const distance = Math.hypot(ex - tx, ey - ty, ez - tz);
      this.camera.fov = path.fovY;
      this.camera.aspect = width / height;
      this.camera.near = distance * 0.02;
      this.camera.far = distance * 20;
      this.camera.position.set(ex, ey, ez);
      this.camera.up.set(ux, uy, uz);
      this.camera.lookAt(tx, ty, tz);
      this.camera.updateProjectionMatrix();
    }
    this.renderer.render(this.scene, this.camera);
  }

  /** Where the camera stands now. */
  stand(): Stand | undefined {
    const frame = this.path && frameAt(this.path, this.moment);
    if (!this.path || !frame) return undefined;
    return {
      azimuth: angleAt(this.path, this.moment) + this.orbit.around,
      elevation: clamp(elevationOf(frame) + this.orbit.up, -90, 90),
      zoom: Number(this.settings.zoom ?? 1) * this.orbit.zoom,
    };
  }

  dispose(): void {
    this.renderer.dispose();
    this.filter.dispose();
  }
}
