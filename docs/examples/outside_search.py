"""Random search: python outside_search.py SEARCH_ID TARGET HOST:PORT, with pip install grpcio grpcio-tools."""
import grpc, pathlib, random, sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "proto"))
messages, services = grpc.protos_and_services("farm/v1/search.proto")
search_id, target, address = sys.argv[1:]
farm = services.SearchServiceStub(grpc.insecure_channel(address))
cursor = pathlib.Path(f"{search_id}.cursor")  # where to read on after a crash of either side
after = int(cursor.read_text()) if cursor.exists() else 0

def propose():
    state = None
    while state not in (messages.Proposed.WAITING, messages.Proposed.IN_FLIGHT, messages.Proposed.BEYOND_BUDGET):  # drawn before, or no network: draw again
        a, b, c, d, e, f = cell = random.choices(range(5), k=6)  # an operation for each edge; 0 is none
        if d or (a and e) or (b and f) or (a and c and f):  # the output sees the input
            request = messages.ProposeRequest(search_id=search_id, target=target, architectures=["".join(map(str, cell))])
            state = farm.Propose(request).proposed[0].state

for _ in range(0 if after else 8):  # keeps a few devices busy
    propose()
for end in farm.Ends(messages.EndsRequest(search_id=search_id, target=target, after=after)):
    latency = f"{end.latency_ms:.3f} ms" if end.HasField("latency_ms") else end.reason
    print(end.sequence, messages.End.Kind.Name(end.kind).lower(), f"{latency}, {end.accuracy:.2f} %", end.architecture, flush=True)
    propose()
    cursor.write_text(str(end.cursor))
