require('../../typescript_hook');
require('../../../coordinator/candidates/build_worker.ts');
