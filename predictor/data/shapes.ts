/** How far a point lies outside of a shape whose outline is about 1 from the middle; negative inside. Near the outline it is about the distance. */
type Outline = (x: number, y: number) => number;

function polygon(corners: number): Outline {
  const sector = (2 * Math.PI) / corners;
  const apothem = Math.cos(sector / 2);
  return (x, y) => {
    const angle = Math.atan2(y, x) + 2 * Math.PI;
    return Math.hypot(x, y) * Math.cos((angle % sector) - sector / 2) - apothem;
  };
}

function star(points: number, inner: number): Outline {
  const sector = (2 * Math.PI) / points;
  return (x, y) => {
    const angle = Math.atan2(y, x) + 2 * Math.PI;
    const towardsPoint = Math.abs(((angle % sector) / sector) * 2 - 1);
    return (Math.hypot(x, y) - (inner + (1 - inner) * towardsPoint)) * 0.6;
  };
}

const disc: Outline = (x, y) => Math.hypot(x, y) - 0.9;

/** Ten, some of which differ in little: by that networks are told apart. */
const outlines: readonly Outline[] = [
  disc,
  (x, y) => Math.abs(Math.hypot(x, y) - 0.72) - 0.2,
  polygon(3),
  polygon(4),
  polygon(5),
  polygon(6),
  star(5, 0.45),
  star(6, 0.5),
  (x, y) =>
    Math.min(
      Math.max(Math.abs(x), 3 * Math.abs(y)) - 1,
      Math.max(3 * Math.abs(x), Math.abs(y)) - 1,
    ) * 0.5,
  (x, y) => Math.max(disc(x, y), 0.62 - Math.hypot(x - 0.5, y)),
];

export const shapeNames = [
  'disc',
  'ring',
  'triangle',
  'square',
  'pentagon',
  'hexagon',
  'star of five',
  'star of six',
  'cross',
  'crescent',
] as const;

export const shapeCount = outlines.length;

export function outsideOf(shape: number, x: number, y: number): number {
  return outlines[shape]?.(x, y) ?? 1;
}
