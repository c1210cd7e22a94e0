require('../../typescript_hook');
require('./scripted_tasks.ts');
