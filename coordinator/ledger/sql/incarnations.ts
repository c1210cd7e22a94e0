import type { Incarnations } from '../incarnations';
import type { Database } from './database';

const theOnlyRow = 1;

export function createIncarnations({ writes }: Pick<Database, 'writes'>): Incarnations {
  return {
    begin: () =>
      writes.run(async (transaction) => {
        const { last } = await transaction
          .selectFrom('incarnations')
          .select((select) => select.fn.max<number | null>('number').as('last'))
          .executeTakeFirstOrThrow();
        const number = (last ?? 0) + 1;
        await transaction.insertInto('incarnations').values({ number }).execute();
        return number;
      }),
    leaseSecret: (fresh) =>
      writes.run(async (transaction) => {
        await transaction
          .insertInto('lease_secret')
          .values({ id: theOnlyRow, secret: fresh })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .execute();
        const { secret } = await transaction
          .selectFrom('lease_secret')
          .select('secret')
          .where('id', '=', theOnlyRow)
          .executeTakeFirstOrThrow();
        return secret;
      }),
  };
}
