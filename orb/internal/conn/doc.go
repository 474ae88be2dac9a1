// Package conn is one GIOP connection, shared by many callers and able to serve requests (CORBA
// 3.3 part 2, clauses 9.4 to 9.9). It moves whole messages and knows nothing of objects: what is
// in a message but its header and request id is the ORB's.
//
// # Using it
//
// A client makes a [Conn] with [Client], keeps a [Call] for each call under way, and does
//
//	id, err := c.Reserve(ctx, &call, deadline) // a request id; waits while too much is outstanding
//	…                                          // marshal the request, with that id, into msg
//	err = c.RoundTrip(ctx, &call, msg)         // or Send for a request without reply, or Abandon
//	…                                          // call.Header and call.Reply, a view
//	call.Release()                             // the view ends
//
// After Reserve without error exactly one of RoundTrip, Send and Abandon must follow, and
// nothing after an error of any of them but Release, which is always allowed. An error is an
// [exc.SystemException] whose completion status tells whether the request may be sent again. In
// the steady state nothing of this allocates, unless ctx can end.
//
// A server makes a Conn with [Server] and calls [Conn.Run], which returns when the connection
// has ended. Run calls the [Handler] with a [Work] for each Request and LocateRequest; the
// handler appends a whole reply message to Work.Out, or nothing. Requests of one connection may
// be served concurrently: see below.
//
// A connection over which requests go both ways (clause 9.9) is made with [Both] on the side that
// opened it; the other side makes calls on what Server returned. Whether the peer takes
// them is for the ORB to know.
//
// All that belong together share one [Shared]: its sweeper keeps the time-outs of all
// connections, its monitor finds the slow handlers, and its budget bounds the octets in flight.
// Connection counts are bounded by whoever accepts.
//
// # Who owns what
//
// Three things of a connection are held by one goroutine at a time. Who holds one need not take
// the lock to use what belongs to it.
//
// The reading role owns Conn.in: the chunk that was read into, a long message under way, the
// fragments. On a client it belongs to a caller who waits for his own reply. He delivers what
// comes for others, copied into their buffers, and when his own has come and nothing is buffered
// he hands the role to another who waits, or, if none does, drops it. A caller who gives up is
// thrown out of his read by a deadline in the past, and whatever he had read of a message is
// still in Conn.in for the next one. There is no goroutine that reads, but for two
// cases in which nobody waits for a reply and the sweeper starts one for as long as it takes: a
// write does not go forward, and something has come, such as a late reply. The peer may be stuck
// with it until it is read. On a server the role belongs to the runner in Run, or to the one
// that took over from it.
//
// Where both sides call, runners and callers share the role. A caller takes it from a runner that is in a
// handler, which may be the one that calls; a runner that has met but replies for a while leaves it to the
// callers; a handler that returns takes it back if nobody has it. What a caller reads that is not for callers he does not
// serve: a request is set aside, for a goroutine of its own. When a caller has done and no other waits, a runner gets the role, or, if one will be
// back soon or but replies have come, nobody: then the monitor gives it to a runner at its second look.
//
// The writing role owns the buffer that is being written. Others append whole messages to the
// next one, state.out; when the writer has written his he writes that too. A message longer than
// gatherLimit is not copied: its owner waits for the role and writes it straight from where it
// is. Who holds the role and has nothing of his own left in it hands it to one who waits. A
// caller who gives up in the middle of his write is thrown out of it like a reader, and leaves
// what is not written to the next writer: the stream is never cut inside a message. (TLS does
// not go on after that: there the connection is lost.)
//
// A runner in a handler owns its message, its output buffer and its Work. The monitor looks each
// millisecond for handlers that have not returned since its last look; it takes the reading role
// from such a runner and gives it to a new one, in a goroutine of its own, with a copy of the
// octets that are not consumed and of the replies held back. It does the same to a runner that
// is stuck in writing its replies. What decides who wins, the monitor or the returning handler,
// is one compare-and-swap of runner.state; a runner that lost it takes the lock, sends its reply
// through the shared buffer and ends. After a handler that was slow the next requests of the connection
// are taken for slow beforehand, waryRequests of them.
//
// All else is in Conn.s, a state, under Conn.mu; it is reached through a value of type locked,
// which only lock returns, and changed by the methods of locked. The lock is never held while
// waiting, during input or output, or in code of the user: handlers, loggers and context
// functions are called without it. Waking others and closing the transport is what unlock does,
// after it let go.
//
// # Room
//
// Of one connection one request is always served. Others are served beside it while
//
//   - they are fewer than limits.OutstandingRequests;
//   - the peer has not left more than unreadLimit of replies untaken, so that who asks
//     and does not read is not worked for;
//   - less than half of limits.BytesInFlight is used, over all connections, or fewer than
//     alwaysParallel are served of this one: what strangers hold must not keep a servant from
//     being called back.
//
// Else requests are left in the chunk, and behind it in the transport, until there is room. Nothing more
// is read then but for what fits into the chunk, so that neither a CancelRequest nor the peer's end
// is seen that lies behind more requests than that.
//
// While calls of this side wait for replies that is different, since what is behind the requests may be what
// the handlers wait for that take the room: then requests are set aside, as many as are served at most, and
// reading goes on. Only beyond that do calls wait behind requests, until their deadlines.
//
// What counts towards limits.BytesInFlight:
//
//   - messages that have come in part, and the fragments of unfinished ones;
//   - requests longer than a chunk, until they are answered, and all those that are set aside;
//   - runCost for each request from which the connection was taken: a chunk, a goroutine, a short reply;
//   - replies longer than gatherLimit, from the return of the handler until the transport has taken
//     them, and the buffer of those that wait to be written, when it is longer than that.
//
// What does not: what a connection and one request take in any case, which limits.Connections bounds;
// what handlers allocate, and the values that messages are read into. A message that would exceed the limit
// ends its connection. Where replies exceed it for longer than a moment the sweeper ends connections
// whose peers do not take them, those first that have not for longest.
//
// # States
//
//	open ──Shutdown, idle──▶ draining ──nothing outstanding──▶ closed
//	  └───────── Close, an error, CloseConnection ────────────────▲
//
// In draining no new call is taken but while requests are served, whose handlers may call back; and no request
// is read but while calls of this side wait for replies, which may depend on it. What is under way is
// finished. closed is entered once, with the reason: then every call that has no reply gets its
// error, every Work its signal, and the transport is closed; only after an orderly end, by the
// goroutine that has the reading role, once the peer has had the time to read what was sent. Close
// takes that role from a runner that is in a handler, as the monitor would: the connection is
// over then, and the handler may return when it likes, or never.
//
// A write that fails while calls are under way closes the connection not at once, but when the peer's last words have been read, or after
// lastWordsTime: a CloseConnection among them says that what is not answered may be sent again. Meanwhile nobody has the writing role,
// and no call begins.
//
// A call goes reserved → queued → done. It is done exactly once, by whoever comes first of: its
// reply, the end of its context, its deadline, the end of the connection. Its octets have a
// place in the stream of the connection (begin, end); what is known of how far the stream was
// written decides between completed NO and MAYBE.
package conn
