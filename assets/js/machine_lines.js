// @ts-check
/** The lines of the machine: from box to box, wherever the page has put them. */

const SVG = "http://www.w3.org/2000/svg";
const ROUND = 9; // radius of a corner, page pixels
const HEAD = 7; // an arrow's
const AWAY = 5; // from a box to the line that leaves or reaches it

/** @typedef {{ left: number, right: number, top: number, bottom: number, foot: number }} Box foot: below its words */
/** @typedef {[number, number]} Point */

/**
 * @param {string} tag @param {Record<string, string | number>} attributes @param {(Element | string)[]} [children]
 * @returns {SVGElement}
 */
export function draw(tag, attributes, children = []) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** @param {Point[]} points @returns {string} a path with rounded corners, for an SVG */
export function pathThrough(points) {
  let path = `M${points[0]}`;
  for (let i = 1; i < points.length - 1; i++) {
    const [before, at, after] = [points[i - 1], points[i], points[i + 1]];
    path += `L${towards(at, before)}Q${at} ${towards(at, after)}`;
  }
  return `${path}L${points[points.length - 1]}`;
}

/** ROUND from one point to another, or half the way. @param {Point} from @param {Point} to @returns {Point} */
function towards([x, y], [toX, toY]) {
  const length = Math.hypot(toX - x, toY - y) || 1;
  const share = Math.min(ROUND, length / 2) / length;
  return [x + (toX - x) * share, y + (toY - y) * share];
}

/** The corners of a line between two boxes that lie beside, below or across from one another. @param {Box} a @param {Box} b @param {boolean} acrossFirst @returns {Point[]} */
export function corners(a, b, acrossFirst) {
  const [middleA, middleB] = [(a.left + a.right) / 2, (b.left + b.right) / 2];
  const [heightA, heightB] = [(a.top + a.bottom) / 2, (b.top + b.bottom) / 2];
  const toRight = middleB > middleA, down = heightB > heightA;
  const sideA = toRight ? a.right + AWAY : a.left - AWAY, sideB = toRight ? b.left - AWAY : b.right + AWAY;
  const endA = down ? a.foot + AWAY : a.top - AWAY, endB = down ? b.top - AWAY : b.foot + AWAY;
  if (a.top < b.bottom && b.top < a.bottom) {
    const y = Math.abs(heightA - heightB) < 20 ? Math.min(heightA, heightB) : heightB;
    return [[sideA, y], [sideB, y]];
  }
  if (Math.abs(middleA - middleB) < 40) return [[middleA, endA], [middleA, endB]];
  return acrossFirst ? [[sideA, heightA], [middleB, heightA], [middleB, endB]] : [[middleA, endA], [middleA, heightB], [sideB, heightB]];
}

/** From x_t to x̂_0 past the network: above a row, or between two columns. @param {Box} x @param {Box} x0 @returns {Point[]} */
export function bypass(x, x0) {
  if (x0.top < x.bottom) {
    const [from, to] = [(x.left + x.right) / 2, (x0.left + x0.right) / 2], y = x.top - 18;
    return [[from, x.top - AWAY], [from, y], [to, y], [to, x0.top - AWAY]];
  }
  const between = (x.right + x0.left) / 2;
  const [from, to] = [x.top + (x.bottom - x.top) * 0.8, x0.top + (x0.bottom - x0.top) * 0.2];
  return [[x.right + AWAY, from], [between, from], [between, to], [x0.left - AWAY, to]];
}

/** A line with an arrow at its end; the second one, of dots, moves. @param {Point[]} points @param {string} kind */
export function arrow(points, kind) {
  const [x, y] = points[points.length - 1], [fromX, fromY] = points[points.length - 2];
  const length = Math.hypot(x - fromX, y - fromY) || 1, along = [(x - fromX) / length, (y - fromY) / length];
  const [baseX, baseY] = [x - along[0] * HEAD, y - along[1] * HEAD];
  const [wideX, wideY] = [(-along[1] * HEAD) / 2, (along[0] * HEAD) / 2];
  const path = pathThrough([...points.slice(0, -1), [baseX, baseY]]);
  return draw("g", { class: kind }, [
    draw("path", { d: path, class: "line" }),
    draw("path", { d: path, class: "flow" }),
    draw("path", { d: `M${x} ${y}L${baseX + wideX} ${baseY + wideY}L${baseX - wideX} ${baseY - wideY}Z`, class: "head" }),
  ]);
}
