"use strict";
const root = document.documentElement;
const button = document.getElementById("language");
button.hidden = false;
button.addEventListener("click", () => {
  root.lang = root.lang === "da" ? "en" : "da";
  document.title = root.lang === "da" ? root.dataset.titleDa : root.dataset.titleEn;
});
