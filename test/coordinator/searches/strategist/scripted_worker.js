// Answers with the number of words heard; a target's name says what goes wrong. `once`: only while the file of that name is not there.
const { existsSync, writeFileSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');

const heard = new Map();

parentPort.on('message', ({ kind, session, target, question, task }) => {
  if (kind === 'open') heard.set(session, { words: 0, marker: task.spec.name });
  else if (kind === 'close') heard.delete(session);
  else if (kind === 'word') heard.get(session).words += 1;
  else answer(heard.get(session), target, question);
});

function answer(session, target, question) {
  const [fault, when] = target.split(' ');
  const isFaulty = when !== 'once' || !existsSync(session.marker);
  if (isFaulty && when === 'once') writeFileSync(session.marker, '');
  if (isFaulty && fault === 'exit') process.exit(3);
  if (isFaulty && fault === 'crash') throw new Error('broken');
  if (isFaulty && fault === 'hang') return;
  if (isFaulty && fault === 'fail')
    parentPort.postMessage({ question, ok: false, message: 'no such network' });
  else
    parentPort.postMessage({
      question,
      ok: true,
      answer: { sequence: session.words, architecture: target },
    });
}
