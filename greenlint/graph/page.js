"use strict";
// A step is marked in the picture and in the source together; the arrow keys walk through the proof.
const nodes = [...document.querySelectorAll("a.node")].sort((one, other) => order(one) - order(other));
let current = -1;

function order(element) {
  const [, proof, step] = /^p(\d+)s(\d+)$/.exec(element.dataset.step);
  return proof * 1e6 + Number(step);
}

function mark(index) {
  if (index < 0 || index >= nodes.length) return;
  current = index;
  const step = nodes[index].dataset.step;
  for (const other of document.querySelectorAll(".now")) other.classList.remove("now");
  for (const other of document.querySelectorAll(`[data-step="${step}"]`)) other.classList.add("now");
  document.getElementById(step).scrollIntoView({ block: "center" });
  nodes[index].scrollIntoView({ block: "nearest", inline: "nearest" });
  history.replaceState(null, "", `#${step}`);
}

nodes.forEach((node, index) => node.addEventListener("click", (event) => {
  event.preventDefault();
  mark(index);
}));
document.addEventListener("keydown", (event) => {
  const steps = { ArrowRight: 1, ArrowDown: 1, j: 1, n: 1, ArrowLeft: -1, ArrowUp: -1, k: -1, p: -1 };
  const step = event.ctrlKey || event.metaKey || event.altKey ? undefined : steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  mark(Math.max(0, current + step));
});
mark(nodes.findIndex((node) => `#${node.dataset.step}` === location.hash));
