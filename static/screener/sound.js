// The sound of a page that updates itself, for users who turned it on: two short tones when something is ready.
(() => {
  "use strict";
  const TONES = [660, 880], TONE_SECONDS = 0.16, VOLUME = 0.15;
  const QUIET_MS = 2000; // several tabs may hear of the same result
  const LAST = "screener.sound";
  let output;

  // Browsers keep a page silent until its user has pressed something in it. A sound that comes late would mislead.
  const openOutput = async () => {
    output ??= new AudioContext();
    if (output.state === "suspended") await Promise.race([output.resume(), new Promise((done) => setTimeout(done, 200))]);
    return output.state === "running";
  };
  const playTone = (frequency, start) => {
    const tone = new OscillatorNode(output, { frequency }), volume = new GainNode(output, { gain: 0 });
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(VOLUME, start + 0.02);
    volume.gain.linearRampToValueAtTime(0, start + TONE_SECONDS);
    tone.connect(volume).connect(output.destination);
    tone.start(start);
    tone.stop(start + TONE_SECONDS);
  };
  const play = async () => {
    if (!(await openOutput())) return;
    TONES.forEach((frequency, number) => playTone(frequency, output.currentTime + number * TONE_SECONDS));
  };
  const playOnce = () => {
    const now = Date.now();
    if (now - Number(localStorage.getItem(LAST)) < QUIET_MS) return;
    localStorage.setItem(LAST, now);
    play();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("[data-sound]");
    if (!form) return;
    const button = form.querySelector("button"), icon = button.querySelector("[data-icons]");
    const isOn = () => button.ariaPressed === "true";
    const show = (on) => {
      button.ariaPressed = String(on);
      button.classList.toggle("s-blind-on", on);
      icon.textContent = icon.dataset.icons.split(" ")[Number(on)];
    };
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const on = !isOn(), fields = new FormData(form);
      fields.set("on", on ? "yes" : "no");
      const answer = await fetch(form.action, { method: "POST", body: fields }).catch(() => null);
      if (answer?.status !== 204) return;
      show(on);
      if (on) play();
    });
    const wake = () => { if (isOn()) openOutput(); };
    for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, wake, { once: true });
    document.addEventListener("desk:ready", () => { if (isOn()) playOnce(); });
  });
})();
