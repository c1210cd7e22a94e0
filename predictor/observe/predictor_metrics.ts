import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { TrainingEnd, TrainingTask } from '../../common/training/training_task';

interface PredictorGauges {
  readonly tasksRunning: () => number;
  readonly connected: () => boolean;
}

interface PredictorMetrics {
  taskEnded(task: TrainingTask, end: TrainingEnd, seconds: number): void;
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
}

const kinds = ['block', 'network', 'probe'] as const;
const ends = ['done', 'failed'] as const;

/** What one predictor worker tells Prometheus. */
export function createPredictorMetrics(gauges: PredictorGauges): PredictorMetrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge('farm_predictor_tasks_running', 'Tasks under way', gauges.tasksRunning);
  gauge('farm_predictor_broker_connected', '1 while NATS is connected', () =>
    gauges.connected() ? 1 : 0,
  );
  const tasks = new Counter({
    name: 'farm_predictor_tasks_total',
    help: 'Ended tasks by kind and end',
    labelNames: ['kind', 'end'],
    registers,
  });
  const seconds = new Counter({
    name: 'farm_predictor_task_seconds_total',
    help: 'Time spent on ended tasks, by kind',
    labelNames: ['kind'],
    registers,
  });
  for (const kind of kinds) {
    seconds.inc({ kind }, 0);
    for (const end of ends) tasks.inc({ kind, end }, 0);
  }
  return {
    taskEnded: ({ kind }, end, taken) => {
      tasks.inc({ kind, end: end.kind });
      seconds.inc({ kind }, taken);
    },
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
