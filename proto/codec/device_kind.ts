import { wordCodec } from './word';

export const deviceKind = wordCodec(['phone', 'virtual', 'host'], 'DEVICE_KIND_');
