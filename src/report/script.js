// The two parts of the page that answer to its reader: the panel of the confusion matrix and the
// filter selector of the journey. Without this script the rest of the page is complete.
"use strict";

// Enlarged maps are about this many pixels wide or high.
const SIDE = 112;

const language = document.documentElement.lang;

function number(value, digits) {
  const decimals = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return Number(value ?? NaN).toLocaleString(language, decimals);
}

// `text` with each `{name}` replaced by that value.
function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (placeholder, name) => values[name] ?? placeholder);
}

function element(name, properties, ...children) {
  const created = Object.assign(document.createElement(name), properties);
  created.append(...children);
  return created;
}

// Shows the images of a cell while the mouse is over it; those of the cell that was last clicked or
// reached by keyboard stay.
function confusion(cells) {
  const matrix = document.getElementById("matrix");
  const panel = document.getElementById("panel");
  if (!matrix || !panel) return;

  const key = (truth, given) => `${truth} ${given}`;
  const examples = new Map(cells.map((cell) => [key(cell.truth, cell.given), cell.examples]));
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
    const { truth, given } = button.dataset;
    const text = element("p", {}, button.getAttribute("aria-label"));
    const figures = (examples.get(key(truth, given)) ?? []).map(figure);
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

// Draws the selected filter's maps. A strip holds all maps of a layer, one below the other.
function journey({ stations }) {
  const selector = document.getElementById("filter");
  const output = document.getElementById("filter-number");
  const ranges = document.querySelectorAll("#stations .range");
  const maps = [];

  // A layer with fewer filters shows its last.
  const selected = (station) => Math.min(Number(selector?.value ?? 0), station.filters - 1);

  function draw({ canvas, station, strip }) {
    if (!strip.complete || strip.naturalWidth === 0) return;
    const { width, height } = station;
    const filter = selected(station);
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(strip, 0, filter * height, width, height, 0, 0, canvas.width, canvas.height);
    canvas.dataset.filter = filter;
  }

  function update() {
    if (output) output.textContent = selector?.value ?? "";
    ranges.forEach((range, index) => {
      const filter = selected(stations[index]);
      const [low, high] = stations[index].ranges[filter];
      const values = { filter, low: number(low, 2), high: number(high, 2) };
      range.textContent = fill(range.dataset.text, values);
    });
    maps.forEach(draw);
  }

  for (const canvas of document.querySelectorAll("#stations canvas")) {
    const station = stations[canvas.dataset.station];
    const zoom = Math.max(1, Math.round(SIDE / Math.max(station.width, station.height)));
    canvas.width = station.width * zoom;
    canvas.height = station.height * zoom;
    const map = { canvas, station, strip: new Image() };
    map.strip.addEventListener("load", () => draw(map));
    map.strip.src = station.strips[canvas.dataset.subject];
    maps.push(map);
  }
  selector?.addEventListener("input", update);
  update();
}

const data = JSON.parse(document.querySelector("script#data")?.textContent ?? "{}");
if (data.cells) confusion(data.cells);
if (data.journey) journey(data.journey);
