import sharp from 'sharp';
import { renderSvg, type Chart } from './chart/render';
import { lightColours } from './chart/theme';

/** Twice the pixels of a usual screen. */
const dotsPerInch = 144;

/** The chart as PNG, on white. */
export async function renderPng(chart: Chart): Promise<Uint8Array> {
  return sharp(Buffer.from(renderSvg(chart, lightColours)), { density: dotsPerInch })
    .flatten({ background: lightColours.paper })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
