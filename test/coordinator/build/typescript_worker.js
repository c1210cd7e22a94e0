require('../../typescript_hook');
require('../../../coordinator/build/build_worker.ts');
