// Answers with the number of updates heard; a target's name says what goes wrong. `once`: only while the file of that name is not there.
require('../../../typescript_hook');
const { existsSync, writeFileSync } = require('node:fs');
const { serveSessions } = require('../../../../platform/processes/serve_sessions.ts');

serveSessions({
  open: (task) => ({ updates: 0, marker: task.spec.name }),
  apply: (session) => (session.updates += 1),
  answer: (session, target) => {
    const [fault, when] = target.split(' ');
    const isFaulty = when !== 'once' || !existsSync(session.marker);
    if (isFaulty && when === 'once') writeFileSync(session.marker, '');
    if (isFaulty && fault === 'exit') process.exit(3);
    if (isFaulty && fault === 'crash') setImmediate(throwBroken);
    if (isFaulty && (fault === 'hang' || fault === 'crash')) return new Promise(() => undefined);
    if (isFaulty && fault === 'fail') throw new Error('no such network');
    return { target, ask: { sequence: session.updates, architecture: target } };
  },
});

function throwBroken() {
  throw new Error('broken');
}
