import type { PhoneModel } from '../machine/phone_model';

/** What `getprop` answers. `ro.pareto.virtual` tells a virtual phone from a real one. */
export function phoneProperties(model: PhoneModel, serial: string): ReadonlyMap<string, string> {
  const build = `${model.device.toUpperCase()}.VIRTUAL.${model.androidRelease}`;
  return new Map([
    ['ro.boot.hardware', 'qcom'],
    ['ro.board.platform', model.platform],
    [
      'ro.build.fingerprint',
      `${model.manufacturer}/${model.device}/${model.device}:${model.androidRelease}/${build}/1:user/release-keys`,
    ],
    ['ro.build.id', build],
    ['ro.build.type', 'user'],
    ['ro.build.version.release', model.androidRelease],
    ['ro.build.version.sdk', String(model.androidSdk)],
    ['ro.hardware', 'qcom'],
    ['ro.pareto.virtual', '1'],
    ['ro.product.brand', model.manufacturer],
    ['ro.product.cpu.abi', 'arm64-v8a'],
    ['ro.product.cpu.abilist', 'arm64-v8a'],
    ['ro.product.device', model.device],
    ['ro.product.manufacturer', model.manufacturer],
    ['ro.product.marketname', `${model.marketName} (virtual)`],
    ['ro.product.model', model.model],
    ['ro.product.name', model.device],
    ['ro.serialno', serial],
    ['ro.soc.manufacturer', 'QTI'],
    ['ro.soc.model', model.socModel],
    ['sys.boot_completed', '1'],
  ]);
}
