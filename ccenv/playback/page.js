"use strict";

const COLOURS = {
  inbound: "#0072b2", outbound: "#56b4e9", "wrap-up": "#f0e442", reserved: "#009e73", idle: "#cdd1d6", away: "#80868c",
  ringing: "#009e73", waiting: "#d55e00", talking: "#56b4e9",
};
const RUN_STYLES = [{ colour: "#0072b2", dash: [] }, { colour: "#d55e00", dash: [6, 4] }];
const IN_TIME = "#0072b2", LATE = "#d55e00";
const TENTHS = 10, DAY = 86400 * TENTHS, CENTS = 100;
const KEPT = 256; // a full copy of the state every so many instants, for jumps
const LAST_ACTIONS = 5;
const SPANS = [60, 120, 300, 600, 900, 1800]; // seconds for which a curve has one point, or a multiple of the last
const MOST_SPANS = 250;
const LEFT = 52, RIGHT = 26; // margins of the chart

const $ = (id) => document.getElementById(id);
let data, runs, now, playing = false, before = 0;

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text.trim()), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function running(differences, first) {
  let sum = first;
  return differences.map((step) => (sum += step));
}

// Number of entries of a sorted list that are at most t.
function upTo(list, t) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= t) low = middle + 1; else high = middle;
  }
  return low;
}

// One recording: its state at any time, from changes and from copies of the state in between.
class Run {
  constructor(packed, size, first) {
    this.name = packed.name;
    this.reward = packed.reward;
    this.times = running(packed.times, first);
    this.ends = running(packed.n, 0);
    this.number = packed.number;
    this.value = packed.value;
    this.acted = running(packed.acted, first);
    this.action = packed.action;
    this.waits = packed.waits.map((queue) => {
      const start = running(queue.start, first), virtual = new Set(queue.virtual);
      return { start, end: start.map((s, k) => s + queue.length[k]), virtual };
    });
    this.state = new Float64Array(size);
    this.copies = [];
    this.at = -1;
    for (let k = 0; k < this.times.length; k++) {
      if (k % KEPT === 0) this.copies.push(this.state.slice());
      this.apply(k);
    }
    this.at = this.times.length - 1;
  }

  apply(k) {
    for (let j = k ? this.ends[k - 1] : 0; j < this.ends[k]; j++) this.state[this.number[j]] = this.value[j];
  }

  // The state at time t; before the first instant that of the first instant.
  seek(t) {
    const k = Math.max(upTo(this.times, t) - 1, 0);
    if (k < this.at || k > this.at + KEPT) {
      const copy = Math.floor(k / KEPT);
      this.state.set(this.copies[copy]);
      this.at = copy * KEPT - 1;
    }
    while (this.at < k) this.apply(++this.at);
    return this.state;
  }

  waiting(q, t) {
    const { start, end, virtual } = this.waits[q], found = [];
    for (let k = 0, n = upTo(start, t); k < n; k++) if (end[k] > t) found.push({ since: start[k], virtual: virtual.has(k) });
    return found;
  }

  over(t) { return t >= this.times[this.times.length - 1]; }

  rewardAt(t, state) { return this.over(t) ? this.reward : state[data.places.reward[0]] / CENTS; }
}

function sum(state, places) { return places.reduce((total, place) => total + state[place], 0); }

function kpiAt(kpi, state) {
  const above = sum(state, kpi.above);
  return kpi.below.length ? above / sum(state, kpi.below) : above;
}

function figure(value, unit) {
  if (Number.isNaN(value)) return "n/a";
  if (unit === "share") return (100 * value).toFixed(1) + " %";
  if (Math.abs(value) < 0.005) return "0";
  return value.toLocaleString("en-GB", { maximumFractionDigits: 2 });
}

function two(number) { return String(number).padStart(2, "0"); }

function clock(t) {
  const s = Math.floor((t % DAY) / TENTHS);
  return `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

function duration(tenths) {
  const s = Math.floor(tenths / TENTHS);
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}`
    : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

// Long names often differ at their end, so the middle is left out.
function shortened(name) { return name.length > 18 ? `${name.slice(0, 8)}\u2026${name.slice(-8)}` : name; }

function element(tag, properties, ...children) {
  const made = document.createElement(tag);
  Object.assign(made, properties);
  made.append(...children);
  return made;
}

// A canvas as large as its place on the page, in the pixels of the screen.
function brush(canvas) {
  const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

function drawDots(canvas, contacts, target, t, longest) {
  const { context, width, height } = brush(canvas);
  const step = Math.min(13, (width - 2) / Math.max(longest, 1)), radius = Math.max(1, Math.min(5, step / 2 - 1));
  contacts.forEach((contact, k) => {
    context.beginPath();
    context.arc(2 + step * (k + 0.5), height / 2, radius, 0, 2 * Math.PI);
    const colour = t - contact.since > target * TENTHS ? LATE : IN_TIME;
    if (contact.virtual) {
      context.strokeStyle = colour;
      context.lineWidth = 1.5;
      context.stroke();
    } else {
      context.fillStyle = colour;
      context.fill();
    }
  });
}

function drawBlocks(canvas, counts, colours, longest) {
  const { context, width, height } = brush(canvas);
  const step = Math.min(13, width / Math.max(longest, 1)), gap = step >= 4 ? 1 : 0;
  let before = 0;
  counts.forEach((n, k) => {
    context.fillStyle = colours[k];
    if (gap) for (let i = before; i < before + n; i++) context.fillRect(i * step, 0, step - gap, height);
    else if (n) context.fillRect(before * step, 0, Math.max(n * step, 1), height);
    before += n;
  });
}

// The panel of one run: its elements, made once, and how they show a time.
class Panel {
  constructor(run) {
    this.run = run;
    this.tiles = data.kpis.map((kpi) => this.tile(kpi.label));
    this.rewardTile = this.tile("reward");
    const queues = this.rows("Queues", data.queues, data.top.queues, ["waiting", "longest"]);
    const groups = this.rows("Advisors", data.groups, data.top.groups, ["idle", "on duty"]);
    const campaigns = this.rows("Lines", data.campaigns, data.top.campaigns, ["ringing", "dropped"]);
    this.queues = queues.rows;
    this.groups = groups.rows;
    this.campaigns = campaigns.rows;
    this.actions = element("ul", { className: "actions" });
    this.root = element("section", { className: "panel" },
      element("h2", { textContent: run.name }),
      element("div", { className: "kpis" }, ...this.tiles, this.rewardTile),
      element("div", { className: "parts" },
        ...(data.queues.length ? [queues.root] : []), groups.root,
        ...(data.campaigns.length ? [campaigns.root] : []),
        element("div", {}, element("h3", {}, "Last actions"), this.actions)));
    this.root.dataset.run = run.name;
    this.longest = this.longestBars();
  }

  tile(label) {
    const made = element("div", { className: "kpi" }, element("span", { textContent: label }), element("b"));
    made.dataset.kpi = label;
    return made;
  }

  rows(title, entities, top, heads) {
    const shown = new Set(top), hidden = entities.length - shown.size;
    const head = element("h3", {}, title), root = element("div", {}, head);
    if (hidden > 0) {
      const toggle = element("button", { type: "button", textContent: `and ${hidden} more` });
      toggle.onclick = () => {
        const all = root.classList.toggle("all");
        toggle.textContent = all ? `show ${shown.size}` : `and ${hidden} more`;
        show();
      };
      head.append(toggle);
    }
    root.append(element("div", { className: "row head" }, element("span"), element("span"),
      ...heads.map((text) => element("span", { className: "n", textContent: text }))));
    const rows = entities.map((entity, k) => {
      const canvas = element("canvas");
      const cells = heads.map(() => element("span", { className: "n" }));
      const row = element("div", { className: shown.has(k) ? "row" : "row more" },
        element("span", { textContent: shortened(entity.name), title: entity.name }), canvas, ...cells);
      row.dataset.name = entity.name;
      root.append(row);
      return { row, canvas, cells, hidden: () => !shown.has(k) && !root.classList.contains("all") };
    });
    return { root, rows };
  }

  // The longest bar of each part over the day and over all runs, so that bars can be compared.
  longestBars() {
    const found = { queue: 1, group: 1, campaign: 1 };
    for (const run of runs) {
      const state = new Float64Array(run.state.length);
      for (let k = 0, j = 0; k < run.times.length; k++) {
        for (; j < run.ends[k]; j++) state[run.number[j]] = run.value[j];
        for (const place of data.places.queue) found.queue = Math.max(found.queue, state[place]);
        for (const place of data.places.campaign) {
          found.campaign = Math.max(found.campaign, state[place] + state[place + 1] + state[place + 2]);
        }
        for (const place of data.places.group) {
          let n = 0;
          for (let i = 0; i < data.states.length; i++) n += state[place + i];
          found.group = Math.max(found.group, n);
        }
      }
    }
    return found;
  }

  show(t) {
    const state = this.run.seek(t), { places } = data;
    data.kpis.forEach((kpi, k) => this.fill(this.tiles[k], kpiAt(kpi, state), kpi.unit));
    this.fill(this.rewardTile, this.run.rewardAt(t, state), "");
    this.queues.forEach((row, q) => {
      if (row.hidden()) return;
      const contacts = this.run.waiting(q, t), target = data.queues[q].target;
      drawDots(row.canvas, contacts, target, t, this.longest.queue);
      row.cells[0].textContent = contacts.length;
      const wait = contacts.length ? t - contacts[0].since : 0;
      row.cells[1].textContent = contacts.length ? duration(wait) : "-";
      row.cells[1].classList.toggle("late", wait > target * TENTHS);
    });
    this.groups.forEach((row, g) => {
      if (row.hidden()) return;
      const counts = Array.from(state.subarray(places.group[g], places.group[g] + data.states.length));
      drawBlocks(row.canvas, counts, data.states.map((name) => COLOURS[name]), this.longest.group);
      row.cells[0].textContent = counts[data.states.indexOf("idle")];
      row.cells[1].textContent = counts.reduce((a, b) => a + b, 0);
    });
    this.campaigns.forEach((row, c) => {
      if (row.hidden()) return;
      const counts = Array.from(state.subarray(places.campaign[c], places.campaign[c] + 3));
      drawBlocks(row.canvas, counts, data.lines.map((name) => COLOURS[name]), this.longest.campaign);
      const [joined, dropped] = [3, 4].map((k) => state[places.campaign[c] + k]), share = dropped / (joined + dropped);
      row.cells[0].textContent = counts[0];
      row.cells[1].textContent = figure(share, "share");
      row.cells[1].classList.toggle("late", share > data.campaigns[c].limit);
    });
    this.list(t);
    this.root.dataset.counters = JSON.stringify(
      Object.fromEntries(Object.entries(data.counters).map(([name, place]) => [name, state[place]])));
  }

  fill(tile, value, unit) {
    tile.dataset.value = value;
    tile.lastChild.textContent = figure(value, unit);
  }

  list(t) {
    const n = upTo(this.run.acted, t);
    if (n === this.listed) return;
    this.listed = n;
    const lines = [];
    for (let k = n - 1; k >= Math.max(0, n - LAST_ACTIONS); k--) {
      lines.push(element("li", {}, element("time", { textContent: clock(this.run.acted[k]) }),
        data.actions[this.run.action[k]]));
    }
    this.actions.replaceChildren(...(lines.length ? lines : [element("li", {}, "none yet")]));
  }
}

// Curves of the day: name, value of a state, unit; `level`: shown as means over time.
function metrics() {
  const { places } = data;
  const idle = data.states.indexOf("idle");
  return [
    ...(places.queue.length ? [{ name: "contacts waiting", of: (s) => sum(s, places.queue), unit: "", level: true }] : []),
    { name: "idle advisors", of: (s) => sum(s, places.group.map((place) => place + idle)), unit: "", level: true },
    ...(places.campaign.length ? [{ name: "lines ringing", of: (s) => sum(s, places.campaign), unit: "", level: true }] : []),
    ...data.kpis.map((kpi) => ({ name: `${kpi.label} so far`, of: (s) => kpiAt(kpi, s), unit: kpi.unit })),
    { name: "reward so far", of: (s) => s[places.reward[0]] / CENTS, unit: "" },
  ];
}

class Chart {
  constructor() {
    this.metrics = metrics();
    $("metric").append(...this.metrics.map((metric, k) => element("option", { value: k, textContent: metric.name })));
    $("metric").onchange = () => { this.compute(); this.draw(); };
    $("chart").onpointerdown = (event) => this.point(event);
    $("chart").onpointermove = (event) => { if (event.buttons) this.point(event); };
    $("chartlegend").append(...runs.map((run, k) => {
      const { colour, dash } = RUN_STYLES[k], mark = element("span");
      mark.innerHTML = `<svg width="28" height="8"><line x1="0" x2="28" y1="4" y2="4" stroke="${colour}" ` +
        `stroke-width="2" stroke-dasharray="${dash.join(" ")}"/></svg>`;
      mark.append(run.name);
      return mark;
    }));
    this.compute();
  }

  compute() {
    const metric = this.metrics[Number($("metric").value)];
    const least = (data.end - data.start) / MOST_SPANS / TENTHS, longest = SPANS[SPANS.length - 1];
    this.span = (SPANS.find((span) => span >= least) || longest * Math.ceil(least / longest)) * TENTHS;
    this.curves = runs.map((run) => (metric.level ? this.means(run, metric) : this.samples(run, metric)));
    const all = this.curves.flat().map(([, value]) => value);
    const low = Math.min(0, ...all), high = Math.max(low + (metric.unit === "share" ? 0.01 : 1), ...all);
    const part = (high - low) / 4, power = 10 ** Math.floor(Math.log10(part));
    this.step = power * [1, 2, 5, 10].find((factor) => power * factor >= part * (1 - 1e-9));
    this.low = Math.floor(low / this.step) * this.step;
    this.high = Math.ceil(high / this.step - 1e-9) * this.step;
    this.unit = metric.unit;
  }

  // Values at the end of each span.
  samples(run, metric) {
    const points = [];
    for (let t = data.start; t < data.end + this.span; t += this.span) {
      const at = Math.min(t, data.end), value = metric.of(run.seek(at));
      if (!Number.isNaN(value)) points.push([at, value]);
    }
    return points;
  }

  // Means over the time of each span, in its middle.
  means(run, metric) {
    const n = Math.max(1, Math.ceil((data.end - data.start) / this.span)), sums = new Float64Array(n);
    let since = data.start, value = metric.of(run.seek(data.start));
    const add = (until) => {
      while (since < until) {
        const k = Math.min(Math.floor((since - data.start) / this.span), n - 1);
        const end = k === n - 1 ? until : Math.min(until, data.start + (k + 1) * this.span);
        sums[k] += value * (end - since);
        since = end;
      }
    };
    for (const t of run.times) {
      add(t);
      value = metric.of(run.seek(t));
    }
    add(data.end);
    return Array.from(sums, (sum, k) => {
      const from = data.start + k * this.span, until = Math.min(from + this.span, data.end);
      return [(from + until) / 2, sum / Math.max(until - from, 1)];
    });
  }

  x(t, width) { return LEFT + ((width - LEFT - RIGHT) * (t - data.start)) / (data.end - data.start); }

  point(event) {
    const box = $("chart").getBoundingClientRect();
    jump(data.start + ((event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT)) * (data.end - data.start));
  }

  draw() {
    const { context, width, height } = brush($("chart")), bottom = height - 20, top = 10;
    const y = (value) => bottom - ((bottom - top) * (value - this.low)) / (this.high - this.low);
    context.font = "11px system-ui, sans-serif";
    context.fillStyle = "#5c636a";
    context.strokeStyle = "#d8dce1";
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let value = this.low; value < this.high + this.step / 2; value += this.step) {
      context.beginPath();
      context.moveTo(LEFT, y(value));
      context.lineTo(width - RIGHT, y(value));
      context.stroke();
      context.fillText(figure(value, this.unit), LEFT - 5, y(value));
    }
    context.textAlign = "center";
    context.textBaseline = "top";
    const hours = (data.end - data.start) / (3600 * TENTHS);
    const step = [0.25, 0.5, 1, 2, 3, 6, 12, 24].find((h) => (hours / h) * 52 < width - LEFT - RIGHT) || 24 * Math.ceil(hours / 240);
    for (let t = Math.ceil(data.start / (step * 36000)) * step * 36000; t <= data.end; t += step * 36000) {
      context.fillText(clock(t).slice(0, 5), this.x(t, width), bottom + 6);
    }
    this.curves.forEach((values, k) => {
      context.strokeStyle = RUN_STYLES[k].colour;
      context.setLineDash(RUN_STYLES[k].dash);
      context.lineWidth = 1.6;
      context.lineJoin = "round";
      context.beginPath();
      values.forEach(([t, value]) => context.lineTo(this.x(t, width), y(value)));
      context.stroke();
    });
    context.setLineDash([]);
    context.strokeStyle = "#1b1f24";
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(this.x(now, width), top - 4);
    context.lineTo(this.x(now, width), bottom);
    context.stroke();
  }
}

let panels, chart;

function show() {
  $("clock").textContent = clock(now);
  $("day").textContent = data.days > 1 ? `day ${Math.floor(now / DAY) + 1}` : "";
  $("position").value = now;
  document.body.dataset.now = now;
  document.body.dataset.playing = playing;
  panels.forEach((panel) => panel.show(now));
  chart.draw();
}

function jump(t) {
  now = Math.min(Math.max(t, data.start), data.end);
  show();
}

function play(on) {
  playing = on;
  if (on && now >= data.end) now = data.start;
  $("play").textContent = on ? "Pause" : "Play";
  $("play").setAttribute("aria-label", on ? "Pause" : "Play");
  document.body.dataset.playing = on;
  before = performance.now();
  if (on) requestAnimationFrame(tick);
}

function tick(time) {
  if (!playing) return;
  const passed = Math.max(0, time - before) / 1000;
  before = time;
  jump(now + passed * Number($("speed").value) * TENTHS);
  if (now >= data.end) play(false);
  else requestAnimationFrame(tick);
}

function colours(names, extra) {
  return names.map((name) => {
    const mark = element("i", { className: extra || "" });
    mark.style.background = COLOURS[name];
    return element("span", {}, mark, name);
  });
}

function legend() {
  const dot = (text, colour, kind) => {
    const mark = element("i", { className: `dot ${kind}` });
    mark.style.background = colour;
    return element("span", {}, mark, text);
  };
  $("legend").append(
    ...(data.queues.length ? [
      dot("waiting", IN_TIME, ""), dot("waiting above target", LATE, ""),
      ...(runs.some((run) => run.waits.some((queue) => queue.virtual.size)) ? [dot("callback", "", "hollow")] : []),
    ] : []),
    ...colours(data.states),
    ...(data.campaigns.length ? colours(["ringing"]).concat(colours(["waiting"]).map((mark) => {
      mark.lastChild.textContent = "connect waiting";
      return mark;
    })) : []));
}

async function begin() {
  data = await unpack($("data").textContent);
  const size = data.places.reward[0] + 1;
  runs = data.runs.map((packed) => new Run(packed, size, data.start));
  $("title").textContent = data.title;
  $("subtitle").textContent = (data.days > 1 ? `${data.days} days` : "one day") +
    (runs.length > 1 ? ", the same contacts under two policies" : "") + `, seed ${data.seed}`;
  $("footer").textContent = "Each dot is a waiting contact, each block a person. Space plays and pauses, the arrow keys " +
    "move by a minute, a click on the curve moves there.";
  $("position").min = data.start;
  $("position").max = data.end;
  $("position").oninput = () => jump(Number($("position").value));
  $("play").onclick = () => play(!playing);
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("select, button") || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === " ") play(!playing);
    else if (event.key === "ArrowRight") jump(now + 60 * TENTHS);
    else if (event.key === "ArrowLeft") jump(now - 60 * TENTHS);
    else return;
    event.preventDefault();
  });
  panels = runs.map((run) => new Panel(run));
  $("panels").classList.toggle("single", runs.length === 1);
  $("panels").append(...panels.map((panel) => panel.root));
  legend();
  now = start();
  chart = new Chart();
  window.addEventListener("resize", show);
  show();
  document.body.dataset.ready = "true";
}

// Where the page starts: `#at=12:30:00`, `#at=end`, else the beginning.
function start() {
  const at = new URLSearchParams(location.hash.slice(1)).get("at");
  if (at === "end") return data.end;
  const parts = (at || "").split(":").map(Number);
  if (!at || parts.some(Number.isNaN)) return data.start;
  const t = parts.reduce((total, part, k) => total + part * [3600, 60, 1][k], 0) * TENTHS;
  return Math.min(Math.max(t, data.start), data.end);
}

begin();
