/** What a worker does with a request, in a thread or a process. What it throws is the failure of that request alone. */
export type RequestHandler<Request, Output> = (request: Request) => Output | Promise<Output>;
