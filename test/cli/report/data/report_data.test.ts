import { mostTelling } from '../../../../cli/report/data/choice_share';
import {
  failed,
  measurement,
  network,
  networks,
  report,
  reportInput,
  targets,
} from '../sample_report';

describe('the data of a report', () => {
  it('compare the choices of the front with those of all that was measured', () => {
    const [first] = report(reportInput(networks(targets[0], 27))).targets;
    for (const position of first!.shares) {
      expect(position.map(({ choice }) => choice)).toEqual(['skip', 'conv1', 'conv3']);
      expect(position.reduce((sum, { onFront }) => sum + onFront, 0)).toBeCloseTo(1, 10);
      // All 27 networks of the space were measured.
      for (const { amongMeasured } of position) expect(amongMeasured).toBeCloseTo(1 / 3, 10);
    }
    const [block0] = first!.shares;
    const frontNames = first!.front.map(({ architecture }) => architecture);
    expect(block0!.map(({ onFront }) => onFront)).toEqual(
      ['skip', 'conv1', 'conv3'].map(
        (name) => frontNames.filter((each) => each.startsWith(name)).length / frontNames.length,
      ),
    );
    const [most] = mostTelling(first!.shares, 1);
    for (const { onFront, amongMeasured } of first!.shares.flat())
      expect(Math.abs(most!.onFront - most!.amongMeasured)).toBeGreaterThanOrEqual(
        Math.abs(onFront - amongMeasured),
      );
  });

  it('have the networks in the order in which they came in', () => {
    const [early, late] = [network(targets[0], 0), network(targets[0], 1)];
    const [first] = report(
      reportInput([
        { ...early, endedSequence: 9 },
        { ...late, endedSequence: 4 },
      ]),
    ).targets;
    expect(first!.measured.map(({ sequence }) => sequence)).toEqual([1, 0]);
  });

  it('count failures by target, kind and code, with an example', () => {
    const broken = [
      failed(targets[0], 0, {
        state: 'infeasible',
        faultCode: 'crashed',
        faultMessage: 'signal 11',
      }),
      failed(targets[0], 1, {
        state: 'infeasible',
        faultCode: 'crashed',
        faultMessage: 'signal 6',
      }),
      failed(targets[1], 2, {
        state: 'abandoned',
        faultCode: 'timeout',
        faultMessage: 'no answer',
      }),
      failed(targets[0], 3, {
        state: 'excluded',
        faultCode: 'invalid-model',
        faultMessage: 'too large',
      }),
    ];
    expect(report(reportInput(broken)).failures).toEqual([
      { target: targets[0], state: 'infeasible', code: 'crashed', count: 2, example: 'signal 11' },
      { target: targets[1], state: 'abandoned', code: 'timeout', count: 1, example: 'no answer' },
      {
        target: targets[0],
        state: 'excluded',
        code: 'invalid-model',
        count: 1,
        example: 'too large',
      },
    ]);
  });

  it('tell the devices with their conditions, the tools apart by version, and caveats apart by words', () => {
    const other = {
      ...measurement(3),
      deviceSerial: 'GONE',
      toolVersion: '1.22',
      celsiusBefore: null,
      celsiusAfter: null,
      caveats: ['rose from 0 to 2'],
    };
    const candidates = [
      network(targets[0], 0),
      network(targets[0], 1),
      { ...network(targets[0], 2), measurement: other },
      { ...network(targets[0], 3), measurement: { ...other, caveats: ['rose from 1 to 3'] } },
      network(targets[0], 4),
    ];
    const { devices, tools, caveats } = report(reportInput(candidates));
    expect(devices).toMatchObject([
      {
        serial: 'P1',
        kind: 'virtual',
        model: 'Sample Phone',
        measured: 3,
        celsius: [30, 34],
        cpuKhz: [1_800_000, 3_200_000],
      },
      { serial: 'GONE', kind: 'virtual', model: '', measured: 2, celsius: undefined },
    ]);
    expect(tools.map(({ toolVersion, measured }) => [toolVersion, measured])).toEqual([
      [null, 3],
      ['1.22', 2],
    ]);
    expect(caveats).toEqual([{ target: targets[0], caveat: 'rose from N to N', count: 2 }]);
  });
});

describe('what the coordinator tells', () => {});
