// A program with one part that never closes and one that does; it says what happens to it.
require('../../typescript_hook');
const { Lifecycle } = require('../../../platform/lifecycle/lifecycle.ts');
const { runUntilStopped } = require('../../../platform/lifecycle/run_until_stopped.ts');

const say = (word) => process.stdout.write(`${word}\n`);
const lifecycle = new Lifecycle({ warn: () => undefined });
lifecycle.onStop('file', () => say('closed'));
if (process.argv[2] === 'stuck')
  lifecycle.onStop('stuck', () => {
    say('closing');
    return new Promise(() => undefined);
  });
if (process.argv[2] === 'failing') setTimeout(() => lifecycle.fail(new Error('broken')), 50);
const running = {
  done: lifecycle.done,
  stop: () => lifecycle.stop(),
  hurry: () => lifecycle.hurry(),
};
say('running');
const stayAlive = setInterval(() => undefined, 1_000);
runUntilStopped(running, { port: 7 })
  .then(
    () => say('ended'),
    (error) => say(`failed: ${error.message}`),
  )
  .finally(() => {
    clearInterval(stayAlive);
    if (process.connected) process.disconnect();
    process.exitCode = 0;
  });
