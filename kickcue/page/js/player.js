// A cue as this phone can play it: vibration, tones, voice, and a flash of the whole screen.

const SHORTEST_ON_MS = 50; // what a motor can start and stop (firmware_profiles/watches/web)
const SHORTEST_GAP_MS = 60;
const LONGEST_MS = 10_000;
const TONE_HZ = 880;

// Whether vibration can be felt here. Firefox on Android and Chrome on a laptop say yes and do
// nothing.
export function vibrates() {
  return typeof navigator.vibrate === "function" && !/Firefox/.test(navigator.userAgent)
    && matchMedia("(pointer: coarse)").matches;
}

// [on, off, on, ...] in ms for navigator.vibrate; the pause at the end is left out.
export function pattern(pulses) {
  const found = [];
  for (const [on, off, strength] of pulses) {
    if (strength <= 0) continue;
    found.push(Math.min(Math.max(on, SHORTEST_ON_MS), LONGEST_MS), Math.max(off, SHORTEST_GAP_MS));
  }
  return found.slice(0, -1);
}

export class Player {
  #audio = null;
  sound = !vibrates();
  voice = true;
  language = "en";

  // In a gesture: browsers allow sound and vibration only after one.
  unlock() {
    const Audio = window.AudioContext ?? window.webkitAudioContext;
    if (Audio && this.#audio === null) this.#audio = new Audio();
    this.#audio?.resume();
    if (vibrates()) navigator.vibrate(SHORTEST_ON_MS);
    window.speechSynthesis?.getVoices();
  }

  play({ pulses, text, say }) {
    this.feel(pulses);
    if (this.voice && say) this.#speak(say);
    this.#flash(text);
  }

  feel(pulses) {
    if (vibrates()) navigator.vibrate(pattern(pulses));
    if (this.sound) this.#tones(pulses);
  }

  #tones(pulses) {
    if (this.#audio === null) return;
    let at = this.#audio.currentTime;
    for (const [on, off, strength] of pulses) {
      const tone = this.#audio.createOscillator();
      const volume = this.#audio.createGain();
      tone.frequency.value = TONE_HZ;
      volume.gain.value = strength;
      tone.connect(volume).connect(this.#audio.destination);
      tone.start(at);
      tone.stop(at + on / 1000);
      at += (on + off) / 1000;
    }
  }

  #speak(say) {
    if (!window.speechSynthesis) return;
    const words = new SpeechSynthesisUtterance(say);
    words.lang = this.language;
    window.speechSynthesis.cancel(); // what is still being said would make this one late
    window.speechSynthesis.speak(words);
  }

  #flash(text) {
    const flash = document.createElement("div");
    flash.className = "flash";
    flash.setAttribute("role", "alert");
    flash.textContent = text;
    document.body.append(flash);
    setTimeout(() => flash.remove(), 4000);
  }
}
