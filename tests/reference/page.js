// In the browser: takes jobs from browser.py, draws models or writes them as USDZ with three.js, and posts the bytes back.
import * as THREE from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { DRACOLoader } from "three/addons/loaders/DRACOLoader.js";
import { KTX2Loader } from "three/addons/loaders/KTX2Loader.js";
import { HDRLoader } from "three/addons/loaders/HDRLoader.js";
import { USDLoader } from "three/addons/loaders/USDLoader.js";
import { USDZExporter } from "three/addons/exporters/USDZExporter.js";
import * as textureUtils from "three/addons/utils/WebGLTextureUtils.js";
import { MeshoptDecoder } from "three/addons/libs/meshopt_decoder.module.js";

const LIBRARIES = "/node_modules/three/examples/jsm/libs";

const renderer = new THREE.WebGLRenderer({ alpha: true, antialias: false, preserveDrawingBuffer: true });
renderer.setPixelRatio(1);
renderer.toneMapping = THREE.NeutralToneMapping;
const gl = renderer.getContext();

const loader = new GLTFLoader()
  .setDRACOLoader(new DRACOLoader().setDecoderPath(`${LIBRARIES}/draco/gltf/`))
  .setKTX2Loader(new KTX2Loader().setTranscoderPath(`${LIBRARIES}/basis/`).detectSupport(renderer))
  .setMeshoptDecoder(MeshoptDecoder);

const panorama = await new HDRLoader().loadAsync("/environment.hdr");
panorama.mapping = THREE.EquirectangularReflectionMapping;
const environment = new THREE.PMREMGenerator(renderer).fromEquirectangular(panorama).texture;

// The canvas's pixels: (side, side, 4) bytes, premultiplied, bottom row first.
function pixels(side) {
  const bytes = new Uint8Array(side * side * 4);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  gl.readPixels(0, 0, side, side, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  return bytes;
}

// A GLB in its rest pose; a USDZ, all of whose clips are one animation, after job.time seconds of it.
async function load(job) {
  if (!job.model.endsWith(".usdz")) return (await loader.loadAsync(job.model)).scene;
  const model = await new USDLoader().loadAsync(job.model);
  const mixer = new THREE.AnimationMixer(model);
  for (const clip of model.animations) mixer.clipAction(clip).play();
  mixer.setTime(job.time);
  model.traverse(({ material }) => {
    // three.js takes the scale of 2 by which a normal map's 0..1 become -1..1 for a strength of 2
    if (material?.normalMap) material.normalScale.set(1, 1);
  });
  return model;
}

async function draw(job) {
  const model = await load(job);
  const scene = new THREE.Scene();
  scene.environment = environment;
  scene.environmentIntensity = job.intensity;
  scene.add(model);
  const camera = new THREE.PerspectiveCamera(job.fov, 1, job.near, job.far);
  camera.position.set(...job.eye);
  camera.lookAt(...job.target);
  renderer.setSize(job.side, job.side, false);
  renderer.setClearColor(0x000000, 0);
  renderer.render(scene, camera);
  const outline = pixels(job.side);
  scene.background = new THREE.Color(job.background);
  renderer.render(scene, camera);
  return new Blob([pixels(job.side), outline]);
}

async function writeUsdz(job) {
  const { scene, animations } = await loader.loadAsync(job.model);
  const exporter = new USDZExporter();
  exporter.setTextureUtils(textureUtils);
  return new Blob([await exporter.parseAsync(scene, { animations: animations.slice(0, 1) })]);
}

const WORK = { draw, writeUsdz };

for (;;) {
  const answer = await fetch("/job");
  if (answer.status !== 200) break;
  const job = await answer.json();
  try {
    await fetch("/answer", { method: "POST", body: await WORK[job.work](job) });
  } catch (error) {
    await fetch("/failure", { method: "POST", body: String(error?.stack ?? error) });
  }
}
