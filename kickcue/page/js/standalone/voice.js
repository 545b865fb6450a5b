// The phone's own voice for whole sentences.

const LIST_MS = 2000; // some browsers find their voices only after they were asked for them
const SLOW = 3; // a voice that takes so many times as long as a reader has fallen silent
const PATIENCE_MS = 5000;

const speaks = (language) => ({ lang }) => lang.slice(0, 2).toLowerCase() === language;

function voices() {
  const synth = window.speechSynthesis;
  const found = synth?.getVoices() ?? [];
  if (!synth || found.length) return Promise.resolve(found);
  return new Promise((done) => {
    const answer = () => done(synth.getVoices());
    synth.addEventListener?.("voiceschanged", answer, { once: true });
    setTimeout(answer, LIST_MS);
  });
}

// The voice for a language, one that needs no network before one that does; null: there is none.
export async function voiceFor(language) {
  const found = (await voices()).filter(speaks(language));
  return found.find(({ localService }) => localService) ?? found[0] ?? null;
}

// In a gesture: browsers let a page speak only after one.
export function allowVoice() {
  window.speechSynthesis?.speak(new SpeechSynthesisUtterance(""));
}

let spoken = null; // a browser may forget what nobody holds, and then never says that it is over

// Say it; over when it was said, cut off, or given up after a time far longer than `lasts` seconds.
export function speak(text, voice, lasts, signal) {
  const synth = window.speechSynthesis;
  return new Promise((done) => {
    spoken = new SpeechSynthesisUtterance(text);
    spoken.voice = voice;
    spoken.lang = voice.lang;
    for (const over of ["end", "error"]) spoken.addEventListener(over, done);
    signal.addEventListener("abort", () => {
      synth.cancel();
      done();
    });
    setTimeout(done, SLOW * lasts * 1000 + PATIENCE_MS);
    if (synth.speaking || synth.pending) synth.cancel(); // what is left over would hold it up
    synth.speak(spoken);
  });
}
