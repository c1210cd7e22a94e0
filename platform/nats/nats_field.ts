import { z } from 'zod';
import { readNatsAddress } from './nats_address';

/** The address of a NATS server in a configuration. Errors repeat nothing of it: it may hold a password. */
export const natsField = z.string().superRefine((text, context) => {
  const address = readNatsAddress(text);
  if (!address.ok) context.addIssue({ code: 'custom', message: address.error });
});
