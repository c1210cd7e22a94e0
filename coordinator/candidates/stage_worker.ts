import { answerRequests } from '../../platform/processes/answer_requests';
import { NetworkMaker } from './network_maker';
import type { WorkerReply, WorkerRequest } from './worker_request';

const maker = new NetworkMaker();
answerRequests<WorkerRequest, WorkerReply>((request) => maker.make(request));
