/** The browser's own speech recognition, where it has one. */

const Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;

export const canRecognise = () => Boolean(Recognition);

/** Calls `heard` with each piece of text as it is understood. Returns what stops it. */
export function recognise(language, heard) {
  const recognition = new Recognition();
  recognition.lang = language;
  recognition.continuous = true;
  recognition.onresult = ({ results, resultIndex }) => {
    for (const result of [...results].slice(resultIndex)) if (result.isFinal) heard(result[0].transcript.trim());
  };
  recognition.onerror = () => {}; // then the words are typed
  recognition.start();
  return () => recognition.stop();
}
