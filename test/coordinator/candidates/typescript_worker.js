require('../../typescript_hook');
require('../../../coordinator/candidates/stage_worker.ts');
