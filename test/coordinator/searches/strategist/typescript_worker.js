require('../../../typescript_hook');
require('../../../../coordinator/searches/strategist/strategist_worker.ts');
