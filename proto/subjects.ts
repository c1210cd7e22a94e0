/** Names on NATS. Tokens come from serials and host names, which may hold characters that subjects give a meaning. */
export const resultStream = 'FARM_RESULTS';
export const resultSubjects = 'farm.v1.result.>';
export const resultConsumer = 'ledger';

/** The work queue of predictor workers: a subject per task, which holds one message, so that publishing twice is publishing once. */
export const trainStream = 'FARM_TRAIN';
export const trainSubjects = 'farm.v1.train.>';
export const trainConsumer = 'workers';

export function trainSubject(kind: string, taskId: string): string {
  return `farm.v1.train.${subjectToken(kind)}.${subjectToken(taskId)}`;
}

/** What became of tasks. */
export const trainedStream = 'FARM_TRAINED';
export const trainedSubjects = 'farm.v1.trained.>';
export const trainedConsumer = 'ledger';

export function trainedSubject(workerName: string): string {
  return `farm.v1.trained.${subjectToken(workerName)}`;
}

/** Where a predictor worker says every few seconds how it is. */
export function workerSubject(workerName: string): string {
  return `farm.v1.worker.${subjectToken(workerName)}`;
}

export const workerSubjects = 'farm.v1.worker.>';

/** Where an agent publishes the results of one device. */
export function resultSubject(agentId: string, deviceSerial: string): string {
  return `farm.v1.result.${subjectToken(agentId)}.${subjectToken(deviceSerial)}`;
}

/** Where an agent publishes the state of one device. */
export function telemetrySubject(agentId: string, deviceSerial: string): string {
  return `farm.v1.telemetry.${subjectToken(agentId)}.${subjectToken(deviceSerial)}`;
}

export const telemetrySubjects = 'farm.v1.telemetry.>';

/** https://docs.nats.io/nats-concepts/subjects: dots, wildcards and white space are not allowed within a token. */
function subjectToken(text: string): string {
  const token = text.replaceAll(/[^A-Za-z0-9_-]/g, '_');
  return token === '' ? '_' : token;
}
