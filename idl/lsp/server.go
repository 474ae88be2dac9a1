// Package lsp is a server of the Language Server Protocol 3.17 for IDL: an editor starts it and
// speaks with it over a pipe. It compiles what is open, as it is typed, and answers from what
// the compiler found out; where a text is broken the last analysis answers.
//
// One goroutine owns all state and takes messages in order; compilations, and searches over
// the workspace, run beside it on snapshots that do not change. While messages wait no
// compilation begins, so that fast typing is one change. Hover, completion and the ways to
// declarations answer at once from the last analysis, whose places are taken over into the present
// text; an outline does if only comments and blanks differ. What needs to know the present text
// waits until that is analysed; nothing waits for a clock.
package lsp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime/debug"
	"slices"

	"github.com/opendsom/dsom/idl"
	"github.com/opendsom/dsom/idl/lsp/jsonrpc"
)

// Options says with what to serve. The zero value reads files of the disk.
type Options struct {
	// Resolver opens files that are not open in the editor, by absolute path; nil is idl.Disk.
	Resolver idl.Resolver
	// Include and Define are those of the command line; see idl.Options.
	Include, Define []string
	// Cache is a folder for copies of the files that the compiler carries, so that an editor
	// can show them. Empty is none.
	Cache string
	// Version is the server's, for the editor's logs.
	Version string
}

// The bounds of what an editor can make the server hold.
const (
	maxDocuments = 1000 // lsp-documents: open documents
	maxAnalyses  = 50   // lsp-analyses: documents of which an analysis is kept; others are analysed again when asked about
	maxWaiting   = 1000 // lsp-requests: requests that wait for an analysis or are worked on
	maxAhead     = 16   // messages that are read ahead
)

// ErrNoShutdown is the error of a session that ended without the request shutdown.
var ErrNoShutdown = errors.New("lsp: the editor went away without shutdown")

// Serve speaks with an editor until it says exit, in ends or ctx does.
func Serve(ctx context.Context, in io.Reader, out io.Writer, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := newServer(jsonrpc.NewWriter(out), o)
	msgs := make(chan received, maxAhead)
	go func() {
		r := jsonrpc.NewReader(in)
		for {
			m, err := r.Read()
			select {
			case msgs <- received{m, err}:
			case <-ctx.Done():
				return
			}
			if bad := (*jsonrpc.Error)(nil); err != nil && !errors.As(err, &bad) {
				return
			}
		}
	}()
	for s.failed == nil {
		select { // messages come first: what they change is compiled once
		case r := <-msgs:
			if done, err := s.receive(ctx, r); done {
				return err
			}
			continue
		case <-ctx.Done():
			return ctx.Err()
		default:
		}
		s.compile(ctx)
		select {
		case r := <-msgs:
			if done, err := s.receive(ctx, r); done {
				return err
			}
		case done := <-s.results:
			done()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return s.failed
}

type received struct {
	m   *jsonrpc.Message
	err error
}

// server is the state of a session, for the goroutine of Serve alone.
type server struct {
	out    *jsonrpc.Writer
	failed error // of writing
	opt    Options

	initialized, shutdown bool
	watch                 bool // the editor can watch files
	now                   snapshot
	open                  map[string]*openDocument // by URI
	compiling             bool
	clock                 int         // counts what happens to documents
	results               chan func() // what goroutines hand back, to be run here
	working               map[string]context.CancelFunc
}

// An openDocument is a document in the editor.
type openDocument struct {
	doc      *document
	analysis *analysis // the last; nil before the first
	good     *analysis // the last without errors, or nil
	stale    bool      // the analysis is of an older text, or of older includes
	running  bool      // another is being made
	others   int       // counts the changes of what it includes, and of how it is compiled
	used     int       // when it was asked about or changed last
	waiting  []waiting
}

// fresh reports whether the analysis is of the present text.
func (d *openDocument) fresh() bool { return d.analysis != nil && !d.stale && !d.running }

// has reports whether there is an analysis that a request needs.
func (s *server) has(d *openDocument, n need) bool {
	switch {
	case d.analysis == nil || n == sameText:
		return d.fresh()
	case n == sameWords:
		return d.analysis.others == d.others && viewOf(d.analysis, d.doc, s.now.docs).sameWords()
	}
	return true
}

// waiting is a request that waits for an analysis.
type waiting struct {
	m *jsonrpc.Message
	h handler
}

func newServer(out *jsonrpc.Writer, o Options) *server {
	if o.Resolver == nil {
		o.Resolver = idl.Disk{}
	}
	return &server{
		out: out, opt: o, open: map[string]*openDocument{}, results: make(chan func(), maxWaiting+1), working: map[string]context.CancelFunc{},
		now: snapshot{docs: map[string]*document{}, disk: o.Resolver, cache: o.Cache},
	}
}

// snapshot returns the state as it is now, for a goroutine.
func (s *server) snapshot() *snapshot {
	c := s.now
	c.docs = maps.Clone(s.now.docs)
	return &c
}

func (s *server) write(err error) {
	if err != nil && s.failed == nil {
		s.failed = fmt.Errorf("lsp: the editor cannot be written to: %w", err)
	}
}

// receive handles what was read. It returns true where the session ends.
func (s *server) receive(ctx context.Context, r received) (bool, error) {
	if r.err != nil {
		if bad := (*jsonrpc.Error)(nil); errors.As(r.err, &bad) {
			s.write(s.out.Reply(nil, nil, bad))
			return false, nil
		}
		if errors.Is(r.err, io.EOF) {
			if s.shutdown {
				return true, nil
			}
			return true, ErrNoShutdown
		}
		return true, r.err
	}
	m := r.m
	switch {
	case m.Method == "exit":
		if s.shutdown {
			return true, nil
		}
		return true, ErrNoShutdown
	case m.Method == "": // a response to a request of ours: nothing hangs on it
	case m.IsRequest():
		s.request(ctx, m)
	default:
		s.notification(m)
	}
	return false, nil
}

// A handler answers a request about an open document.
type handler struct {
	// needs says what the analysis must be of.
	needs need
	// long says that it takes long, and is done beside the loop.
	long bool
	do   func(q *query, params json.RawMessage) (any, error)
}

// A need says how far the analysis that answers a request has to be of the present text.
type need uint8

const (
	anything  need = iota // any text: places are taken over from there
	sameWords             // a text with the same words: only comments and blanks may differ
	sameText              // the present text
)

// errNotYet is the error of a handler that could answer with an analysis of the present text.
var errNotYet = errors.New("lsp: the text is not analysed yet")

// A query is what a handler has to answer with.
type query struct {
	ctx context.Context
	*snapshot
	*view       // of the last analysis of the document; nil if there is none yet
	good  *view // of the last without errors; nil if there was none
	doc   *document
}

func (s *server) request(ctx context.Context, m *jsonrpc.Message) {
	reply := func(result any, err error) { s.write(s.out.Reply(m.ID, result, err)) }
	h, known := handlers[m.Method]
	switch {
	case m.Method == "initialize" && !s.initialized:
		reply(s.initialize(m.Params))
	case !s.initialized:
		reply(nil, &jsonrpc.Error{Code: jsonrpc.CodeNotInitialized, Message: "the first request is initialize"})
	case s.shutdown:
		reply(nil, &jsonrpc.Error{Code: jsonrpc.CodeInvalidRequest, Message: "the server was shut down"})
	case m.Method == "shutdown":
		s.shutdown = true
		reply(nil, nil)
	case !known:
		reply(nil, &jsonrpc.Error{Code: jsonrpc.CodeMethodNotFound, Message: fmt.Sprintf("method %.60q is not known", m.Method)})
	case m.Method == "workspace/symbol":
		s.answer(ctx, m, h, nil)
	default:
		var p documentParams
		if err := json.Unmarshal(m.Params, &p); err != nil {
			reply(nil, &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: err.Error()})
			return
		}
		d := s.open[p.TextDocument.URI]
		if d != nil {
			s.use(d)
		}
		switch {
		case d == nil:
			reply(nil, &jsonrpc.Error{Code: jsonrpc.CodeInvalidParams, Message: fmt.Sprintf("the document %.200q is not open", p.TextDocument.URI)})
		case !s.has(d, h.needs):
			s.wait(m, h, d)
		default:
			s.answer(ctx, m, h, d)
		}
	}
}

// wait makes a request wait for the next analysis.
func (s *server) wait(m *jsonrpc.Message, h handler, d *openDocument) {
	if len(d.waiting) >= maxWaiting {
		s.write(s.out.Reply(m.ID, nil, &jsonrpc.Error{Code: jsonrpc.CodeRequestFailed, Message: fmt.Sprintf("more than %d requests wait (limit lsp-requests)", maxWaiting)}))
		return
	}
	d.waiting = append(d.waiting, waiting{m, h})
	d.stale = d.stale || !d.running
}

// answer answers a request, here or beside the loop.
func (s *server) answer(ctx context.Context, m *jsonrpc.Message, h handler, d *openDocument) {
	q := &query{ctx: ctx, snapshot: &s.now}
	if h.long {
		q.snapshot = s.snapshot()
	}
	if d != nil {
		q.view, q.good, q.doc = viewOf(d.analysis, d.doc, q.docs), viewOf(d.good, d.doc, q.docs), d.doc
	}
	if !h.long {
		result, err := h.answer(q, m.Params)
		if errors.Is(err, errNotYet) {
			h.needs = sameText
			s.wait(m, h, d)
			return
		}
		s.write(s.out.Reply(m.ID, result, err))
		return
	}
	if len(s.working) >= maxWaiting {
		s.write(s.out.Reply(m.ID, nil, &jsonrpc.Error{Code: jsonrpc.CodeRequestFailed, Message: fmt.Sprintf("more than %d requests are worked on (limit lsp-requests)", maxWaiting)}))
		return
	}
	var cancel context.CancelFunc
	q.ctx, cancel = context.WithCancel(ctx)
	s.working[string(m.ID)] = cancel
	go func() {
		result, err := h.answer(q, m.Params)
		if q.ctx.Err() != nil {
			result, err = nil, errCancelled
		}
		s.results <- func() {
			cancel()
			delete(s.working, string(m.ID))
			s.write(s.out.Reply(m.ID, result, err))
		}
	}()
}

var errCancelled = &jsonrpc.Error{Code: jsonrpc.CodeRequestCancelled, Message: "cancelled"}

// answer calls the handler. A panic is an error of that request alone.
func (h handler) answer(q *query, params json.RawMessage) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			result, err = nil, &jsonrpc.Error{Code: jsonrpc.CodeInternal, Message: fmt.Sprintf("internal error: %v\n%s", p, debug.Stack())}
		}
	}()
	return h.do(q, params)
}

// cancel ends a request, if it is still there.
func (s *server) cancel(id string) {
	if cancel := s.working[id]; cancel != nil {
		cancel()
		return
	}
	for _, d := range s.open {
		for i, w := range d.waiting {
			if string(w.m.ID) == id {
				d.waiting = slices.Delete(d.waiting, i, i+1)
				s.write(s.out.Reply(w.m.ID, nil, errCancelled))
				return
			}
		}
	}
}

// compile begins the analysis of a document that needs one, unless one is under way.
func (s *server) compile(ctx context.Context) {
	if s.compiling {
		return
	}
	for _, uri := range slices.Sorted(maps.Keys(s.open)) {
		d := s.open[uri]
		if !d.stale {
			continue
		}
		s.compiling, d.running, d.stale = true, true, false
		snap, doc, others := s.snapshot(), d.doc, d.others
		go func() {
			a := snap.analyse(ctx, doc)
			a.others = others
			s.results <- func() { s.analysed(ctx, d, a) }
		}()
		return
	}
}

// analysed takes over an analysis, and answers what waits for it.
func (s *server) analysed(ctx context.Context, d *openDocument, a *analysis) {
	s.compiling, d.running = false, false
	if s.open[a.doc.uri] != d {
		return // it was closed
	}
	d.analysis = a
	if a.res.Spec != nil {
		d.good = a
	}
	if d.doc != a.doc {
		d.stale = true
	}
	if !d.stale {
		s.write(s.out.Notify("textDocument/publishDiagnostics", publishParams{a.doc.uri, a.doc.version, a.diagnostics()}))
	}
	waiting := d.waiting
	d.waiting = nil
	for _, w := range waiting {
		if w.h.needs != anything && d.stale && !s.has(d, w.h.needs) {
			d.waiting = append(d.waiting, w)
			continue
		}
		s.answer(ctx, w.m, w.h, d)
	}
	s.forget()
}

// use notes that a document was asked about.
func (s *server) use(d *openDocument) {
	s.clock++
	d.used = s.clock
}

// forget drops the analysis of the document that was not asked about for longest, if there are
// more than maxAnalyses.
func (s *server) forget() {
	var oldest *openDocument
	n := 0
	for _, d := range s.open {
		if d.analysis == nil {
			continue
		}
		if n++; oldest == nil || d.used < oldest.used {
			oldest = d
		}
	}
	if n > maxAnalyses {
		oldest.analysis, oldest.good = nil, nil
	}
}
