require('../../typescript_hook');
require('../../../cli/simulate/simulation_worker.ts');
