import { sql } from 'kysely';

/** One order for the ends of jobs and of proposals that never became one: where a reader of ends has got to is one number. */
export const nextEndedSequence = sql<number>`(select coalesce(max(last), 0) + 1 from (select max(ended_sequence) as last from jobs union all select max(ended_sequence) from proposals) as ends)`;
