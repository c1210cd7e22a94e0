import { describeGradients } from './operator_gradients';
import { testEngine } from './network_lab';

describeGradients(testEngine);
