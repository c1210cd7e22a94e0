import { realpath } from 'node:fs/promises';
import os from 'node:os';
import { systemClock } from '../../platform/time/clock';
import type { Engine } from '../engine/engine';
import type { OutsideReader } from '../reading/outside_reader';
import { type Bus, connectBus } from '../../platform/nats/bus';
import { claimCoordination } from '../results/coordinator_claim';
import { createResultConsumer, type ResultConsumer } from '../results/result_consumer';
import type { PartSurroundings } from './surroundings';

/** Connected, and no other coordinator uses the server. */
export async function openBus(
  { nats, dataDir }: { readonly nats: string; readonly dataDir: string },
  { lifecycle, logger }: PartSurroundings,
): Promise<Bus> {
  const bus = await connectBus(nats, 'farm-coordinator', logger);
  lifecycle.onStop('nats', () => bus.close());
  const holder = { host: os.hostname(), dataDir: await realpath(dataDir), processId: process.pid };
  const claim = await claimCoordination({
    bus,
    holder,
    onLost: (error) => lifecycle.fail(error),
    clock: systemClock,
    logger,
  });
  lifecycle.onStop('claim', () => claim.close());
  return bus;
}

/** Resolves when the results that waited are in the ledger. */
export async function consumeResults(
  bus: Bus,
  { engine, reader }: { readonly engine: Engine; readonly reader: OutsideReader },
  { lifecycle, logger }: PartSurroundings,
): Promise<ResultConsumer> {
  const consumer = createResultConsumer({
    bus,
    decodeLarge: (bytes) => reader.decodeResult(bytes),
    handle: (results) => engine.handleResults(results),
    onFailure: (error) => lifecycle.fail(error),
    clock: systemClock,
    logger,
  });
  lifecycle.onStop('results', () => consumer.close());
  await consumer.start();
  return consumer;
}
