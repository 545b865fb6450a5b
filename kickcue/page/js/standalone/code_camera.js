// A QR code by the phone's camera, or in a photo. The camera is let go of at once: when a code was
// read, when the runner leaves, when the page is no longer in front.

import { codeReader } from "./code_reader.js";
import { h } from "../dom.js";
import { setupWord } from "./setup_words.js";

const LOOK_EACH_MS = 120;
const PHOTO_MOST_BYTES = 40_000_000;
const WHY = {
  NotAllowedError: "cameraDenied", SecurityError: "cameraDenied", NotFoundError: "noCamera",
  OverconstrainedError: "noCamera", NotReadableError: "cameraBusy", AbortError: "cameraBusy",
};

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function opened() {
  if (!navigator.mediaDevices) throw new Error(setupWord("cameraInsecure"));
  const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
  try {
    return await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
  } catch ({ name }) {
    throw new Error(setupWord(WHY[name] ?? "cameraBusy"));
  }
}

// Returns the text of a code that is held before the camera; null where the runner left. Throws
// Error with why there is no camera.
export async function codeByCamera() {
  const video = h("video", { playsinline: true, muted: true });
  video.muted = true; // the attribute alone does not mute one that a script has made
  const dialog = h("dialog", { class: "camera", "aria-label": setupWord("scan") }, video,
    h("p", { role: "status" }, setupWord("point")),
    h("button", { type: "button", onclick: () => dialog.close() }, setupWord("leave")));
  const hidden = () => document.hidden && dialog.close();
  document.body.append(dialog);
  dialog.showModal();
  document.addEventListener("visibilitychange", hidden);
  let stream = null;
  const release = () => stream?.getTracks().forEach((track) => track.stop());
  dialog.addEventListener("close", release);
  try {
    stream = await opened();
    if (!dialog.open) return null; // left while the browser asked
    stream.getVideoTracks()[0].addEventListener("ended", () => dialog.close());
    video.srcObject = stream;
    await video.play();
    return await found(video, dialog);
  } finally {
    release();
    video.srcObject = null;
    document.removeEventListener("visibilitychange", hidden);
    dialog.remove();
  }
}

async function found(video, dialog) {
  const read = await codeReader();
  while (dialog.open) {
    const text = video.videoWidth ? await read(video, video.videoWidth, video.videoHeight) : null;
    if (text) return text;
    await sleep(LOOK_EACH_MS);
  }
  return null;
}

// Returns the text of the code in a photo; throws Error where there is none.
export async function codeInPhoto(file) {
  if (file.size > PHOTO_MOST_BYTES) throw new Error(setupWord("noPicture"));
  const picture = await createImageBitmap(file).catch(() => {
    throw new Error(setupWord("noPicture"));
  });
  try {
    const text = await (await codeReader())(picture, picture.width, picture.height, true);
    if (!text) throw new Error(setupWord("noCode"));
    return text;
  } finally {
    picture.close();
  }
}
