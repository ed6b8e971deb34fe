/** The browser's own speech recognition, if it has one. */

const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;

export const canDictate = () => Boolean(Recognition);

/** Calls `onText` with each recognised piece of text. Returns the function that stops it. */
export function startDictation(language, onText) {
  const recognition = new Recognition();
  recognition.lang = language;
  recognition.continuous = true;
  recognition.onresult = ({ results, resultIndex }) => {
    for (const result of [...results].slice(resultIndex)) {
      if (result.isFinal) onText(result[0].transcript.trim());
    }
  };
  recognition.onerror = () => {}; // the user can still type
  recognition.start();
  return () => recognition.stop();
}
