// Does what the architecture's name asks for: hang, crash, exit, fail, or echo the name as the model.
const { parentPort, threadId } = require('node:worker_threads');

parentPort.on('message', ({ architecture }) => {
  if (architecture === 'hang') return;
  if (architecture === 'crash') throw new Error('out of luck');
  if (architecture === 'exit') process.exit(3);
  if (architecture === 'fail') parentPort.postMessage({ ok: false, message: 'no such cell' });
  else
    parentPort.postMessage({
      ok: true,
      value: { model: Buffer.from(architecture), macs: threadId },
    });
});
