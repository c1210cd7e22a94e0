// A session's state is the list of what it was told. A question of the form `fault` ends the process in that way.
require('../../typescript_hook');
const { serveSessions } = require('../../../platform/processes/serve_sessions.ts');

serveSessions({
  open: (opening) => [opening],
  apply: (state, entry) => {
    if (entry === 'unusable') throw new Error('unusable entry');
    state.push(entry);
  },
  answer: async (state, question) => {
    if (question === 'exit') process.exit(3);
    if (question === 'hang') for (;;);
    if (question === 'fail') throw new Error('no answer');
    if (question.startsWith('keep ')) state.push(question);
    return { question, state: [...state] };
  },
});
