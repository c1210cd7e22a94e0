import type { PhoneProgram, CommandContext } from '../shell/command';

/** Programs that speak to Android's services. Preparing a phone for timing succeeds and is remembered where it can be read back. */
export const androidPrograms: readonly [string, PhoneProgram][] = [
  ['getprop', getProperty],
  ['setprop', () => 0],
  ['dumpsys', dump],
  ['settings', settings],
  ['reboot', reboot],
  ['cmd', serviceCommand],
  ['svc', () => 0],
  ['am', () => 0],
  ['input', () => 0],
  ['wm', () => 0],
  ['settaskprofile', () => 0],
  ['logcat', () => 0],
  ['pm', () => 0],
];

function getProperty(context: CommandContext): number {
  const [name, fallback] = context.words;
  const { properties } = context.phone;
  context.output.write(
    name === undefined
      ? [...properties].map(([key, value]) => `[${key}]: [${value}]\n`).join('')
      : `${properties.get(name) ?? fallback ?? ''}\n`,
  );
  return 0;
}

function dump(context: CommandContext): number {
  const at = context.words.findIndex((word) => !word.startsWith('-'));
  const service = context.words[at] ?? '';
  const text = context.phone.services.dump(service, context.words.slice(at + 1));
  if (text === undefined) {
    context.errors.write(`Can't find service: ${service}\n`);
    return 0;
  }
  context.output.write(text);
  return 0;
}

/** More settings than Android has; a loop of `settings put` must not fill the memory. */
const mostSettings = 2000;

function settings(context: CommandContext): number {
  const [action, namespace, key, value] = context.words;
  const stored = context.phone.settings;
  const name = `${namespace ?? ''}/${key ?? ''}`;
  if (action === 'get') {
    context.output.write(`${stored.get(name) ?? 'null'}\n`);
    return 0;
  }
  if (action === 'put' && value !== undefined && (stored.has(name) || stored.size < mostSettings)) {
    stored.set(name, value);
    return 0;
  }
  context.errors.write('Bad arguments\nSettings provider (settings) commands: get, put\n');
  return 255;
}

function reboot(context: CommandContext): number {
  context.phone.reboot();
  return 0;
}

function serviceCommand(context: CommandContext): number {
  const [service = '', ...words] = context.words;
  const { status, output } = context.phone.services.command(service, words);
  context.output.write(output);
  return status;
}
