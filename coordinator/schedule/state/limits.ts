/** Every bound of the scheduler, with its reason. Times are milliseconds. */

/** How often agents say that they live and what they hold. */
export const heartbeatIntervalMs = 3_000;

/** How often the engine should send `tick`: a third of a second is lost at most when a deadline passes. */
export const tickIntervalMs = 333;

/** Four heartbeats: one lost or late is no death, and with the tick a dead agent is still noticed within 15 s. */
export const leaseDurationMs = 12_000;

/** An agent that is not heard for as long as its leases last holds none any more. */
export const agentSilenceMs = leaseDurationMs;

/**
 * For a lease that the agent no longer lists: two heartbeats. Either the command or the result is still under way (the
 * agent forgets a result when the broker has it, which is before the coordinator does), or the agent lost the job.
 */
export const missingLeaseGraceMs = 2 * heartbeatIntervalMs;

/** From an agent's spool through the broker to the scheduler: milliseconds, but a restart finds a queue there. */
export const resultUnderWayMs = 1_000;

/**
 * Ticks further apart mean that the coordinator itself stood still (suspended, starved): silence during that time proves
 * nothing, so it is not counted, however long it was.
 */
export const largestTickGapMs = 5_000;

/** An agent that stays away for a day is forgotten, so that agents with a new name each start do not pile up. */
export const forgetAgentAfterMs = 24 * 3_600_000;

/** Farm faults that a job survives: a second and third phone, and one more for bad luck. */
export const largestFarmFaults = 4;

/** Attempts of any kind, waiting for a phone to cool included: it ends a job that no phone of the shelf can ever take. */
export const largestAttempts = 12;

/** A phone that failed this often in a row, with more than one job, is the likely cause. */
export const faultsToQuarantine = 3;

/** Long enough for a reboot or a reseated cable. Doubles with each failed probation. */
export const firstQuarantineMs = 60_000;

/** A phone that never recovers costs one job's attempt an hour. */
export const largestQuarantineMs = 3_600_000;

/** One model alone never condemns a target: two that fail have nothing in common but the target's tools. */
export const modelsToQuarantineTarget = 2;

/** A tool that ends at once would be tried again dozens of times a second. Doubles with each failure. */
export const firstTargetRestMs = 1_000;

/** Enough for a job's every farm fault and the next job's first. */
export const rememberedTargetFaults = largestFarmFaults + 1;

/**
 * The time in which a phone that idles falls from its limit to near room temperature is some minutes; try early. An artifact
 * that cannot be had is not asked for dozens of times a second.
 */
export const coolingMs = {
  'too-hot': 60_000,
  'battery-low': 300_000,
  'artifact-unavailable': 1_000,
} as const;

/** Queue entries that are looked at for one whose artifact is already near the device. */
export const lookAheadJobs = 32;

/** An owner's job is overtaken at most by so many later ones, however well their artifacts lie. */
export const lookAheadSubmissions = 64;

/** Agents remembered that see a device beside its own: a phone hangs on one machine, perhaps two; names that change with each start must not pile up. */
export const mostOtherSightings = 8;

/** Digests remembered per device: agents keep about so many models on a phone. */
export const rememberedDeviceArtifacts = 8;

/** Digests remembered per agent, up to twice as many: an agent's cache holds thousands of models of this kind. */
export const rememberedAgentArtifacts = 256;

/**
 * A measurement serves the same model under another name for this long after its arrival too: whoever asked the ledger just
 * before has not seen it there, and is on the way here. Later the ledger has it.
 */
export const justMeasuredMs = 500;

/** Ended jobs remembered, up to twice as many: enough to recognise what was submitted again while it ended. */
export const rememberedEndedJobs = 4_096;

/** Epochs are `incarnation * this + counter`: a coordinator would have to grant a thousand jobs a second for 11 days. */
export const epochsPerIncarnation = 1_000_000_000;
