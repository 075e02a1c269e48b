// The two interactive parts of the page: the panel beside the confusion matrix and the selector of
// the filter whose activations are shown. The rest of the page works without this script.
"use strict";

// Longer side of an enlarged map, in pixels; approximate, because maps are enlarged by whole factors.
const SIDE = 112;

const language = document.documentElement.lang;

function number(value, digits) {
  const decimals = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return Number(value ?? NaN).toLocaleString(language, decimals);
}

// `text` with each `{name}` replaced by the value of that name.
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (placeholder, name) => values[name] ?? placeholder);
}

function element(name, properties, ...children) {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...children);
  return created;
}

// Shows the images of the cell under the mouse, otherwise those of the cell that was last clicked or
// focused.
function confusion(cells) {
  const matrix = document.getElementById("matrix");
  const panel = document.getElementById("panel");
  if (!matrix || !panel) return;

  const key = (target, predicted) => `${target} ${predicted}`;
  const examples = new Map(cells.map((cell) => [key(cell.target, cell.predicted), cell.examples]));
  const hint = [...panel.childNodes];
  let shown = null;
  let chosen = null;

  function figure(example) {
    const picture = element("img", { src: example.picture, alt: fill(panel.dataset.alt, example) });
    const probability = `${number(100 * example.probability, 1)}%`;
    const caption = element("figcaption", {}, probability);
    return element("figure", { className: "example" }, picture, caption);
  }

  function show(button) {
    if (button === shown) return;
    shown = button;
    if (!button) return panel.replaceChildren(...hint);
    const { target, predicted } = button.dataset;
    const text = element("p", {}, button.getAttribute("aria-label"));
    const figures = (examples.get(key(target, predicted)) ?? []).map(figure);
    panel.replaceChildren(text, element("div", { className: "examples" }, ...figures));
  }

  function choose(event) {
    const button = event.target.closest("button");
    if (!button) return;
    chosen = button;
    show(button);
  }

  matrix.addEventListener("click", choose);
  matrix.addEventListener("focusin", choose);
  matrix.addEventListener("mouseover", (event) => {
    const button = event.target.closest("button");
    if (button) show(button);
  });
  matrix.addEventListener("mouseleave", () => show(chosen));
}

// Draws the activation maps of the selected filter. A strip holds all maps of a layer for one image,
// one below the other.
function activations({ layers }) {
  const selector = document.getElementById("filter");
  const output = document.getElementById("filter-number");
  const ranges = document.querySelectorAll("#activations .range");
  const maps = [];

  // A layer with fewer filters shows its last.
  const selected = (layer) => Math.min(Number(selector?.value ?? 0), layer.filters - 1);

  function draw({ canvas, layer, strip }) {
    if (!strip.complete || strip.naturalWidth === 0) return;
    const { width, height } = layer;
    const filter = selected(layer);
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(strip, 0, filter * height, width, height, 0, 0, canvas.width, canvas.height);
    canvas.dataset.filter = filter;
  }

  function update() {
    if (output) output.textContent = selector?.value ?? "";
    ranges.forEach((range, index) => {
      const filter = selected(layers[index]);
      const [low, high] = layers[index].ranges[filter];
      const values = { filter, low: number(low, 2), high: number(high, 2) };
      range.textContent = fill(range.dataset.text, values);
    });
    maps.forEach(draw);
  }

  for (const canvas of document.querySelectorAll("#activations canvas")) {
    const layer = layers[canvas.dataset.layer];
    const zoom = Math.max(1, Math.round(SIDE / Math.max(layer.width, layer.height)));
    canvas.width = layer.width * zoom;
    canvas.height = layer.height * zoom;
    const map = { canvas, layer, strip: new Image() };
    map.strip.addEventListener("load", () => draw(map));
    map.strip.src = layer.strips[canvas.dataset.image];
    maps.push(map);
  }
  selector?.addEventListener("input", update);
  update();
}

const data = JSON.parse(document.querySelector("script#data")?.textContent ?? "{}");
if (data.cells) confusion(data.cells);
if (data.journey) activations(data.journey);
