// What a live report computes with: the functions that the table of operations calls, the runtime of a program, and numbers as they are written.
// The constants and OPERATIONS stand before this file; they are made from the engine's own tables.

// -- what operations call

// Two numbers that agree to the last digits of a float are equal.
const tied = (x, y) => {
  const gap = Math.abs(x - y);
  return gap <= TIE * Math.max(Math.abs(x), Math.abs(y)) && gap < Infinity;
};
const halfEven = (x) => {
  const low = Math.floor(x), part = x - low;
  return part < 0.5 ? low : part > 0.5 ? low + 1 : low % 2 === 0 ? low : low + 1;
};
const isNear = (x) => Math.abs(x - halfEven(x)) <= Math.min(NEAR * Math.max(1, Math.abs(x)), NEAREST);
// What lies near the place where a rounding function jumps counts as this place.
const atSteps = (x, jumps) => isNear(x - jumps) ? halfEven(x - jumps) + jumps : x;
const awayFromZero = (x, up) => (x < 0 ? -1 : 1) * up(Math.abs(x));
function power(x, y) {
  return x !== x || y !== y ? NaN : y === 2 ? x * x : y === 0.5 ? Math.sqrt(x) : y === -1 ? 1 / x : Math.pow(x, y);
}

// -- a program

function spread(runs) {
  let count = 0;
  for (let at = 2; at < runs.length; at += 3) count += runs[at];
  const found = new Int32Array(count);
  let end = 0;
  for (let at = 0; at < runs.length; at += 3) for (let turn = 0; turn < runs[at + 2]; turn++) found[end++] = runs[at] + turn * runs[at + 1];
  return found;
}

const unwritten = (value) => typeof value === "number" ? value : value === "nan" ? NaN : value === "inf" ? Infinity : -Infinity;

class LiveProgram {
  constructor(table) {
    let first = 0;
    this.size = table.size;
    this.groups = table.groups.map((group) => {
      const made = { op: group.op, first, size: group.size, of: group.of, jumps: group.jumps, work: OPERATIONS[group.join || group.op] };
      first += group.size;
      if (group.values) made.values = group.values.map(unwritten);
      if (group.places) made.places = spread(group.places);
      if (group.read) made.read = group.read.map(spread);
      if (group.lengths) made.lengths = spread(group.lengths);
      return made;
    });
    this.outputs = Object.fromEntries(Object.entries(table.outputs).map(([name, cells]) => [name, spread(cells)]));
    this.nonnegative = spread(table.guards.nonnegative);
    this.finite = spread(table.guards.finite);
  }

  // From the numbers of each input, cell by cell of its array, those of all cells.
  run(inputs) {
    const cells = new Float64Array(this.size);
    for (const group of this.groups) {
      const { first, size, work, read } = group;
      if (group.values) cells.set(group.values, first);
      else if (group.places) for (let at = 0; at < size; at++) cells[first + at] = inputs[group.of][group.places[at]];
      else if (group.lengths) {
        const from = read[0];
        for (let at = 0, next = 0; at < size; at++) {
          let sum = cells[from[next++]];
          // a condition is true or false, and goes on as 1 or 0: neither is the number 0
          for (let turn = 1; turn < group.lengths[at]; turn++) sum = Number(work(sum, cells[from[next++]]));
          cells[first + at] = sum;
        }
      } else if (read.length === 1) for (let at = 0; at < size; at++) cells[first + at] = work(cells[read[0][at]]);
      else if (read.length === 2) for (let at = 0; at < size; at++) cells[first + at] = work(cells[read[0][at]], cells[read[1][at]]);
      else for (let at = 0; at < size; at++) cells[first + at] = work(cells[read[0][at]], cells[read[1][at]], cells[read[2][at]]);
    }
    return cells;
  }

  // Whether what the program relies on holds: no part that is read below zero, no quotient that is infinite.
  holds(cells) {
    return this.nonnegative.every((cell) => cells[cell] >= 0) && this.finite.every((cell) => Number.isFinite(cells[cell]));
  }

  // Cells that a rounding function made of numbers so near a place where it jumps that only fractions decide.
  near(cells) {
    const found = [];
    for (const group of this.groups) if (group.jumps !== undefined)
      for (let at = 0; at < group.size; at++) {
        const value = cells[group.read[0][at]] - group.jumps;
        if (isNear(value) && value !== 0) found.push(group.first + at);
      }
    return found;
  }

  // What follows from some cells, up to the first that have a name: a rounding to a step is a part of what is shown.
  upTo(found, isNamed) {
    const marked = new Uint8Array(this.size), carries = (cell) => marked[cell] === 1 && !isNamed(cell);
    for (const cell of found) marked[cell] = 1;
    for (const { first, size, read, lengths } of found.length ? this.groups : []) if (read) for (let at = 0, next = 0; at < size; at++) {
      const reads = lengths ? read[0].subarray(next, next += lengths[at]) : read.map((own) => own[at]);
      if (reads.some(carries)) marked[first + at] = 1;
    }
    return Array.from(marked.keys()).filter((cell) => marked[cell] === 1 && isNamed(cell));
  }

  // Where a cell comes from: its operation, and the cells that it reads; of a choice only what is taken.
  source(cell, cells) {
    let low = 0, high = this.groups.length - 1;
    while (low < high) { const middle = (low + high + 1) >> 1; if (this.groups[middle].first <= cell) low = middle; else high = middle - 1; }
    const group = this.groups[low], at = cell - group.first;
    if (!group.read) return { op: group.op, reads: [] };
    if (group.lengths) {
      let start = 0;
      for (let turn = 0; turn < at; turn++) start += group.lengths[turn];
      return { op: group.op, reads: [...group.read[0].slice(start, start + group.lengths[at])] };
    }
    const reads = group.read.map((operand) => operand[at]);
    return group.op === "where" ? { op: "same", reads: [cells[reads[0]] !== 0 ? reads[1] : reads[2]] } : { op: group.op, reads };
  }
}

// -- numbers as they are written

const WRITTEN = /^[-+\u2212]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/;

// A written number times num/den as the float next to it, or null for what is none; as the engine converts it, once and exactly.
function readNumber(text, num, den) {
  const plain = text.trim().replace("\u2212", "-");
  if (!WRITTEN.test(plain) || plain.length > 60 || !Number.isFinite(Number(plain)) || (Number(plain) === 0 && /[1-9]/.test(plain.toLowerCase().split("e")[0]))) return null;
  const [mantissa, exponent] = plain.toLowerCase().split("e"), [whole, part] = mantissa.split(".");
  const by = Number(exponent || 0) - (part || "").length;
  if (Math.abs(by) > 700) return null;
  const digits = BigInt((whole + (part || "")).replace("+", "").replace(/^-?$/, "0"));
  let above = digits * BigInt(num), below = BigInt(den);
  if (by >= 0) above *= 10n ** BigInt(by); else below *= 10n ** BigInt(-by);
  const value = nearestFloat(above, below);
  return Number.isFinite(value) && (value !== 0 || digits === 0n) ? value : null;
}

const bitLength = (whole) => whole.toString(2).length;

// The float next to a fraction; of two as near the even one.
function nearestFloat(above, below) {
  if (above === 0n) return 0;
  const size = above < 0n ? -above : above;
  const down = Math.max(bitLength(size) - bitLength(below) - 56, -1076);
  const [top, under] = down < 0 ? [size << BigInt(-down), below] : [size, below << BigInt(down)];
  const joined = ((top / under) << 1n) | (top % under === 0n ? 0n : 1n);
  const drop = Math.max(bitLength(joined) - 53, -1074 - (down - 1)), low = joined & ((1n << BigInt(drop)) - 1n), half = 1n << BigInt(drop - 1);
  let kept = joined >> BigInt(drop);
  if (low > half || (low === half && (kept & 1n) === 1n)) kept += 1n;
  return (above < 0n ? -1 : 1) * Number(kept) * 2 ** (down - 1 + drop);
}

// A float with so many decimals: of two as near the even one, thousands separated; what rounds to nothing has no sign.
function fixedText(value, digits) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0), raw = Number(bits >> 52n), held = bits & ((1n << 52n) - 1n);
  const power = (raw || 1) - 1075;
  let scaled = (raw ? held | (1n << 52n) : held) * 10n ** BigInt(digits);
  if (power >= 0) scaled <<= BigInt(power);
  else {
    const drop = BigInt(-power), low = scaled & ((1n << drop) - 1n), half = 1n << (drop - 1n);
    scaled >>= drop;
    if (low > half || (low === half && (scaled & 1n) === 1n)) scaled += 1n;
  }
  const text = scaled.toString().padStart(digits + 1, "0"), end = text.length - digits;
  const shown = text.slice(0, end).replace(/\B(?=(\d{3})+$)/g, ",") + (digits ? "." + text.slice(end) : "");
  return (value < 0 && /[1-9]/.test(shown) ? "-" : "") + shown;
}

// A number for reading, as the report's own: thousands separated, six significant digits below a thousand.
function numberText(value) {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (!Number.isFinite(value)) return "no number";
  if (size >= 1000 && size < 1e16) return fixedText(value, 2);
  if (size < 1e-4 || size >= 1e16) {
    const [mantissa, exponent] = value.toExponential(size < 1e-4 ? 3 : 5).split("e");
    return bare(mantissa) + "e" + exponent[0] + exponent.slice(1).padStart(2, "0");
  }
  return bare(fixedText(value, 5 - Number(value.toExponential().split("e")[1])).replace(",", ""));
}
const bare = (text) => text.includes(".") ? text.replace(/\.?0+$/, "") : text;

// A float with all its digits, as the engine writes it.
function exactText(value) {
  if (!Number.isFinite(value)) return "no number";
  const text = String(value);
  if (value !== 0 && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e16)) {
    const [mantissa, exponent] = value.toExponential().split("e");
    return mantissa + "e" + exponent[0] + exponent.slice(1).padStart(2, "0");
  }
  return text.includes(".") ? text : text + ".0";
}
