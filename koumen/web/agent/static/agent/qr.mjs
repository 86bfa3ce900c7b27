// A QR code of bytes (ISO/IEC 18004), at the lowest correction, for a phone's screen.
//
// One mask for all: what is drawn is deflated and signed, so its bits are as good as thrown dice, and no mask is better
// than another. tests/journeys/test_app_parts.py holds it against segno, square for square.

const LEAST = 1;
const MOST = 40;
// Table 9, level L: codewords of correction in a block, and blocks, by version.
const CORRECTION = [
  7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30, 30, 30,
  30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
];
const BLOCKS = [
  1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19,
  20, 21, 22, 24, 25,
];

const sizeOf = (version) => version * 4 + 17;

function aligned(version) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2;
  const places = [6];
  for (let at = sizeOf(version) - 7; places.length < count; at -= step) places.splice(1, 0, at);
  return places;
}

// How many bits of data and correction a version has room for.
function room(version) {
  let bits = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const count = Math.floor(version / 7) + 2;
    bits -= (25 * count - 10) * count - 55;
    if (version >= 7) bits -= 36;
  }
  return bits;
}

const codewords = (version) => Math.floor(room(version) / 8) - CORRECTION[version - 1] * BLOCKS[version - 1];
const lengthBits = (version) => (version < 10 ? 8 : 16);

function versionFor(bytes) {
  for (let version = LEAST; version <= MOST; version += 1)
    if (4 + lengthBits(version) + bytes.length * 8 <= codewords(version) * 8) return version;
  throw new RangeError("too long for a QR code");
}

function dataOf(bytes, version) {
  const bits = [];
  const put = (value, count) => {
    for (let at = count - 1; at >= 0; at -= 1) bits.push((value >>> at) & 1);
  };
  put(4, 4); // bytes
  put(bytes.length, lengthBits(version));
  for (const byte of bytes) put(byte, 8);
  const most = codewords(version) * 8;
  put(0, Math.min(4, most - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < most; pad ^= 0xec ^ 0x11) put(pad, 8);
  const words = new Uint8Array(bits.length / 8);
  bits.forEach((bit, at) => (words[at >>> 3] |= bit << (7 - (at & 7))));
  return words;
}

// In the field of 256 elements modulo 0x11d.
function times(one, other) {
  let product = 0;
  for (let at = 7; at >= 0; at -= 1) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((other >>> at) & 1) * one;
  }
  return product;
}

function divisor(degree) {
  const result = new Uint8Array(degree);
  result[degree - 1] = 1;
  let root = 1;
  for (let round = 0; round < degree; round += 1) {
    for (let at = 0; at < degree; at += 1) {
      result[at] = times(result[at], root);
      if (at + 1 < degree) result[at] ^= result[at + 1];
    }
    root = times(root, 2);
  }
  return result;
}

function remainder(data, by) {
  const result = new Uint8Array(by.length);
  for (const byte of data) {
    const factor = byte ^ result[0];
    result.copyWithin(0, 1);
    result[by.length - 1] = 0;
    by.forEach((coefficient, at) => (result[at] ^= times(coefficient, factor)));
  }
  return result;
}

function interleaved(data, version) {
  const count = BLOCKS[version - 1];
  const length = CORRECTION[version - 1];
  const raw = Math.floor(room(version) / 8);
  const short = count - (raw % count); // the first blocks are one shorter
  const by = divisor(length);
  const blocks = [];
  for (let at = 0, start = 0; at < count; at += 1) {
    const size = Math.floor(raw / count) - length + (at < short ? 0 : 1);
    const part = data.slice(start, start + size);
    start += size;
    blocks.push({ part, check: remainder(part, by) });
  }
  const result = [];
  const longest = Math.floor(raw / count) - length + 1;
  for (let at = 0; at < longest; at += 1) for (const { part } of blocks) if (at < part.length) result.push(part[at]);
  for (let at = 0; at < length; at += 1) for (const { check } of blocks) result.push(check[at]);
  return result;
}

class Drawing {
  constructor(version) {
    this.version = version;
    this.size = sizeOf(version);
    this.dark = Array.from({ length: this.size }, () => new Uint8Array(this.size));
    this.fixed = Array.from({ length: this.size }, () => new Uint8Array(this.size));
    this.patterns();
  }

  fix(column, row, isDark) {
    this.dark[row][column] = isDark ? 1 : 0;
    this.fixed[row][column] = 1;
  }

  patterns() {
    for (let at = 0; at < this.size; at += 1) {
      this.fix(6, at, at % 2 === 0);
      this.fix(at, 6, at % 2 === 0);
    }
    for (const [column, row] of [[3, 3], [this.size - 4, 3], [3, this.size - 4]]) this.finder(column, row);
    const places = aligned(this.version);
    const last = places.length - 1;
    places.forEach((column, one) =>
      places.forEach((row, other) => {
        const isCorner = (one === 0 && other === 0) || (one === 0 && other === last) || (one === last && other === 0);
        if (!isCorner) this.alignment(column, row);
      }),
    );
    this.format();
    this.versionBits();
  }

  finder(column, row) {
    for (let down = -4; down <= 4; down += 1)
      for (let right = -4; right <= 4; right += 1) {
        const far = Math.max(Math.abs(down), Math.abs(right));
        const [x, y] = [column + right, row + down];
        if (x >= 0 && x < this.size && y >= 0 && y < this.size) this.fix(x, y, far !== 2 && far !== 4);
      }
  }

  alignment(column, row) {
    for (let down = -2; down <= 2; down += 1)
      for (let right = -2; right <= 2; right += 1)
        this.fix(column + right, row + down, Math.max(Math.abs(down), Math.abs(right)) !== 1);
  }

  // Level L is 01, the mask is 000; BCH(15, 5) and the fixed pattern over it.
  format() {
    const data = 0b01000;
    let rest = data;
    for (let round = 0; round < 10; round += 1) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
    const bits = ((data << 10) | rest) ^ 0x5412;
    const bit = (at) => ((bits >>> at) & 1) === 1;
    for (let at = 0; at <= 5; at += 1) this.fix(8, at, bit(at));
    this.fix(8, 7, bit(6));
    this.fix(8, 8, bit(7));
    this.fix(7, 8, bit(8));
    for (let at = 9; at < 15; at += 1) this.fix(14 - at, 8, bit(at));
    for (let at = 0; at < 8; at += 1) this.fix(this.size - 1 - at, 8, bit(at));
    for (let at = 8; at < 15; at += 1) this.fix(8, this.size - 15 + at, bit(at));
    this.fix(8, this.size - 8, true);
  }

  versionBits() {
    if (this.version < 7) return;
    let rest = this.version;
    for (let round = 0; round < 12; round += 1) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
    const bits = (this.version << 12) | rest;
    for (let at = 0; at < 18; at += 1) {
      const isDark = ((bits >>> at) & 1) === 1;
      const [far, near] = [this.size - 11 + (at % 3), Math.floor(at / 3)];
      this.fix(far, near, isDark);
      this.fix(near, far, isDark);
    }
  }

  fill(words) {
    let at = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step += 1)
        for (let side = 0; side < 2; side += 1) {
          const column = right - side;
          const row = ((right + 1) & 2) === 0 ? this.size - 1 - step : step;
          if (this.fixed[row][column]) continue;
          const bit = at < words.length * 8 ? (words[at >>> 3] >>> (7 - (at & 7))) & 1 : 0;
          this.dark[row][column] = bit ^ ((column + row) % 2 === 0 ? 1 : 0);
          at += 1;
        }
    }
  }
}

// Rows of 0 and 1, without the quiet zone.
export function qrSquares(text) {
  const bytes = new TextEncoder().encode(text);
  const version = versionFor(bytes);
  const drawing = new Drawing(version);
  drawing.fill(interleaved(dataOf(bytes, version), version));
  return drawing.dark.map((row) => [...row]);
}

export function qrPath(squares) {
  return squares
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : "")))
    .join("");
}
