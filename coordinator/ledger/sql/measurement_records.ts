import { sql } from 'kysely';
import type { Measurement } from '../../../common/measurement';
import type { MeasurementRecords } from '../measurement_records';
import type { Database } from './database';
import { planFromRow } from './job_row';
import { measurementFromRow } from './measurement_row';
import { statementPages } from './statement_pages';

/** Of one model on one target there are many only where it is measured again on purpose. */
const mostEarlierMeasurements = 50;

export function createMeasurementRecords({ db }: Pick<Database, 'db'>): MeasurementRecords {
  return {
    async of(jobIds) {
      const found = new Map<string, Measurement>();
      for (const some of statementPages(jobIds)) {
        const page = await db
          .selectFrom('jobs')
          .innerJoin('measurements', (join) =>
            join.on('measurements.job_id', '=', sql`coalesce(jobs.reused_job_id, jobs.job_id)`),
          )
          .select(['jobs.job_id', 'measurements.document'])
          .where('jobs.job_id', 'in', some)
          .execute();
        for (const row of page) found.set(row.job_id, measurementFromRow(row));
      }
      return found;
    },
    async earlier(artifactDigest, target) {
      const found = await db
        .selectFrom('jobs')
        .innerJoin('measurements', 'measurements.job_id', 'jobs.job_id')
        .select(['jobs.job_id', 'jobs.plan', 'measurements.document'])
        .where('artifact_digest', '=', artifactDigest)
        .where('target', '=', target)
        .orderBy('ended_sequence', 'desc')
        .limit(mostEarlierMeasurements)
        .execute();
      return found.map((row) => ({
        jobId: row.job_id,
        plan: planFromRow(row),
        measurement: measurementFromRow(row),
      }));
    },
    /** From the jobs, whose rows are small, and not from the measurements with their documents. */
    async countByDevice() {
      const found = await db
        .selectFrom('jobs')
        .select(['measured_device_serial as serial', sql<number>`count(*)`.as('count')])
        .where('state', '=', 'measured')
        .groupBy('measured_device_serial')
        .execute();
      return new Map(
        found.flatMap(({ serial, count }) => (serial === null ? [] : [[serial, count]])),
      );
    },
  };
}
