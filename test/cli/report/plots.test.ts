import sharp from 'sharp';
import { namedPlots } from '../../../cli/report/plots';
import { renderPng } from '../../../cli/report/png';
import { lightColours } from '../../../cli/report/chart/theme';
import { renderSvg } from '../../../cli/report/chart/render';
import { networks, report, reportInput, targets } from './sample_report';

const plots = namedPlots(report(reportInput(networks(targets[0], 27))));

describe('the plots of a report as pictures', () => {
  it('are named by target and content; what has nothing to show is left out', () => {
    expect(plots.map(([name]) => name)).toEqual(
      ['front', 'hypervolume', 'choices', 'prediction'].map(
        (plot) => `host-onnxruntime-cpu-int8.${plot}`,
      ),
    );
  });

  it('are PNG at twice their size, with ink on them', async () => {
    for (const [, chart] of plots) {
      const { data, info } = await sharp(await renderPng(chart))
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect([info.width, info.height]).toEqual([2 * chart.width, 2 * chart.height]);
      expect(data.filter((grey) => grey < 120).length).toBeGreaterThan(500);
    }
  });

  it('have no number that is none', () => {
    for (const [, chart] of plots)
      expect(renderSvg(chart, lightColours)).not.toMatch(/NaN|undefined/);
  });
});
