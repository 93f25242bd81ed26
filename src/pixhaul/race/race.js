"use strict";
// A lane that is pointed at or has the focus says what it shows; the arrow keys go from lane to lane.
for (const card of document.querySelectorAll(".card")) {
  const lanes = [...card.querySelectorAll(".lane")];
  const said = card.querySelector(".said");
  if (!said) continue;
  const first = said.textContent;
  const say = (lane) => { said.textContent = lane ? lane.getAttribute("aria-label") : first; };
  lanes.forEach((lane, place) => {
    lane.addEventListener("pointerenter", () => say(lane));
    lane.addEventListener("pointerleave", () => say(null));
    lane.addEventListener("focus", () => say(lane));
    lane.addEventListener("blur", () => say(null));
    lane.addEventListener("keydown", (event) => {
      const to = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: lanes.length - 1 }[event.key];
      if (to === undefined || !lanes[to]) return;
      event.preventDefault();
      lane.setAttribute("tabindex", "-1");
      lanes[to].setAttribute("tabindex", "0");
      lanes[to].focus();
      say(lanes[to]); // a page in the background hears of no focus
    });
  });
}
