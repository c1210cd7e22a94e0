require('../../typescript_hook');
require('./scripted_worker.ts');
