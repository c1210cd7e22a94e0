import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownValue } from '../../../common/own_value';
import fitted from '../../../phones/cost_model/fitted.json';
import {
  asFloat,
  fitPublished,
  keyOf,
  networksLeftOut,
  readPublished,
} from '../../../phones/cost_model/fit';
import { networkUs, type UnitSpeed } from '../../../phones/cost_model/latency';
import { publishedNetworks } from '../../../phones/cost_model/published_networks';

const rows = readPublished(
  readFileSync(join(__dirname, '../../../phones/cost_model/published.csv'), 'utf8'),
);
const networks = publishedNetworks();
const speeds: Readonly<Record<string, UnitSpeed>> = fitted;

function errors(precision: string, models?: readonly string[]): number[] {
  return rows
    .filter(
      (row) =>
        ownValue(speeds, keyOf(row)) !== undefined &&
        row.precision === precision &&
        !networksLeftOut.includes(row.model) &&
        (models?.includes(row.model) ?? true),
    )
    .map((row) => {
      const operators = networks.get(row.model)!;
      return Math.abs(
        networkUs(
          precision === 'int8' ? operators : asFloat(operators),
          ownValue(speeds, keyOf(row))!,
        ) /
          1000 /
          row.latencyMs -
          1,
      );
    });
}

test('the operator lists count what the papers count', () => {
  const gigamacs = (name: string): number =>
    networks.get(name)!.reduce((sum, operator) => sum + operator.macs, 0) / 1e9;
  expect(gigamacs('mobilenet_v2')).toBeCloseTo(0.301, 2);
  expect(gigamacs('resnet18')).toBeCloseTo(1.81, 1);
  expect(gigamacs('resnet50')).toBeCloseTo(4.09, 1);
  expect(gigamacs('shufflenet_v2')).toBeCloseTo(0.146, 2);
  expect(gigamacs('regnet_y_800mf')).toBeCloseTo(0.83, 1);
});

test('MobileNetV2 and ResNet-50 in 8 bits are within 17 % of every published figure', () => {
  const found = errors('int8', ['mobilenet_v2', 'resnet50']);
  expect(found.length).toBeGreaterThanOrEqual(12);
  expect(Math.max(...found)).toBeLessThan(0.17);
});

test('every fitted 8-bit network is within 30 %, in the mean within 12 %', () => {
  const found = errors('int8');
  expect(found.length).toBeGreaterThanOrEqual(80);
  expect(Math.max(...found)).toBeLessThan(0.3);
  expect(found.reduce((sum, each) => sum + each, 0) / found.length).toBeLessThan(0.12);
});

test('floating point on the NPU is coarser: within a factor of two', () => {
  expect(Math.max(...errors('float32'))).toBeLessThan(0.75);
});

test('the figures that ship are what the fit gives', () => {
  const again = fitPublished(
    rows.filter((row) => row.soc === 'sm8650' && row.runtime === 'tflite'),
    networks,
  )['sm8650/tflite/npu']!;
  for (const name of ['overheadUs', 'gigamacsPerS', 'gigabytesPerS', 'floatFactor'] as const)
    expect(again[name] / speeds['sm8650/tflite/npu']![name]).toBeCloseTo(1, 2);
});
