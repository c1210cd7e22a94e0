require('../../typescript_hook');
require('../../../coordinator/reading/reading_worker.ts');
