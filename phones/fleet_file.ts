import { z } from 'zod';
import { largestFaultNumber, toolDefects, toolFaults, type PhoneFault } from './machine/faults';
import { virtualSocs } from './machine/phone_model';

/** One process serves 500 phones; far more would run out of threads in the adb server. */
const mostPhones = 2000;
const milliseconds = z.number().min(0).max(largestFaultNumber);

const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('unplug'), replugAfterMs: milliseconds.optional() }),
  z.strictObject({ kind: z.literal('replug') }),
  z.strictObject({ kind: z.literal('reboot'), downMs: milliseconds.optional() }),
  z.strictObject({ kind: z.literal('slow-push'), frameDelayMs: milliseconds }),
  z.strictObject({ kind: z.literal('disk-full') }),
  z.strictObject({ kind: z.literal('disk-free') }),
  z.strictObject({ kind: z.enum(toolDefects) }),
  z.strictObject({ kind: z.literal('tools-mended') }),
  z.strictObject({
    kind: z.enum(toolFaults),
    times: z.number().int().min(1).max(1_000_000).optional(),
  }),
]) satisfies z.ZodType<PhoneFault>;

const groupSchema = z
  .strictObject({
    soc: z.enum(virtualSocs, `expected one of ${virtualSocs.join(', ')}`),
    count: z.number().int().min(1).max(mostPhones).default(1),
    /** Serials are `<prefix>-<n>`; without it `VIRT-<soc>`. */
    serialPrefix: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,40}$/, 'expected letters, digits, _, . or -')
      .optional(),
    /** Of the group's first phone, the others follow; without it any free ones. */
    port: z.number().int().min(1024).max(65_535).optional(),
    /** What every phone of the group says that its serial number is, as phones of some makers do; without it each says its own. */
    sharedSerial: z
      .string()
      .regex(/^[\w.:-]{1,64}$/, 'expected letters, digits, _, ., : or -')
      .optional(),
    /** 2: adb reaches each phone in a second way too, as with `adb connect` beside wireless debugging. */
    ways: z.number().int().min(1).max(2).default(1),
    /** The battery service says what it was told once (`dumpsys battery set`). */
    batteryFrozen: z.boolean().default(false),
    storageMb: z.number().int().min(1).max(1_000_000).default(16_384),
    /** Each happens once on every phone of the group, `atMs` of real time after the fleet started. */
    faults: z
      .array(z.strictObject({ atMs: milliseconds, fault: faultSchema }))
      .max(1000)
      .default([]),
  })
  .refine((group) => group.port === undefined || group.port + group.count - 1 <= 65_535, {
    path: ['port'],
    message: 'the ports of the group go beyond 65535',
  });

export const fleetSchema = z
  .strictObject({
    /** Equal seeds give equal latencies. */
    seed: z.number().int().default(1),
    /** Real seconds per virtual second: 1 is real time, 0 does not wait at all. */
    timeScale: z.number().min(0).max(10).default(0),
    /** CSV of measured latencies to replay instead of the cost model; relative to this file. */
    latencyTable: z.string().min(1).optional(),
    phones: z.array(groupSchema).min(1, 'expected at least one group of phones'),
  })
  .refine((fleet) => fleet.phones.reduce((sum, group) => sum + group.count, 0) <= mostPhones, {
    path: ['phones'],
    message: `a fleet has at most ${mostPhones} phones`,
  });

export type FleetFile = z.infer<typeof fleetSchema>;
export type PhoneGroup = FleetFile['phones'][number];
