// Times of all pages in the reader's zone: "12 min ago" for the past, the local time for the future. The title is exact.
// Rows of a log, whose order and distance count, have date and time.
(() => {
  "use strict";
  const MINUTE = 60, HOUR = 3600, DAY = 86400;
  // The language of the page, in the regional form that the browser prefers.
  const language = document.documentElement.lang;
  const locale = navigator.languages.find((tag) => tag.split("-")[0] === language) ?? language;
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });

  const describeFuture = (moment) => {
    const isToday = new Date().toDateString() === moment.toDateString();
    const day = isToday ? {} : { weekday: "short", day: "numeric", month: "short" };
    const time = moment.toLocaleString(locale, { ...day, hour: "2-digit", minute: "2-digit" });
    return document.querySelector("meta[name=texts]").dataset.at.replace("{time}", time);
  };
  const describeTime = (moment) => {
    const seconds = (moment - Date.now()) / 1000;
    if (seconds > 0) return describeFuture(moment);
    if (seconds > -HOUR) return words.format(Math.round(seconds / MINUTE), "minute");
    if (seconds > -DAY) return words.format(Math.round(seconds / HOUR), "hour");
    if (seconds > -14 * DAY) return words.format(Math.round(seconds / DAY), "day");
    return moment.toLocaleDateString(locale);
  };
  const describeLogged = (moment) => moment.toLocaleString(locale, { dateStyle: "medium", timeStyle: "medium" });
  const show = (times, describe) => {
    for (const time of times) {
      const moment = new Date(time.dateTime);
      time.textContent = describe(moment);
      time.title = moment.toLocaleString(locale, { dateStyle: "full", timeStyle: "long" });
    }
  };
  const localiseTimes = (root) => {
    show(root.querySelectorAll("time[data-desk-time]"), describeTime);
    show(root.querySelectorAll("time[data-log-time]"), describeLogged);
  };

  window.times = { locale, localiseTimes };
  document.addEventListener("DOMContentLoaded", () => {
    localiseTimes(document);
    document.addEventListener("htmx:afterSettle", () => localiseTimes(document));
    setInterval(() => localiseTimes(document), 30_000);
  });
})();
