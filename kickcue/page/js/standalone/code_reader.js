// Reads a QR code in a picture or a frame: by the browser where it can, else by a library that is
// loaded then.

const LONGEST_SIDE = 1600; // a photo has more, and no code of ours needs it
const PATIENCE_MS = 3000; // for a photo, of which there is but one

async function ownDetector() {
  try {
    const formats = await globalThis.BarcodeDetector?.getSupportedFormats() ?? [];
    return formats.includes("qr_code") ? new globalThis.BarcodeDetector({ formats: ["qr_code"] }) : null;
  } catch {
    return null;
  }
}

// Returns `read(source, width, height, patient)`, which gives a code's text, or null.
export async function codeReader() {
  let detector = await ownDetector();
  let decode = null;
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });

  async function byLibrary(patient) {
    decode ??= (await import("../../vendor/qr-0.7.0/decode.js")).decodeQR;
    const picture = context.getImageData(0, 0, canvas.width, canvas.height);
    const effort = patient ? { effort: Infinity, timeLimit: PATIENCE_MS } : {};
    try {
      return decode(picture, effort);
    } catch {
      return null; // the library's way to say that there is none
    }
  }

  return async (source, width, height, patient = false) => {
    const smaller = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    canvas.width = Math.max(1, Math.round(width * smaller));
    canvas.height = Math.max(1, Math.round(height * smaller));
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    if (detector) {
      try {
        const [found] = await detector.detect(canvas);
        if (found || !patient) return found?.rawValue ?? null;
      } catch {
        detector = null; // some phones have it without the part that does the work
      }
    }
    return byLibrary(patient);
  };
}
