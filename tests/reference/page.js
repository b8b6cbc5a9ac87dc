// In the browser: takes jobs from browser.py, draws each with three.js and posts the pixels back.
import * as THREE from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { DRACOLoader } from "three/addons/loaders/DRACOLoader.js";
import { KTX2Loader } from "three/addons/loaders/KTX2Loader.js";
import { HDRLoader } from "three/addons/loaders/HDRLoader.js";
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

async function draw(job) {
  const model = (await loader.loadAsync(job.model)).scene;
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

for (;;) {
  const answer = await fetch("/job");
  if (answer.status !== 200) break;
  const job = await answer.json();
  try {
    await fetch("/picture", { method: "POST", body: await draw(job) });
  } catch (error) {
    await fetch("/failure", { method: "POST", body: String(error?.stack ?? error) });
  }
}
