// Charts of changed numbers, in the place of those of the run: what is now, with the run's in outline.
function liveCharts(record, page, figures) {
  const SPACE = "http://www.w3.org/2000/svg", INK = "#1b2733", SOFT = "#4d5b67", RULE = "#d3dbe1", WIDE = 520, HIGH = 310, LEFT = 62, TOP = 80, BOTTOM = 30;
  const shape = (name, attributes, text) => {
    const part = document.createElementNS(SPACE, name);
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
    if (text !== undefined) part.textContent = text;
    return part;
  };
  const label = (text, x, y, more) => shape("text", { x, y, "font-size": 11, fill: INK, ...more }, text);
  const bar = (x, y, width, height, fill, more) => shape("rect", { x, y, width: Math.max(0, width), height: Math.max(0, height), fill, ...more });
  const short = (value) => Math.abs(value) >= 2e6 ? fixedText(value / 1e6, 2) + "M" : Math.abs(value) >= 2e4 ? fixedText(value / 1e3, 0) + "k" : fixedText(value, Math.abs(value) < 100 ? 1 : 0);
  const picture = (high, words, parts) => {
    const drawn = shape("svg", { viewBox: "0 0 " + WIDE + " " + high, role: "img", "aria-label": words });
    drawn.append(...parts);
    return drawn;
  };
  const heading = (title, unit) => [label(title, 0, 16, { "font-size": 14, "font-weight": "bold" }), label(unit + "; outlined: the submitted run", 0, 34, { fill: SOFT })];

  // The upright axis with lines at round numbers.
  function upright(values, top) {
    const low = Math.min(0, ...values), high = Math.max(0, ...values), raw = (high - low || 1) / 5, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 2.5, 5, 10].find((times) => times * power >= raw * 0.999) * power, first = Math.floor(low / step + 1e-9), last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
    const y = (value) => top + (last * step - value) / ((last - first) * step) * (HIGH - top - BOTTOM), lines = [];
    for (let at = first; at <= last; at++) lines.push(shape("path", { d: "M" + LEFT + "," + y(at * step).toFixed(1) + " H" + WIDE, stroke: at === 0 ? INK : RULE, fill: "none" }),
      label(at ? short(at * step) : "0", LEFT - 8, y(at * step) + 4, { "text-anchor": "end", fill: SOFT }));
    return { y, lines };
  }

  const cut = (name, most) => name.length > most ? name.slice(0, most - 1) + "\u2026" : name;
  const legend = (series) => series.flatMap((one, at) => [bar(at % 2 * 260, 44 + (at >> 1) * 18, 11, 11, one.colour), label(cut(one.name, 40), at % 2 * 260 + 16, 54 + (at >> 1) * 18)]);
  const topFor = (series) => TOP + ((series.length - 1) >> 1) * 18;

  function bars(title, unit, years, series) {
    const { y, lines } = upright(series.flatMap((one) => one.values.concat(one.before)).filter(Number.isFinite), topFor(series)), step = (WIDE - LEFT) / years.length, wide = Math.min(70, step * 0.8 / series.length);
    const parts = [...heading(title, unit), ...legend(series), ...lines];
    years.forEach((year, at) => {
      const middle = LEFT + step * (at + 0.5);
      if (step > 34 || at % Math.ceil(34 / step) === 0) parts.push(label(year, middle, HIGH - 10, { "text-anchor": "middle" }));
      series.forEach((one, which) => {
        const x = middle + (which - series.length / 2) * wide + 2, now = one.values[at], then = one.before[at];
        // A year without a number has no bar, which is not one of nothing.
        if (Number.isFinite(now)) parts.push(bar(x, Math.min(y(0), y(now)), wide - 4, Math.abs(y(now) - y(0)), one.colour));
        if (Number.isFinite(then)) parts.push(bar(x, Math.min(y(0), y(then)), wide - 4, Math.abs(y(then) - y(0)), "none", { stroke: INK, "stroke-dasharray": "3 2" }));
        if (wide > 34 && Number.isFinite(now)) parts.push(label(short(now), x + wide / 2 - 2, Math.min(y(0), y(now), Number.isFinite(then) ? y(then) : y(0)) - 5, { "text-anchor": "middle" }));
      });
    });
    return picture(HIGH, title + ": " + series.map((one) => one.name + " " + years.map((year, at) => year + " " + fixedText(one.values[at], 0)).join(", ")).join("; "), parts);
  }

  function stacked(title, unit, years, series) {
    const sums = years.map((_, at) => [1, -1].map((sign) => series.reduce((sum, one) => sum + (one.values[at] * sign > 0 ? one.values[at] : 0), 0)));
    const then = years.map((_, at) => series.reduce((sum, one) => sum + one.before[at], 0));
    const { y, lines } = upright(sums.flat().concat(then), topFor(series)), step = (WIDE - LEFT) / years.length, wide = Math.min(110, step * 0.6), parts = [...heading(title, unit), ...legend(series), ...lines];
    years.forEach((year, at) => {
      const middle = LEFT + step * (at + 0.5);
      let above = 0, below = 0;
      for (const one of series) {
        const value = one.values[at], start = value >= 0 ? above : below, drawn = bar(middle - wide / 2, Math.min(y(start), y(start + value)), wide, Math.abs(y(start + value) - y(start)), one.colour);
        drawn.append(shape("title", {}, one.name + ", " + year + ": " + fixedText(value, 1) + " " + unit));
        parts.push(drawn);
        if (value >= 0) above += value; else below += value;
      }
      parts.push(bar(middle - wide / 2, Math.min(y(0), y(then[at])), wide, Math.abs(y(then[at]) - y(0)), "none", { stroke: INK, "stroke-dasharray": "3 2" }),
        label(year, middle, HIGH - 10, { "text-anchor": "middle" }));
      if (step > 40) parts.push(label(short(above + below), middle, Math.min(y(above), y(then[at])) - 5, { "text-anchor": "middle" }));
    });
    return picture(HIGH, title, parts);
  }

  function waterfall(title, unit, steps) {
    const names = 196, high = 34, levels = [];
    for (const [, value, total] of steps) { const start = levels.length && !total ? levels[levels.length - 1][1] : 0; levels.push([start, total ? value : start + value]); }
    const least = Math.min(0, ...levels.flat()), most = Math.max(0, ...levels.flat()) || 1, x = (value) => names + (value - least) / (most - least) * (WIDE - names - 90);
    const parts = [label(title, 0, 16, { "font-size": 14, "font-weight": "bold" }), label(unit, 0, 34, { fill: SOFT })];
    steps.forEach(([name, value, total], at) => {
      const [left, right] = [x(levels[at][0]), x(levels[at][1])].sort((a, b) => a - b), top = 50 + at * high, weight = total ? "bold" : "normal";
      parts.push(bar(left, top, Math.max(1, right - left), high - 12, record.charts.colours[total ? 0 : value >= 0 ? 2 : 1]),
        label(cut(name, 30), names - 8, top + 15, { "text-anchor": "end", "font-size": 12, "font-weight": weight }),
        label((value > 0 && !total ? "+" : "") + fixedText(value, 0).replace("-", "\u2212"), right + 6, top + 15, { "font-size": 12, "font-weight": weight }));
    });
    return picture(54 + steps.length * high, title + ": " + steps.map(([name, value]) => name + " " + fixedText(value, 0)).join("; "), parts);
  }

  // -- what each shows

  const held = figures.map((figure) => ({ key: figure.dataset.live, box: figure.firstElementChild, parts: Array.from(figure.firstElementChild.childNodes), figure }));

  function everSmaller(series) {
    const found = [], size = (one) => Math.abs(exactSum(one.values));
    for (;;) {
      const whole = exactSum(series.map(size)), small = series.filter((one) => size(one) > 0 && size(one) < record.charts.small * whole);
      if (!small.length || small.length === series.length) return found;
      found.push(small);
      series = small;
    }
  }

  function drawn(key, now, then) {
    const { charts, labels } = record;
    const byYear = ([id, name], colour) => ({ name, colour, values: labels.map((_, at) => now.value(id + ":" + at)), before: labels.map((_, at) => then.value(id + ":" + at)) });
    const units = (list) => [...new Set(list.map(([, , unit]) => unit))].join(" and ");
    if (key === "pair") return bars(charts.pair.map(([, name]) => name).join(" and ") + ", by year", units(charts.pair), labels, charts.pair.map((one, at) => byYear(one, charts.colours[at])));
    if (key === "credits") return bars(charts.credits[0][1] + ", by year", units(charts.credits), labels, [byYear(charts.credits[0], charts.colours[2])]);
    if (key === "balance") {
      const { level, leakage, reductions, credits, unit } = charts.balance;
      const steps = [[level[1], now.total(level[0]), true], ...charts.sources.map(({ name }, at) => [name, -exactSum(labels.map((_, year) => now.source(at, year))), false])];
      if (leakage) steps.push([leakage[1], -now.total(leakage[0]), false]);
      steps.push([reductions[1], now.total(reductions[0]), true]);
      if (credits) {
        const less = now.total(credits[0]) - now.total(reductions[0]);
        if (Math.abs(less) > 1e-9) steps.push(["Held back", less, false]);
        steps.push([credits[1], now.total(credits[0]), true]);
      }
      return waterfall("From " + level[1] + " to " + steps[steps.length - 1][0] + ", all years", unit, steps);
    }
    const series = charts.sources.map(({ name }, at) => ({ name, colour: charts.palette[at % charts.palette.length], values: labels.map((_, year) => now.source(at, year)), before: labels.map((_, year) => then.source(at, year)) }));
    const part = key === "sources" ? series : everSmaller(series)[Number(key.split(":")[1])];
    return part ? stacked(key === "sources" ? "Emissions by source" : "The smallest sources, enlarged", charts.pair.length > 1 ? charts.pair[1][2] : "", labels, part) : null;
  }

  // Draw all for other numbers, or put back those of the run; without a result there is none to draw.
  return { show(moved, now, then) {
    for (const { key, box, parts, figure } of held) {
      const made = moved && now ? drawn(key, now, then) : null;
      figure.hidden = moved && !made;
      if (made) box.replaceChildren(made); else box.replaceChildren(...parts);
    }
  } };
}
